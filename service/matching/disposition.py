"""From scores to a finding: what the text amounts to, what is cited, what leads, and the reasons in codes.

Pure rules; each names the guide's rule it follows. What is judgement comes from the learned scores.
"""

from dataclasses import dataclass

import numpy as np

from service.matching.asks import NOTICES
from service.matching.classifier import Scores
from service.matching.features import ASSISTS
from service.matching.observation import Observation
from service.matching.report import DISPOSITIONS

CITED = 0.4  # score from which a paragraph is cited; set once by cross-validation
# A wrong refusal costs a State more than a wrong reading costs an officer: out of fold 1.0 of 100 were refused in place
# of 1.3, and 13 of 100 outside ones were read in place of 12.
_WEIGHTS = np.array([1.0, 0.9, 1.0, 1.0])
DOUBTED = 0.2  # an authorised need with no paragraph above this is a guess: a person reads on
SHORT = 12  # words (or four code points of Chinese each) under which an unclear text is called too short


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What a need amounts to: ``primary`` is null unless authorised or notice, and always among ``cited``."""

    disposition: str
    primary: int | None
    cited: tuple[int, ...]
    reasons: tuple[str, ...]


def decide(scores: Scores, seen: Observation) -> Finding:
    """The finding for one need with at least one segment."""
    disposition = _disposition(scores)
    if disposition in ("outside_mandate", "unclear"):
        reasons = _outside(scores, seen) if disposition == "outside_mandate" else _unclear(seen)
        return Finding(disposition=disposition, primary=None, cited=(), reasons=reasons)
    allowed = NOTICES if disposition == "notice" else ASSISTS  # under 3, 17, 18 and 19 nothing is asked
    primary = max(allowed, key=lambda p: scores.lead[p] * scores.cited[p])
    cited = {p for p in allowed if scores.cited[p] >= CITED} | {primary}
    return Finding(
        disposition=disposition,
        primary=primary,
        cited=tuple(sorted(cited, key=lambda p: (p != primary, -scores.cited[p], p))),
        reasons=(),
    )


def _disposition(scores: Scores) -> str:
    """The likeliest disposition; unclear where one that cites has nothing to cite, unless a paragraph can be named."""
    likeliest = DISPOSITIONS[int((scores.dispositions * _WEIGHTS).argmax())]
    if likeliest == "authorised" and scores.cited.max() < DOUBTED:
        return "unclear"
    if likeliest == "unclear" and max(scores.cited[p] for p in ASSISTS) >= CITED:
        return "authorised"  # a paragraph that would be cited can be named, so that the need is not unclear (guide)
    return likeliest


def _outside(scores: Scores, seen: Observation) -> tuple[str, ...]:
    """Why outside: a single case (rule 11), ordinary crime that other mandates cover, no terrorism (rule 13)."""
    reasons = ["outside_resolution"]
    if seen.cue("single_case").sum() >= 2:
        reasons.append("single_case")
    if seen.cue("ordinary_crime").sum() >= 2:
        reasons.append("other_mandate_possible")
    if not seen.cue("terrorism").sum():
        reasons.append("no_terrorism_link")
    return tuple(reasons)


def _unclear(seen: Observation) -> tuple[str, ...]:
    """Why unclear: it leans on what is not there, it is too short, or nothing in it names a subject."""
    reasons = []
    if seen.cue("missing_annex").sum():
        reasons.append("missing_annex")
    if _words(seen) < SHORT:
        reasons.append("too_short")
    return tuple(reasons) or ("ambiguous",)


def _words(seen: Observation) -> float:
    texts = [segment.text for segment in seen.segments if segment.field == "text"]
    if seen.language == "zh":
        return sum(map(len, texts)) / 2
    return float(np.sum([len(text.split()) for text in texts])) if texts else 0.0
