"""From what is seen in one need to the report on it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np

from service.matching.asks import role_of
from service.matching.calibration import per_ten_thousand
from service.matching.classifier import Heads, Scores, linear_opinion, score
from service.matching.contrast import contrast
from service.matching.disposition import Finding, decide
from service.matching.evidence import evidence_for
from service.matching.features import PARAGRAPHS, role_features
from service.matching.observation import Observation, at_rows
from service.matching.report import Ask, Match, MatchReport, NamedInstrument

FOCUS = 40  # segments weighed together; the longest letter that was learned from has 32
_REACH = 2  # neighbours on each side that are weighed with what asks
_HEARD = 0.2  # least chance of being an ask, or terms, to be weighed; at 0.3 and one neighbour filler hid 2 of 27 asks
_TOLD, _MOST_TOLD = 0.1, 3  # what a term of a theme or of terrorism adds to being an ask, and how many add
_COVERS = 0.25  # share of an ask's distribution over paragraphs from which a cited one covers it


@dataclass(frozen=True, kw_only=True, slots=True)
class Frame:
    """What a report carries besides its finding."""

    language: str | None
    language_detected: bool
    themes: Mapping[int, str]
    instruments: tuple[NamedInstrument, ...]
    catalogue: str
    engine: str


def judge(seen: Observation, heads: Heads, frame: Frame) -> MatchReport:
    """The report on one need; a text without a single segment is unclear, too short."""
    if not seen.segments:
        return empty_report(frame, "too_short")
    focus = focused(heads, seen)
    weighed = seen if focus is None else at_rows(seen, focus)
    scores = score(heads, weighed)
    finding = decide(scores, seen)
    probabilities = _probabilities(heads, scores)
    matches = tuple(
        Match(
            paragraph=p,
            theme=frame.themes[p],
            probability=probabilities[str(p)],
            evidence=evidence_for(p, scores, weighed),
        )
        for p in finding.cited
    )
    return MatchReport(
        language=frame.language,
        language_detected=frame.language_detected,
        disposition=finding.disposition,
        reasons=finding.reasons + (("truncated",) if seen.truncated else ()),
        primary=finding.primary,
        matches=matches,
        asks=_asks(scores if focus is None else _widened(heads, scores, seen, focus), seen, finding, matches),
        probabilities=probabilities,
        contrast=_contrast(finding, scores, probabilities, weighed),
        instruments=frame.instruments,
        catalogue=frame.catalogue,
        engine=frame.engine,
    )


def focused(heads: Heads, seen: Observation) -> np.ndarray | None:
    """Of more than FOCUS segments the rows that ask or name a theme, and their neighbours; null for a shorter need.

    The classifiers learned from letters; what fills a long paper between its asks would drown them.
    """
    if len(seen.segments) <= FOCUS:
        return None
    told = np.minimum(seen.counts[:, :PARAGRAPHS].sum(1) + seen.cue("terrorism"), _MOST_TOLD)
    weights = heads.role.yes(role_features(seen)) + _TOLD * told
    weights[0] += 1.0  # the title, or how the letter begins
    near = weights
    for _ in range(_REACH):
        near = np.maximum(near, 0.99 * np.maximum(np.append(near[1:], 0), np.append(0, near[:-1])))
    best = np.argsort(-near, kind="stable")[:FOCUS]
    return np.sort(best[near[best] >= _HEARD])


def _widened(heads: Heads, scores: Scores, seen: Observation, focus: np.ndarray) -> Scores:
    """The scores with the segments outside the focus as the linear classifiers see them, so that no ask vanishes."""
    linear = linear_opinion(heads, seen)
    asked, themed = linear.asked.copy(), linear.themed.copy()
    asked[focus], themed[focus] = scores.asked, scores.themed
    return replace(scores, asked=asked, themed=themed)


def empty_report(frame: Frame, reason: str) -> MatchReport:
    """An unclear report that found nothing, and why."""
    return MatchReport(
        language=frame.language,
        language_detected=frame.language_detected,
        disposition="unclear",
        reasons=(reason,),
        primary=None,
        matches=(),
        asks=(),
        catalogue=frame.catalogue,
        engine=frame.engine,
    )


def _probabilities(heads: Heads, scores: Scores) -> dict[str, int]:
    calibrated = heads.calibration.apply(scores.cited)
    return {str(p): per_ten_thousand(calibrated[p]) for p in range(1, PARAGRAPHS + 1)}


def _asks(scores: Scores, seen: Observation, finding: Finding, matches: tuple[Match, ...]) -> tuple[Ask, ...]:
    """Every segment that asks or gives notice, and every segment that holds evidence; none vanishes."""
    held = {}
    for match in matches:
        for span in match.evidence:
            held.setdefault((span.field, _segment_at(seen, span.field, span.start)), []).append(match.paragraph)
    asks = []
    for row, segment in enumerate(seen.segments):
        evidenced = held.get((segment.field, row), [])
        role = role_of(scores.asked[row], seen.terms[row], int(scores.themed[row].argmax()))
        if role not in ("ask", "notice") and not evidenced:
            continue
        found = {p for p in finding.cited if scores.themed[row, p] >= _COVERS} | set(evidenced)
        asks.append(
            Ask(
                field=segment.field,
                start=segment.start,
                end=segment.end,
                role="notice" if finding.disposition == "notice" else "ask",
                paragraphs=tuple(sorted(found)),
                covered=bool(found),
            )
        )
    return tuple(asks)


def _segment_at(seen: Observation, field: str, start: int) -> int:
    return next(row for row, s in enumerate(seen.segments) if s.field == field and s.start <= start < s.end)


def _contrast(finding: Finding, scores: Scores, probabilities: dict[str, int], seen: Observation) -> dict | None:
    """The primary against the next best; null where nothing is cited."""
    if finding.primary is None:
        return None
    ranked = np.argsort(-scores.cited[1 : PARAGRAPHS + 1], kind="stable") + 1
    second = next(int(p) for p in ranked if p != finding.primary)
    return contrast(finding.primary, second, probabilities, seen)
