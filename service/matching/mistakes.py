"""Where the engine errs: what was said for what, and the errors it was surest of."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from service.matching.labels import Label
from service.matching.report import MatchReport


@dataclass(frozen=True, kw_only=True, slots=True)
class Mistake:
    """One label whose disposition or primary was missed; ``sureness`` is what the report gave its own answer."""

    label: Label
    report: MatchReport
    sureness: int


def outcome_of(disposition: str, primary: int | None) -> str:
    """A row or column of the matrix: the primary paragraph, or the disposition that has none."""
    return {"outside_mandate": "outside", "unclear": "unclear"}.get(disposition, str(primary))


def confusion(labels: Sequence[Label], reports: Mapping[str, MatchReport]) -> dict[tuple[str, str], int]:
    """How often each outcome (first) was read as each (second)."""
    pairs = (
        (outcome_of(label.disposition, label.primary), outcome_of(report.disposition, report.primary))
        for label in labels
        if (report := reports.get(label.id))
    )
    return dict(Counter(pairs))


def worst(labels: Sequence[Label], reports: Mapping[str, MatchReport], *, most: int) -> list[Mistake]:
    """The mistakes made with most confidence, surest first; refusals of what is authorised stand before all."""
    found = [
        Mistake(label=label, report=reports[label.id], sureness=_sureness(label, reports[label.id]))
        for label in labels
        if label.id in reports and _missed(label, reports[label.id])
    ]
    return sorted(found, key=lambda mistake: (-mistake.sureness, mistake.label.id))[:most]


def _missed(label: Label, report: MatchReport) -> bool:
    return (report.disposition, report.primary) != (label.disposition, label.primary)


def _sureness(label: Label, report: MatchReport) -> int:
    if report.primary is not None:
        return report.probabilities[str(report.primary)]
    refused = report.disposition == "outside_mandate" and label.primary is not None
    return 10_000 if refused else 0
