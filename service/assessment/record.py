"""Storing a reading of a need."""

from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from service.assessment.models import AskRow, AssessmentRow, MatchRow
from service.ids import new_id
from service.matching.report import MatchReport

ENGINE = "engine"


def record(session: Session, need_id: str, *, report: MatchReport, instrument: str, author: str, at: datetime) -> str:
    """Writes the reading as the need's newest assessment and returns its id; the one before stays as it was."""
    assessment_id = new_id()
    session.add(
        AssessmentRow(
            id=assessment_id,
            need_id=need_id,
            ordinal=_next_ordinal(session, need_id),
            author=author,
            language=report.language,
            language_detected=report.language_detected,
            disposition=report.disposition,
            reasons=list(report.reasons),
            primary_paragraph=report.primary,
            probabilities=report.probabilities,
            contrast=report.contrast,
            instruments=[item.to_json() for item in report.instruments],
            instrument=instrument,
            catalogue=report.catalogue,
            engine=report.engine,
            made_at=at,
        )
    )
    session.flush()
    session.add_all([*_matches(assessment_id, report), *_asks(assessment_id, report)])
    session.flush()
    return assessment_id


def _next_ordinal(session: Session, need_id: str) -> int:
    newest = session.scalar(select(func.max(AssessmentRow.ordinal)).where(AssessmentRow.need_id == need_id))
    return (newest or 0) + 1


def _matches(assessment_id: str, report: MatchReport) -> list[MatchRow]:
    return [
        MatchRow(
            assessment_id=assessment_id,
            paragraph=match.paragraph,
            rank=rank,
            theme=match.theme,
            probability=match.probability,
            evidence=[span.to_json() for span in match.evidence],
        )
        for rank, match in enumerate(report.matches, start=1)
    ]


def _asks(assessment_id: str, report: MatchReport) -> list[AskRow]:
    return [
        AskRow(
            id=new_id(),
            assessment_id=assessment_id,
            ordinal=ordinal,
            field=ask.field,
            start=ask.start,
            end=ask.end,
            role=ask.role,
            paragraphs=list(ask.paragraphs),
            covered=ask.covered,
        )
        for ordinal, ask in enumerate(report.asks, start=1)
    ]
