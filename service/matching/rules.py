"""Hand-set weights over the lexicon alone: what stands in where no fitted weights are at hand.

They have the shape of fitted ones of mode ``lexicon``; the figures are plain judgement and are measured by the tests.
"""

import functools

import numpy as np

from service.matching.calibration import identity
from service.matching.classifier import Head, Heads
from service.matching.features import OUTSIDE, PARAGRAPHS, UNCLEAR
from service.matching.lexicon import CUES, NEVER

_CUES = len(CUES)
_ROLE_WIDTH = (
    3 * _CUES + 12
)  # features.role_features: cues, own (10), cues before, colon before, cues after, size after
_THEME_WIDTH = 2 * PARAGRAPHS + _CUES
_DOCUMENT_WIDTH = 2 * PARAGRAPHS + 2 * _CUES + 8
_PAIR_WIDTH = 16 + 8 + 2 + PARAGRAPHS


@functools.cache
def hand_heads() -> Heads:
    """The stand-in for fitted heads of mode ``lexicon``."""
    return Heads(
        role=_role(), theme=_theme(), document=_document(), cited=_pair(), lead=_pair(), calibration=identity()
    )


def _role() -> Head:
    weights = np.zeros((1, _ROLE_WIDTH))
    for cue, weight in (("ask", 1.5), ("negation", -2.5), ("background", -0.8), ("thanks", -1.0), ("offer", -0.5)):
        weights[0, CUES.index(cue)] = weight
    weights[0, _CUES + 8] = 1.0  # names a theme at all
    return Head(coefficients=weights, intercepts=np.array([-1.5]), classes=np.array([1]))


def _theme() -> Head:
    weights = np.zeros((PARAGRAPHS, _THEME_WIDTH))
    weights[:, :PARAGRAPHS] = 2.5 * np.eye(PARAGRAPHS)
    weights[:, PARAGRAPHS : 2 * PARAGRAPHS] = np.eye(PARAGRAPHS)
    return _several(weights, np.arange(1, PARAGRAPHS + 1))


def _document() -> Head:
    """Paragraphs by their terms; outside by what is never in the mandate (rule 12) or has no terrorism (rule 13)."""
    weights = np.zeros((PARAGRAPHS + 2, _DOCUMENT_WIDTH))
    weights[:PARAGRAPHS, :PARAGRAPHS] = 2.0 * np.eye(PARAGRAPHS)
    weights[:PARAGRAPHS, PARAGRAPHS : 2 * PARAGRAPHS] = np.eye(PARAGRAPHS)
    asked = 2 * PARAGRAPHS
    for cue in (*NEVER, "ordinary_crime", "single_case", "heritage_ordinary"):
        weights[OUTSIDE - 1, asked + CUES.index(cue)] = 4.0
        weights[OUTSIDE - 1, asked + _CUES + CUES.index(cue)] = 1.0
    weights[OUTSIDE - 1, asked + _CUES + CUES.index("terrorism")] = -3.0
    weights[UNCLEAR - 1, asked + _CUES + CUES.index("vague")] = 3.0
    intercepts = np.zeros(PARAGRAPHS + 2)
    intercepts[[2, 16, 17, 18]] = -1.0  # notices (3, 17, 18, 19) are rare
    intercepts[UNCLEAR - 1] = 1.5
    return Head(coefficients=weights, intercepts=intercepts, classes=np.arange(1, PARAGRAPHS + 3))


def _pair() -> Head:
    weights = np.zeros((1, _PAIR_WIDTH))
    weights[0, 0] = 1.0  # the log-odds that the document head gives the paragraph
    return Head(coefficients=weights, intercepts=np.array([0.5]), classes=np.array([1]))


def _several(weights: np.ndarray, classes: np.ndarray) -> Head:
    return Head(coefficients=weights, intercepts=np.zeros(len(classes)), classes=classes)
