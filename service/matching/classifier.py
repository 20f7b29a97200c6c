"""Linear classifiers over numpy arrays, the file that holds them, and the scores of one need.

The file is an ``.npz`` read with ``allow_pickle=False``: for each mode (``full`` with vectors, ``lexicon`` without) and
each head a coefficient matrix and an intercept, and the calibration's knots.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from service.canonical import sha256_hex
from service.errors import Invalid
from service.matching.calibration import Calibration
from service.matching.features import (
    CLASSES,
    PARAGRAPHS,
    document_features,
    pair_features,
    role_features,
    theme_features,
)
from service.matching.observation import Observation

MODES = ("full", "lexicon")
HEADS = ("role", "theme", "document", "cited", "lead")


@dataclass(frozen=True, kw_only=True, slots=True)
class Head:
    """A linear classifier: ``coefficients`` (k, d), ``intercepts`` (k,), ``classes`` (k,) or one row for yes or no."""

    coefficients: np.ndarray
    intercepts: np.ndarray
    classes: np.ndarray

    def yes(self, rows: np.ndarray) -> np.ndarray:
        """Probability of yes per row, shape (n,)."""
        decided = rows @ self.coefficients[0].astype(float) + float(self.intercepts[0])
        return 1 / (1 + np.exp(-np.clip(decided, -60, 60)))

    def spread(self, rows: np.ndarray) -> np.ndarray:
        """Distribution over CLASSES per row, shape (n, CLASSES); classes never seen in training stay zero."""
        decided = rows @ self.coefficients.T.astype(float) + self.intercepts
        risen = np.exp(decided - decided.max(1, keepdims=True))
        spread = np.zeros((len(rows), CLASSES))
        spread[:, self.classes] = risen / risen.sum(1, keepdims=True)
        return spread


@dataclass(frozen=True, kw_only=True, slots=True)
class Heads:
    """The five classifiers and the calibration of one mode."""

    role: Head
    theme: Head
    document: Head
    cited: Head
    lead: Head
    calibration: Calibration


@dataclass(frozen=True, kw_only=True, slots=True)
class Scores:
    """``asked`` (n,), ``themed`` (n, CLASSES) per segment; ``whole``, ``cited``, ``lead`` (CLASSES,) per need."""

    asked: np.ndarray
    themed: np.ndarray
    whole: np.ndarray
    cited: np.ndarray
    lead: np.ndarray


def score(heads: Heads, seen: Observation) -> Scores:
    """All probabilities for one need with at least one segment."""
    asked = heads.role.yes(role_features(seen))
    themed = heads.theme.spread(theme_features(seen))
    whole = heads.document.spread(document_features(seen, asked)[None])[0]
    pairs = pair_features(seen, asked, themed, whole)
    return Scores(
        asked=asked,
        themed=themed,
        whole=whole,
        cited=_placed(heads.cited.yes(pairs)),
        lead=_placed(heads.lead.yes(pairs)),
    )


def _placed(values: np.ndarray) -> np.ndarray:
    """Values of the 19 paragraphs at columns 1 to 19 of CLASSES."""
    placed = np.zeros(CLASSES)
    placed[1 : PARAGRAPHS + 1] = values
    return placed


def to_bytes(modes: Mapping[str, Heads]) -> bytes:
    """The ``.npz`` file of the given modes; same arrays, same bytes."""
    arrays = {}
    for mode, heads in modes.items():
        for name in HEADS:
            head = getattr(heads, name)
            arrays[f"{mode}/{name}/coefficients"] = head.coefficients.astype(np.float32)
            arrays[f"{mode}/{name}/intercepts"] = head.intercepts.astype(np.float32)
            arrays[f"{mode}/{name}/classes"] = head.classes.astype(np.int16)
        arrays[f"{mode}/calibration"] = heads.calibration.to_array()
    held = io.BytesIO()
    np.savez_compressed(held, allow_pickle=False, **arrays)
    return held.getvalue()


def from_bytes(data: bytes) -> tuple[dict[str, Heads], str]:
    """The modes in an ``.npz`` file and its SHA-256 in hex; raises Invalid where it is not such a file."""
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
            modes = {mode: _heads(arrays, mode) for mode in MODES}
    except (ValueError, KeyError, OSError) as problem:
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
    return Heads(**heads, calibration=Calibration.from_array(arrays[f"{mode}/calibration"]))
