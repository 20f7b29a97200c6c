"""Reads of the assessment room."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.assessment.models import AskRow, AssessmentRow, MatchRow
from service.matching.report import Ask, Evidence, Match, MatchReport, NamedInstrument


@dataclass(frozen=True, kw_only=True, slots=True)
class Assessment:
    """A stored reading: the report as it was made, who made it when, and the ids of its asks, in the report's order."""

    id: str
    need_id: str
    author: str
    made_at: datetime
    instrument: str
    report: MatchReport
    ask_ids: tuple[str, ...]


def current_assessment(session: Session, need_id: str) -> Assessment:
    """The newest reading of the need."""
    return _load(session, need_id, AssessmentRow.ordinal.desc())


def first_assessment(session: Session, need_id: str) -> Assessment:
    """The reading made on entry."""
    return _load(session, need_id, AssessmentRow.ordinal.asc())


def _load(session: Session, need_id: str, order) -> Assessment:
    row = session.scalars(select(AssessmentRow).where(AssessmentRow.need_id == need_id).order_by(order).limit(1)).one()
    matches = session.scalars(select(MatchRow).where(MatchRow.assessment_id == row.id).order_by(MatchRow.rank))
    asks = list(session.scalars(select(AskRow).where(AskRow.assessment_id == row.id).order_by(AskRow.ordinal)))
    return Assessment(
        id=row.id,
        need_id=row.need_id,
        author=row.author,
        made_at=row.made_at,
        instrument=row.instrument,
        report=_report(row, tuple(map(_match, matches)), tuple(map(_ask, asks))),
        ask_ids=tuple(ask.id for ask in asks),
    )


def _report(row: AssessmentRow, matches: tuple[Match, ...], asks: tuple[Ask, ...]) -> MatchReport:
    return MatchReport(
        language=row.language,
        language_detected=row.language_detected,
        disposition=row.disposition,
        reasons=tuple(row.reasons),
        primary=row.primary_paragraph,
        matches=matches,
        asks=asks,
        # JSONB keeps no order of keys, so the paragraphs' order is made again.
        probabilities=dict(sorted(row.probabilities.items(), key=lambda one: int(one[0]))),
        contrast=row.contrast,
        instruments=tuple(
            NamedInstrument(name=one["name"], field=one["in"], start=one["start"], end=one["end"])
            for one in row.instruments
        ),
        catalogue=row.catalogue,
        engine=row.engine,
    )


def _match(row: MatchRow) -> Match:
    return Match(
        paragraph=row.paragraph,
        theme=row.theme,
        probability=row.probability,
        evidence=tuple(
            Evidence(field=span["in"], start=span["start"], end=span["end"], quote=span["quote"])
            for span in row.evidence
        ),
    )


def _ask(row: AskRow) -> Ask:
    return Ask(
        field=row.field,
        start=row.start,
        end=row.end,
        role=row.role,
        paragraphs=tuple(row.paragraphs),
        covered=row.covered,
    )
