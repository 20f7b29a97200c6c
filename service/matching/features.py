"""Numbers from an observation, for the linear classifiers; every function is pure and of fixed width per mode.

Mode ``full`` has vectors, mode ``lexicon`` has not: the same columns without the vector ones. The constants weigh one
group of columns against another under the classifiers' common penalty; they were set once, by cross-validation.
"""

import numpy as np

from service.matching.lexicon import NEVER
from service.matching.observation import THEMES, Observation

PARAGRAPHS = len(THEMES)
OUTSIDE, UNCLEAR = PARAGRAPHS + 1, PARAGRAPHS + 2  # classes of a document beside 1 to 19
CLASSES = PARAGRAPHS + 3  # column 0 is never used, so that column p is paragraph p
_DENSE = 3.0  # a Chinese character says about as much as three letters
_ENDS = {":": 0, "：": 0, "?": 1, "？": 1, "؟": 1}
_FLOOR = 1e-4


def lengths(seen: Observation) -> np.ndarray:
    """Code points per segment, shape (n,)."""
    return np.array([len(segment.text) for segment in seen.segments], dtype=float)


def role_features(seen: Observation) -> np.ndarray:
    """(n, d): does this segment ask? Its words, its place, and its neighbours."""
    n, (themes, cues) = len(seen.segments), _split(seen)
    place = np.arange(n) / max(1, n - 1)
    size = np.log(lengths(seen) * (_DENSE if seen.language == "zh" else 1.0)) / 5
    ends = np.zeros((n, 2))
    for row, segment in enumerate(seen.segments):
        column = _ENDS.get(segment.text[-1])
        if column is not None:
            ends[row, column] = 1.0
    title = np.array([segment.field == "title" for segment in seen.segments], dtype=float)
    own = np.column_stack(
        [place, place**2, place == 1, title, size, np.full(n, 1 / n), ends, themes.max(1) > 0, themes.sum(1) / 5]
    )
    near = [_after(cues) * 0.7, _after(ends[:, :1]), _before(cues) * 0.5, _before(size[:, None])]
    dense = [] if seen.vectors is None else [seen.vectors * 4, _after(seen.vectors) * 1.5]
    return np.hstack([cues, own, *near, *dense])


def theme_features(seen: Observation) -> np.ndarray:
    """(n, d): if this segment asks, under which paragraph?"""
    n, (themes, cues) = len(seen.segments), _split(seen)
    whole = np.log1p(themes.sum(0))
    columns = [np.log1p(themes) * 1.6, np.tile(whole, (n, 1)) * 0.3, cues * 0.3]
    if seen.vectors is not None:
        columns += [seen.vectors * 6, np.tile(_pooled(seen, np.ones(n)), (n, 1)) * 2]
    return np.hstack(columns)


def document_features(seen: Observation, asked: np.ndarray) -> np.ndarray:
    """(d,): the whole need, once weighed by the probability ``asked`` that a segment asks, once plain."""
    themes, cues = _split(seen)
    sizes = [np.log(len(seen.segments)) / 3, np.log(lengths(seen).sum()) / 5]
    columns = [
        np.log1p(asked @ themes) * 1.6,
        np.log1p(themes.sum(0)) * 0.5,
        np.log1p(asked @ cues) * 0.5,
        np.log1p(cues.sum(0)) * 0.7,
        np.array(sizes),
        _setting(seen) * 0.7,
    ]
    if seen.vectors is not None:
        columns += [_pooled(seen, asked) * 6, _pooled(seen, np.ones(len(asked))) * 3, seen.vectors[0] * 1.5]
    return np.concatenate(columns)


def pair_features(seen: Observation, asked: np.ndarray, themed: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """(19, d): how each paragraph stands in this need.

    ``asked`` (n,) and ``themed`` (n, CLASSES) are per segment, ``whole`` (CLASSES,) is the document's distribution.
    """
    themes, _ = _split(seen)
    joint = asked[:, None] * themed[:, 1 : PARAGRAPHS + 1]
    own = themed[:, 1 : PARAGRAPHS + 1]
    weight = asked * np.sqrt(lengths(seen))
    weight = weight / max(weight.sum(), 1e-9)
    best = joint.argmax(0)
    place = whole[1 : PARAGRAPHS + 1]
    return np.column_stack(
        [
            logit(place),
            logit(joint.max(0)),
            logit(1 - np.prod(1 - joint, axis=0)),
            logit(weight @ own),
            logit(own.max(0)),
            np.log1p(asked @ themes),
            np.log1p(themes.sum(0)),
            logit(_best_other(own[best])),
            logit(_best_other(np.tile(place, (PARAGRAPHS, 1)))),
            best / len(asked),
            themes[0] > 0,
            asked[best],
            np.log1p(joint.sum(0)),
            np.full(PARAGRAPHS, whole[OUTSIDE] + whole[UNCLEAR]),
            weight @ (own.argmax(1)[:, None] == np.arange(PARAGRAPHS)),
            _asked_before(joint),
            np.eye(PARAGRAPHS),
        ]
    )


def _setting(seen: Observation) -> np.ndarray:
    """(6,): does the need stand in the setting of terrorism (rule 13), or in one that is never in the mandate (12)?"""
    terrorism = sum(seen.cue("terrorism"))
    never = sum(seen.cue(cue).sum() for cue in (*NEVER, "single_case", "ordinary_crime", "heritage_ordinary"))
    themes, _ = _split(seen)
    absent = float(terrorism == 0)
    return np.array(
        [
            absent,
            np.log1p(never) * absent,
            np.log1p(never),
            np.log1p(terrorism),
            np.log1p(themes.sum()) * absent,
            float(never > terrorism),
        ]
    )


def logit(probability: np.ndarray) -> np.ndarray:
    """Log-odds, bounded to about plus or minus nine."""
    bounded = np.clip(probability, _FLOOR, 1 - _FLOOR)
    return np.log(bounded / (1 - bounded))


def _split(seen: Observation) -> tuple[np.ndarray, np.ndarray]:
    return seen.counts[:, :PARAGRAPHS], seen.counts[:, PARAGRAPHS:]


def _after(rows: np.ndarray) -> np.ndarray:
    """Each row's predecessor, zero for the first."""
    return np.vstack([np.zeros((1, rows.shape[1]), dtype=rows.dtype), rows[:-1]])


def _before(rows: np.ndarray) -> np.ndarray:
    """Each row's successor, zero for the last."""
    return np.vstack([rows[1:], np.zeros((1, rows.shape[1]), dtype=rows.dtype)])


def _pooled(seen: Observation, weight: np.ndarray) -> np.ndarray:
    """Unit vector of the segments' vectors, weighed by ``weight`` and the root of the length."""
    total = (weight * np.sqrt(lengths(seen))) @ seen.vectors
    return total / max(float(np.linalg.norm(total)), 1e-9)


def _asked_before(joint: np.ndarray) -> np.ndarray:
    """Per paragraph the weight of the others asked for earlier: all else alike, the first ask leads (rule 3)."""
    height = joint.max(0)
    first = (joint >= 0.5 * height).argmax(0)
    return (first[None] < first[:, None]) @ height


def _best_other(rows: np.ndarray) -> np.ndarray:
    """Row i's largest value outside column i."""
    masked = rows.copy()
    np.fill_diagonal(masked, 0.0)
    return masked.max(1)
