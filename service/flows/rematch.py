"""A need that came in while the matcher was down or late is matched again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service.assessment.queries import current_assessment
from service.assessment.record import ENGINE, record
from service.casework.reroute import lead_of, lock_items, reroute
from service.casework.routing import Circumstances, choose_route
from service.desk import Desk
from service.flows.leaves import read, sent_on
from service.intake.models import AssistanceRequestRow, NeedRow
from service.ledger.append import append
from service.ledger.events import Event
from service.matching.report import MatchReport
from service.tasks.lease import Lease, finish


@dataclass(frozen=True, kw_only=True, slots=True)
class Unread:
    """What is to be read again: the need's words, and the language that the State named."""

    title: str
    text: str
    language: str | None


def unread(session: Session, need_id: str) -> Unread | None:
    """The need's words; None where it was read meanwhile, by the engine or by an officer."""
    if not current_assessment(session, need_id).report.unread:
        return None
    need = session.get_one(NeedRow, need_id)
    language = session.get_one(AssistanceRequestRow, need.request_id).language
    return Unread(title=need.title, text=need.text, language=language)


def rematch(session: Session, lease: Lease, report: MatchReport | None, *, desk: Desk, at: datetime) -> None:
    """Ends the task and writes the new reading with its route and leaves; none for a need that was ruled on or read.

    Raises Conflict, which undoes it all, where another worker has the task by now.
    """
    need = session.get_one(NeedRow, lease.subject)
    finish(session, lease)
    items = lock_items(session, need.id)
    if report is not None and lead_of(items).state != "decided" and current_assessment(session, need.id).report.unread:
        append(session, _read_again(session, need, items, report, desk, at), at=at)


def _read_again(
    session: Session, need: NeedRow, items: list, report: MatchReport, desk: Desk, at: datetime
) -> list[Event]:
    request = session.get_one(AssistanceRequestRow, need.request_id)
    circumstances = Circumstances(
        region=desk.states.get(request.member_state).region,
        urgency=request.urgency,
        authentic=request.authenticity == "established",
    )
    route = choose_route(report, circumstances, desk.routing)
    assessment = record(session, need.id, report=report, instrument=desk.catalogue.current.slug, author=ENGINE, at=at)
    done = reroute(session, items, assessment_id=assessment, route=route)
    return [read(request.id, need.id, assessment, report), *sent_on(request.id, need.id, done, route)]
