"""From a classifier's score to the share of such findings that were right, as an integer per 10,000."""

from dataclasses import dataclass

import numpy as np

SCALE = 10_000


@dataclass(frozen=True, kw_only=True, slots=True)
class Calibration:
    """A rising line through knots: ``scores`` and ``shares`` (k,), both in 0..1; between them it is straight."""

    scores: np.ndarray
    shares: np.ndarray

    def apply(self, scores: np.ndarray) -> np.ndarray:
        """Calibrated probabilities, same shape."""
        return np.interp(scores, self.scores, self.shares)

    def to_array(self) -> np.ndarray:
        """Shape (2, k), float32."""
        return np.stack([self.scores, self.shares]).astype(np.float32)

    @classmethod
    def from_array(cls, knots: np.ndarray) -> "Calibration":
        return cls(scores=knots[0].astype(float), shares=knots[1].astype(float))


def identity() -> Calibration:
    """Scores taken at their word."""
    return Calibration(scores=np.array([0.0, 1.0]), shares=np.array([0.0, 1.0]))


def per_ten_thousand(probability: float) -> int:
    """The integer that reports carry; never 10,000, for nothing is certain."""
    return min(SCALE - 1, max(0, round(float(probability) * SCALE)))
