"""Numbers from an observation, for the linear classifiers; every function is pure and of fixed width per mode.

Mode ``full`` has vectors, mode ``lexicon`` has not: the same columns without the vector ones. The constants weigh one
group of columns against another under the classifiers' common penalty; they were set once, by cross-validation.
"""

from typing import Protocol

import numpy as np

from service.matching.asks import NOTICES
from service.matching.lexicon import NEVER
from service.matching.observation import THEMES, Observation

PARAGRAPHS = len(THEMES)
OUTSIDE, UNCLEAR = PARAGRAPHS + 1, PARAGRAPHS + 2  # classes of a document beside 1 to 19
CLASSES = PARAGRAPHS + 3  # column 0 is never used, so that column p is paragraph p
ASSISTS = tuple(p for p in range(1, PARAGRAPHS + 1) if p not in NOTICES)  # guide, "What a label holds"
DISPOSITION_CLASSES = (ASSISTS, (OUTSIDE,), (UNCLEAR,), NOTICES)  # in the order of report.DISPOSITIONS
_DENSE = 3.0  # a Chinese character says about as much as three letters
_ENDS = {":": 0, "：": 0, "?": 1, "？": 1, "؟": 1}
_FLOOR = 1e-4


class Opinion(Protocol):
    """What a model says of one need: ``asked`` (n,), ``themed`` (n, CLASSES) per segment, ``whole`` (CLASSES,)."""

    asked: np.ndarray
    themed: np.ndarray
    whole: np.ndarray


class WordedOpinion(Opinion, Protocol):
    """An opinion that also has the words' log-odds ``worded`` (PARAGRAPHS,)."""

    worded: np.ndarray


class FullOpinion(Opinion, Protocol):
    """An opinion that also says what is ``cited`` and what leads (CLASSES,)."""

    cited: np.ndarray
    lead: np.ndarray


def lengths(seen: Observation) -> np.ndarray:
    """Code points per segment as judged, shape (n,)."""
    return np.array([len(text) for text in seen.plain], dtype=float)


def place_features(seen: Observation) -> np.ndarray:
    """(n, 8): where a segment stands, how long it is, whether it is the title, whether it ends in a colon or asks."""
    n = len(seen.segments)
    place = np.arange(n) / max(1, n - 1)
    size = np.log(lengths(seen) * (_DENSE if seen.language == "zh" else 1.0)) / 5
    ends = np.zeros((n, 2))
    for row, segment in enumerate(seen.segments):
        column = _ENDS.get(segment.text[-1])
        if column is not None:
            ends[row, column] = 1.0
    title = np.array([segment.field == "title" for segment in seen.segments], dtype=float)
    return np.column_stack([place, place**2, place == 1, title, size, np.full(n, 1 / n), ends])


def role_features(seen: Observation) -> np.ndarray:
    """(n, d): does this segment ask? Its words, its place, and its neighbours."""
    themes, cues = _split(seen)
    place = place_features(seen)
    own = np.column_stack([place, themes.max(1) > 0, themes.sum(1) / 5])
    near = [_after(cues) * 0.7, _after(place[:, 6:7]), _before(cues) * 0.5, _before(place[:, 4:5])]
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


def pair_features(seen: Observation, first: WordedOpinion, second: FullOpinion | None = None) -> np.ndarray:
    """(19, d): how each paragraph stands in this need by one opinion, or by two."""
    columns = [_standing(seen, first), _telling(seen, second or first)]
    columns += [first.worded[:, None], (first.worded - _best_other(np.tile(first.worded, (PARAGRAPHS, 1))))[:, None]]
    if second is not None:
        columns += [_standing(seen, second), logit(second.cited[1 : PARAGRAPHS + 1])[:, None]]
        columns += [logit(second.lead[1 : PARAGRAPHS + 1])[:, None]]
    return np.hstack([*columns, np.eye(PARAGRAPHS)])


def _standing(seen: Observation, said: Opinion) -> np.ndarray:
    """(19, 16): how strongly each paragraph is asked for, and how strongly the others are."""
    themes, _ = _split(seen)
    own = said.themed[:, 1 : PARAGRAPHS + 1]
    joint = said.asked[:, None] * own
    weight = said.asked * np.sqrt(lengths(seen))
    weight = weight / max(weight.sum(), 1e-9)
    best = joint.argmax(0)
    place = said.whole[1 : PARAGRAPHS + 1]
    return np.column_stack(
        [
            logit(place),
            logit(joint.max(0)),
            logit(1 - np.prod(1 - joint, axis=0)),
            logit(weight @ own),
            logit(own.max(0)),
            np.log1p(said.asked @ themes),
            np.log1p(themes.sum(0)),
            logit(_best_other(own[best])),
            logit(_best_other(np.tile(place, (PARAGRAPHS, 1)))),
            best / len(said.asked),
            themes[0] > 0,
            said.asked[best],
            np.log1p(joint.sum(0)),
            np.full(PARAGRAPHS, said.whole[OUTSIDE] + said.whole[UNCLEAR]),
            weight @ (own.argmax(1)[:, None] == np.arange(PARAGRAPHS)),
            _asked_before(joint),
        ]
    )


def _telling(seen: Observation, said: Opinion) -> np.ndarray:
    """(19, 8): what makes an ask the main one (rule 3): a priority said in, before or after it; words; strength."""
    own = said.themed[:, 1 : PARAGRAPHS + 1]
    joint = said.asked[:, None] * own
    words = lengths(seen)[:, None]
    first, later = ((seen.cue(cue) > 0).astype(float)[:, None] for cue in ("priority", "secondary"))
    asked_words, all_words = (joint * words).sum(0), (own * words).sum(0)
    return np.column_stack(
        [
            asked_words / max(asked_words.sum(), 1e-9),
            all_words / max(all_words.sum(), 1e-9),
            (joint * first).max(0),
            (joint * _before(first)).max(0),
            (joint * _after(first)).max(0),
            (joint * later).max(0),
            (joint * _after(later)).max(0),
            joint.max(0) >= 0.999 * joint.max(),
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


def chance(log_odds: np.ndarray) -> np.ndarray:
    """Probabilities from log-odds, the way back from ``logit``."""
    return 1 / (1 + np.exp(-np.clip(log_odds, -60, 60)))


def placed(values: np.ndarray) -> np.ndarray:
    """(CLASSES,): the values of the 19 paragraphs at columns 1 to 19, the rest zero."""
    columns = np.zeros(CLASSES)
    columns[1 : PARAGRAPHS + 1] = values
    return columns


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
    np.fill_diagonal(masked, -np.inf)
    return masked.max(1)
