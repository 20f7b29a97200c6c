"""Linear classifiers over numpy arrays, the file that holds all that is fitted, and the scores of one need.

The file is an ``.npz`` read with ``allow_pickle=False``: for each mode (``full`` with vectors, ``lexicon`` without) and
each head a coefficient matrix and an intercept, the words' in half precision, the readers' parameters, and the
calibration's knots.
"""

import io
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from service.canonical import sha256_hex
from service.errors import Invalid
from service.matching.calibration import Calibration
from service.matching.features import (
    CLASSES,
    DISPOSITION_CLASSES,
    PARAGRAPHS,
    chance,
    document_features,
    pair_features,
    placed,
    role_features,
    theme_features,
)
from service.matching.network import SHAPES, Parameters, ReaderOpinion, read_need
from service.matching.observation import Observation
from service.matching.words import BUCKETS, WIDTH, Words

MODES = ("full", "lexicon")
WORDS = {"coefficients": (WIDTH, PARAGRAPHS), "intercepts": (PARAGRAPHS,), "rarity": (BUCKETS,)}
HEADS = ("role", "theme", "document", "cited", "lead")


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """A linear classifier: ``coefficients`` (k, d), ``intercepts`` (k,), ``classes`` (k,) or one row for yes or no."""

    coefficients: np.ndarray
    intercepts: np.ndarray
    classes: np.ndarray

    def yes(self, rows: np.ndarray) -> np.ndarray:
        """Probability of yes per row, shape (n,)."""
        return chance(rows @ self.coefficients[0].astype(float) + float(self.intercepts[0]))

    def spread(self, rows: np.ndarray) -> np.ndarray:
        """Distribution over CLASSES per row, shape (n, CLASSES); classes never seen in training stay zero."""
        decided = rows @ self.coefficients.T.astype(float) + self.intercepts
        risen = np.exp(decided - decided.max(1, keepdims=True))
        spread = np.zeros((len(rows), CLASSES))
        spread[:, self.classes] = risen / risen.sum(1, keepdims=True)
        return spread


@dataclass(frozen=True, kw_only=True, slots=True)
class Heads:
    """The classifiers of one mode, the calibration, and in mode ``full`` the readers, stacked."""

    role: Head
    theme: Head
    document: Head
    cited: Head
    lead: Head
    calibration: Calibration
    words: Words | None = None
    readers: Parameters | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class LinearOpinion:
    """The linear classifiers' opinion: ``asked`` (n,), ``themed`` (n, CLASSES), ``whole`` (CLASSES,), ``worded``
    (PARAGRAPHS,)."""

    asked: np.ndarray
    themed: np.ndarray
    whole: np.ndarray
    worded: np.ndarray


@dataclass(frozen=True, kw_only=True, slots=True)
class Scores:
    """``asked`` (n,), ``themed`` (n, CLASSES) per segment; ``dispositions`` (4,), ``cited``, ``lead`` (CLASSES,)."""

    asked: np.ndarray
    themed: np.ndarray
    dispositions: np.ndarray
    cited: np.ndarray
    lead: np.ndarray


def score(heads: Heads, seen: Observation) -> Scores:
    """All probabilities for one need with at least one segment."""
    linear = linear_opinion(heads, seen)
    reading = read_need(heads.readers, seen) if heads.readers is not None else None
    return combine(linear, reading, cited=heads.cited, lead=heads.lead, seen=seen)


def linear_opinion(heads: Heads, seen: Observation) -> LinearOpinion:
    """What the first classifiers say; where no words were learned from, they say nothing."""
    asked = heads.role.yes(role_features(seen))
    return LinearOpinion(
        asked=asked,
        themed=heads.theme.spread(theme_features(seen)),
        whole=heads.document.spread(document_features(seen, asked)[None])[0],
        worded=heads.words.odds(seen, asked) if heads.words else np.zeros(PARAGRAPHS),
    )


def combine(
    linear: LinearOpinion, reading: ReaderOpinion | None, *, cited: Head, lead: Head, seen: Observation
) -> Scores:
    """One set of scores from both opinions: shares are averaged, the last two classifiers weigh both."""
    pairs = pair_features(seen, linear, reading)
    opinions = [linear, reading] if reading else [linear]
    whole = np.mean([said.whole for said in opinions], axis=0)
    return Scores(
        asked=np.mean([said.asked for said in opinions], axis=0),
        themed=np.mean([said.themed for said in opinions], axis=0),
        dispositions=np.array([whole[list(classes)].sum() for classes in DISPOSITION_CLASSES]),
        cited=placed(cited.yes(pairs)),
        lead=placed(lead.yes(pairs)),
    )


def to_bytes(modes: Mapping[str, Heads]) -> bytes:
    """The ``.npz`` file of the given modes; same arrays, same bytes."""
    arrays = {}
    for mode, heads in modes.items():
        for name in HEADS:
            head = getattr(heads, name)
            arrays[f"{mode}/{name}/coefficients"] = head.coefficients.astype(np.float32)
            arrays[f"{mode}/{name}/intercepts"] = head.intercepts.astype(np.float32)
            arrays[f"{mode}/{name}/classes"] = head.classes.astype(np.int16)
        if heads.words:
            arrays |= {f"{mode}/words/{name}": getattr(heads.words, name).astype(np.float16) for name in WORDS}
        for name, array in (heads.readers or {}).items():
            arrays[f"{mode}/readers/{name}"] = array.astype(np.float32)
        arrays[f"{mode}/calibration"] = heads.calibration.to_array()
    held = io.BytesIO()
    np.savez_compressed(held, allow_pickle=False, **arrays)
    return held.getvalue()


def from_bytes(data: bytes) -> tuple[dict[str, Heads], str]:
    """The modes in an ``.npz`` file and its SHA-256 in hex; raises Invalid where it is not such a file."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            modes = {mode: _heads(arrays, mode) for mode in MODES}
    except (ValueError, KeyError, OSError, EOFError, zipfile.BadZipFile) as problem:
        raise Invalid(f"these are not weights of the matcher: {problem}") from problem
    return modes, sha256_hex(data)


def _heads(arrays: Mapping[str, np.ndarray], mode: str) -> Heads:
    heads = {
        name: Head(
            coefficients=arrays[f"{mode}/{name}/coefficients"],
            intercepts=arrays[f"{mode}/{name}/intercepts"],
            classes=arrays[f"{mode}/{name}/classes"],
        )
        for name in HEADS
    }
    calibration = Calibration.from_array(arrays[f"{mode}/calibration"])
    words, readers = _words(arrays, f"{mode}/words"), _readers(arrays, f"{mode}/readers")
    return Heads(**heads, calibration=calibration, words=words, readers=readers)


def _words(arrays: Mapping[str, np.ndarray], prefix: str) -> Words | None:
    if f"{prefix}/rarity" not in arrays:
        return None
    held = {name: arrays[f"{prefix}/{name}"].astype(np.float32) for name in WORDS}
    for name, shape in WORDS.items():
        if held[name].shape != shape:
            raise ValueError(f"the words' {name} has another shape")
    return Words(**held)


def _readers(arrays: Mapping[str, np.ndarray], prefix: str) -> Parameters | None:
    if f"{prefix}/asked" not in arrays:
        return None
    readers = {name: arrays[f"{prefix}/{name}"] for name in SHAPES}
    count = len(readers["asked"])
    for name, shape in SHAPES.items():
        if readers[name].shape != (count, *(shape if len(shape) == 2 else (1, *shape))):
            raise ValueError(f"the readers' {name} has another shape")
    return readers
