"""Labelled requests and sentences prepared for fitting: what is fixed before anything is fitted."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from service.errors import Invalid
from service.matching.encoder import Encoder
from service.matching.features import role_features, theme_features
from service.matching.labels import Label, Sentence, covered
from service.matching.learning import Example
from service.matching.network import ANSWERS, inputs
from service.matching.observation import Observation, observe
from service.matching.report import DISPOSITIONS


@dataclass(frozen=True, kw_only=True, slots=True)
class Sample:
    """One record: ``gold`` per segment, rows of the linear classifiers, and where there are vectors the example."""

    label: Label
    seen: Observation
    gold: tuple[frozenset[int], ...]
    role_rows: np.ndarray
    theme_rows: np.ndarray
    example: Example | None


def prepare(label: Label, seen: Observation) -> Sample:
    """One record; raises Invalid where its text has no segment."""
    if not seen.segments:
        raise Invalid(f"label {label.id} holds nothing to learn from")
    gold = tuple(covered(label, seen.segments))
    return Sample(
        label=label,
        seen=seen,
        gold=gold,
        role_rows=role_features(seen),
        theme_rows=theme_features(seen),
        example=None if seen.vectors is None else _example(label, seen, gold),
    )


def prepare_all(labels: Sequence[Label], *, encoder: Encoder | None) -> dict[str, Sample]:
    """Samples by label id; the longest part before fitting, done once for all folds."""
    return {
        label.id: prepare(label, observe(label.title, label.text, language=label.lang, encoder=encoder))
        for label in labels
    }


def prepare_sentences(sentences: Sequence[Sentence], *, encoder: Encoder | None) -> list[Example]:
    """Examples for the reader, none without vectors; a sentence without a segment (an instruction) falls out."""
    if encoder is None:
        return []
    seen = [(s, observe("", s.text, language=s.lang, encoder=encoder)) for s in sentences]
    return [_beside(sentence, one) for sentence, one in seen if one.segments]


def _example(label: Label, seen: Observation, gold: Sequence[frozenset[int]]) -> Example:
    known = label.primary is not None or label.uncovered is not None
    return Example(
        needs=inputs(seen),
        asked=np.array([bool(paragraphs) for paragraphs in gold], dtype=np.float32),
        themed=np.array([_spread(paragraphs) for paragraphs in gold]),
        roles_known=float(known),
        required=_marked(label.paragraphs),
        acceptable=_marked(label.acceptable),
        primary=label.primary or 0,
        outcome=DISPOSITIONS.index(label.disposition),
    )


def _beside(sentence: Sentence, seen: Observation) -> Example:
    """All segments of a sentence do as it does; what it touches without asking teaches no theme."""
    themed = _spread(sentence.paragraphs or (0,)) if sentence.role in ("ask", "notice") else np.zeros(ANSWERS)
    count = len(seen.segments)
    return Example(
        needs=inputs(seen),
        asked=np.full(count, float(sentence.asks), dtype=np.float32),
        themed=np.tile(themed, (count, 1)),
    )


def _spread(paragraphs: Sequence[int]) -> np.ndarray:
    """(ANSWERS,): even shares of the paragraphs, or zeros."""
    marked = _marked(paragraphs)
    return marked / max(1.0, marked.sum())


def _marked(paragraphs: Sequence[int]) -> np.ndarray:
    marked = np.zeros(ANSWERS, dtype=np.float32)
    marked[list(paragraphs)] = 1.0
    return marked
