"""The request's own words for a paragraph: spans of the text as sent, trimmed to the operative phrase."""

from collections.abc import Sequence

import numpy as np

from service.matching.classifier import Scores
from service.matching.lexicon import Term
from service.matching.observation import Observation
from service.matching.report import Evidence
from service.matching.text import Segment

_MOST = 3  # spans per paragraph
_SHARE = 0.5  # a further segment is evidence from this share of the best one's score on
_CLOSING = ".。!！?？؟;；؛,،，:： \t»”\"'"


def evidence_for(paragraph: int, scores: Scores, seen: Observation) -> tuple[Evidence, ...]:
    """At least one span for a cited paragraph, in reading order."""
    joint = scores.asked * scores.themed[:, paragraph]
    best = int(joint.argmax())
    chosen = [i for i in np.argsort(-joint, kind="stable")[:_MOST] if joint[i] >= max(_SHARE * joint[best], 0.2)]
    return tuple(quoted(seen.segments[i], seen.terms[i]) for i in sorted({best, *map(int, chosen)}))


def quoted(segment: Segment, terms: Sequence[Term]) -> Evidence:
    """The segment's operative phrase as evidence."""
    start, end = _operative(segment, terms)
    return Evidence(
        field=segment.field, start=start, end=end, quote=segment.text[start - segment.start : end - segment.start]
    )


def _operative(segment: Segment, terms: Sequence[Term]) -> tuple[int, int]:
    length = len(segment.text.rstrip(_CLOSING))
    return segment.start, segment.start + (length or len(segment.text))
