"""Fitting the engine on labelled requests (the only file that needs scikit-learn, scipy, autograd and threadpoolctl).

What a later part learns from an earlier one is always out of fold: an inner split of the training records gives each
record the opinions of models that have not seen it, so that the outer folds of an evaluation stay honest.
"""

import importlib.util
import multiprocessing
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import TYPE_CHECKING

import numpy as np

from service.errors import Invalid, Unavailable
from service.matching.calibration import Calibration
from service.matching.classifier import Head, Heads, LinearOpinion
from service.matching.disposition import CITED
from service.matching.features import PARAGRAPHS, document_features, logit, pair_features
from service.matching.learning import Example, Gradients, fit_reader
from service.matching.network import Parameters, ReaderOpinion, read_need, stacked
from service.matching.samples import Sample
from service.matching.words import BUCKETS, WIDTH, Row, Words, word_bag, word_row

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

INNER, COPIES = 4, 3  # inner folds; readers whose mean is taken
_LEAST = 20  # labels with a primary paragraph from which a fit means anything
_ROLE, _THEME, _DOCUMENT, _PAIR, _WORDS = 0.3, 0.5, 1.0, 0.1, 8.0  # inverse penalties, set once by cross-validation
_NOTHING: Sequence[Example] = ()
Tick = Callable[[str], None]


def fit(samples: Sequence[Sample], sentences: Sequence[Example] = _NOTHING, *, seed: int = 0, tick: Tick) -> Heads:
    """All classifiers, the readers where there are vectors, and the calibration; ``tick`` is called after each part.

    Raises Unavailable without the training libraries.
    """
    _check(samples)
    inner = inner_folds(len(samples), seed)
    readers, readings = _fit_readers(samples, sentences, inner, seed, tick)
    asked = _asked_out_of_fold(samples, inner)
    words, worded = _fit_words(samples, asked, inner)
    linears, documents = _linear_out_of_fold(samples, asked, worded, inner)
    pairs = [pair_features(s.seen, one, other) for s, one, other in zip(samples, linears, readings, strict=True)]
    heads = Heads(
        role=_fit_role(samples),
        theme=_fit_theme(samples),
        document=_fit_document(samples, documents),
        cited=_fit_cited(samples, pairs),
        lead=_fit_lead(samples, pairs),
        calibration=_calibrate(samples, pairs, inner),
        words=words,
        readers=readers,
    )
    tick("classifiers")
    return heads


def _check(samples: Sequence[Sample]) -> None:
    """Raises Unavailable without the training libraries, Invalid for too little to learn from, before long work."""
    for library in ("sklearn", "scipy", "autograd", "threadpoolctl"):
        if importlib.util.find_spec(library) is None:
            raise Unavailable(f'training needs {library}: install the extra "training"')
    if (
        len({sample.label.outcome for sample in samples}) < 3
        or sum(s.label.primary is not None for s in samples) < _LEAST
    ):
        raise Invalid(f"training needs {_LEAST} labels with a primary paragraph, and three outcomes, in each split")


def parts_of(vectors: bool) -> int:
    """How often ``fit`` ticks."""
    return 1 + (INNER + COPIES if vectors else 0)


def inner_folds(count: int, seed: int) -> np.ndarray:
    """A fold number per record, shape (count,), even in size."""
    numbers = [i % INNER for i in range(count)]
    random.Random(seed).shuffle(numbers)  # noqa: S311
    return np.array(numbers)


_shared: tuple[Sequence[Example], Sequence[Example]] = ((), ())


def _share(examples: Sequence[Example], sentences: Sequence[Example]) -> None:
    """In a worker: keep what all its jobs read, and one thread, so that two workers do not fight for two cores."""
    global _shared  # noqa: PLW0603  (one process, one set of examples)
    from threadpoolctl import threadpool_limits  # noqa: PLC0415

    threadpool_limits(1)
    _shared = (examples, sentences)


def _fit_shared(chosen: np.ndarray, seed: int) -> Parameters:
    examples, sentences = _shared
    return fit_reader([examples[i] for i in chosen], sentences, seed=seed, gradients=_gradients())


def _gradients() -> Gradients:
    import autograd  # noqa: PLC0415  (a training extra)
    import autograd.numpy as traced  # noqa: PLC0415

    return Gradients(xp=traced, slopes=lambda function, count: autograd.grad(function, tuple(range(count))))


def _fit_readers(
    samples: Sequence[Sample], sentences: Sequence[Example], inner: np.ndarray, seed: int, tick: Tick
) -> tuple[Parameters | None, list[ReaderOpinion] | list[None]]:
    """The readers, and each record's reading by one that has not seen it."""
    if samples[0].example is None:
        return None, [None] * len(samples)
    chosen = [np.flatnonzero(inner != fold) for fold in range(INNER)] + [np.arange(len(samples))] * COPIES
    seeds = [100 * seed + number for number in range(len(chosen))]
    with ProcessPoolExecutor(
        max_workers=min(multiprocessing.cpu_count(), len(chosen)),
        mp_context=multiprocessing.get_context("spawn"),
        initializer=_share,
        initargs=([s.example for s in samples], sentences),
    ) as pool:
        fitted = []
        for reader in pool.map(_fit_shared, chosen, seeds):
            fitted.append(reader)
            tick("reader")
    apart = [stacked([reader]) for reader in fitted[:INNER]]
    readings = [read_need(apart[fold], sample.seen) for fold, sample in zip(inner, samples, strict=True)]
    return stacked(fitted[INNER:]), readings


def _linear_out_of_fold(
    samples: Sequence[Sample], asked: Sequence[np.ndarray], worded: np.ndarray, inner: np.ndarray
) -> tuple[list[LinearOpinion], np.ndarray]:
    """Each record's linear opinion by classifiers that have not seen it, and its document row."""
    documents = np.array([document_features(s.seen, a) for s, a in zip(samples, asked, strict=True)])
    linears: list[LinearOpinion | None] = [None] * len(samples)
    for fold in range(INNER):
        rest = _where(samples, inner != fold)
        theme, document = _fit_theme(rest), _fit_document(rest, documents[inner != fold])
        for index in np.flatnonzero(inner == fold):
            themed = theme.spread(samples[index].theme_rows)
            whole = document.spread(documents[index][None])[0]
            linears[index] = LinearOpinion(asked=asked[index], themed=themed, whole=whole, worded=worded[index])
    return linears, documents


def _asked_out_of_fold(samples: Sequence[Sample], inner: np.ndarray) -> list[np.ndarray]:
    asked: list[np.ndarray] = [np.zeros(0)] * len(samples)
    for fold in range(INNER):
        head = _fit_role(_where(samples, inner != fold))
        for index in np.flatnonzero(inner == fold):
            asked[index] = head.yes(samples[index].role_rows)
    return asked


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
            for paragraph in sorted(gold - {0}):
                rows.append(row)
                classes.append(paragraph)
                weights.append(1 / len(gold))
    return _logistic(np.array(rows), np.array(classes), _THEME, np.array(weights))


def _fit_words(samples: Sequence[Sample], asked: Sequence[np.ndarray], inner: np.ndarray) -> tuple[Words, np.ndarray]:
    """The words' classifier, and what it says of each record when it has not seen it, shape (n, PARAGRAPHS)."""
    bags = [word_bag(sample.seen) for sample in samples]
    found = np.bincount(np.concatenate([np.unique(buckets) for buckets, _ in bags]), minlength=BUCKETS)
    rarity = _half(np.log((1 + len(bags)) / (1 + found)))
    rows = _sparse([word_row(bag, heard, rarity) for bag, heard in zip(bags, asked, strict=True)])
    required = np.array([[p in s.label.paragraphs for p in range(1, PARAGRAPHS + 1)] for s in samples], dtype=int)
    worded = np.zeros(required.shape)
    for fold in range(INNER):
        rest = inner != fold
        coefficients, intercepts = _one_by_one(rows[rest], required[rest])
        worded[~rest] = rows[~rest] @ coefficients + intercepts
    coefficients, intercepts = _one_by_one(rows, required)
    return Words(coefficients=coefficients, intercepts=intercepts, rarity=rarity), worded


def _one_by_one(rows: "csr_matrix", required: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A classifier for each paragraph; one that is never required keeps the log-odds of one in twice as many."""
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  (a training extra)

    coefficients, intercepts = np.zeros((WIDTH, PARAGRAPHS)), np.full(PARAGRAPHS, -np.log(2 * len(required)))
    for column, answers in enumerate(required.T):
        if 0 < answers.sum() < len(answers):
            model = LogisticRegression(C=_WORDS, solver="liblinear").fit(rows, answers)
            coefficients[:, column], intercepts[column] = model.coef_[0], model.intercept_[0]
    return _half(coefficients), _half(intercepts)


def _sparse(rows: Sequence[Row]) -> "csr_matrix":
    from scipy.sparse import csr_matrix  # noqa: PLC0415  (a training extra)

    ends = np.cumsum([0, *(len(columns) for columns, _ in rows)])
    columns, values = (np.concatenate(part) for part in zip(*rows, strict=True))
    return csr_matrix((values, columns, ends), shape=(len(rows), WIDTH))


def _half(values: np.ndarray) -> np.ndarray:
    """As the weights file keeps it, so that what is fitted next sees what a reader of the file will see."""
    return values.astype(np.float16).astype(np.float32)


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
    head = _logistic(logit(scores).reshape(-1, 1), right.astype(int), 10.0)
    above = np.linspace(CITED, 0.999, 40)
    shares = head.yes(logit(above).reshape(-1, 1))
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
    from sklearn.linear_model import LogisticRegression  # noqa: PLC0415  (a training extra)

    middle, width = np.zeros(rows.shape[1]), np.ones(rows.shape[1])
    if standard:
        middle, width = rows.mean(0), rows.std(0) + 1e-6
    model = LogisticRegression(C=strength, max_iter=400, tol=1e-3).fit((rows - middle) / width, answers, weights)
    coefficients = model.coef_ / width
    intercepts = model.intercept_ - coefficients @ middle
    classes = model.classes_ if len(model.classes_) > 2 else np.array([1])
    return Head(coefficients=coefficients.astype(np.float32), intercepts=intercepts.astype(np.float32), classes=classes)
