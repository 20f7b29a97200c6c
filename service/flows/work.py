"""An officer works an item: each step with its leaf, in the order claim, release, decide."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.access.principal import Principal
from service.assessment.queries import current_assessment
from service.casework.claim import claim, claim_next
from service.casework.decide import decide, item_to_decide
from service.casework.idle import return_idle
from service.casework.models import QueueItemRow
from service.casework.queries import needs_open, newest_route
from service.casework.release import release
from service.casework.reroute import follow
from service.casework.ruling import check_acceptable, rulings_of
from service.casework.schemas import DecideIn
from service.desk import Desk
from service.flows.leaves import decided, moved, sent_on
from service.intake.progress import lock_request, progress
from service.intake.queries import request_row
from service.ledger.append import append
from service.ledger.events import Event, EventName


def claim_item(session: Session, item_id: str, *, caller: Principal, at: datetime) -> int | None:
    """Claims the item for the caller; the leaf's index, or None where the caller held it already."""
    row, new = claim(session, item_id, caller=caller, at=at)
    return _claimed(session, row, caller, at) if new else None


def claim_next_item(session: Session, team: str, *, caller: Principal, at: datetime) -> tuple[str, int] | None:
    """Claims the head of the team's queue; the item's id and the leaf's index, or None where nothing waits."""
    row = claim_next(session, team, caller=caller, at=at)
    return row and (row.id, _claimed(session, row, caller, at))


def release_item(session: Session, item_id: str, *, seen: int | None, caller: Principal, at: datetime) -> int:
    """Gives the item back to its queue; the leaf's index."""
    row = release(session, item_id, seen=seen, caller=caller)
    event = _move(EventName.ITEM_RELEASED, row, caller.id)
    return append(session, [event, *_followed(session, row)], at=at)[0]


def return_idle_items(session: Session, *, since: datetime, limit: int, at: datetime) -> int:
    """Gives items that are held since before the time back to their queues; how many."""
    rows = return_idle(session, since=since, limit=limit)
    if rows:
        moves = [(_move(EventName.ITEM_RETURNED, row, "system"), _followed(session, row)) for row in rows]
        append(session, [event for returned, more in moves for event in (returned, *more)], at=at)
    return len(rows)


def decide_item(
    session: Session, item_id: str, *, desk: Desk, payload: DecideIn, seen: int | None, caller: Principal, at: datetime
) -> int:
    """Rules on the need of the lead item and, with the last need, on the request; the leaf's index."""
    row = item_to_decide(session, item_id, seen=seen, caller=caller)
    assessment = current_assessment(session, row.need_id)
    rulings = rulings_of(payload, assessment.ask_ids)
    standing = desk.catalogue.instrument(assessment.instrument).standing(at.date())
    allowed_by = desk.settings.provisional_acceptance_allowed_by
    check_acceptable(
        rulings,
        dict(zip(assessment.ask_ids, assessment.report.asks, strict=True)),
        assessment.report,
        authentic=request_row(session, row.request_id, caller=caller).authenticity == "established",
        standing=standing,
        allowed_by=allowed_by,
    )
    decisions = decide(
        session,
        row,
        rulings=rulings,
        assessment_id=assessment.id,
        standing=standing,
        allowed_by=allowed_by,
        caller=caller,
        at=at,
    )
    event = decided(
        request_id=row.request_id,
        need_id=row.need_id,
        item_id=row.id,
        assessment_id=assessment.id,
        decisions=decisions,
        rulings=rulings,
        standing=standing,
        request_decided=_close_request(session, row.request_id),
        caller=caller,
    )
    return append(session, [event], at=at)[0]


def _close_request(session: Session, request_id: str) -> bool:
    """Moves the request on where its last need was ruled on; the row's lock lets the later of two officers see it."""
    lock_request(session, request_id)
    return needs_open(session, request_id) == 0 and progress(session, request_id, to="decided")


def _claimed(session: Session, row: QueueItemRow, caller: Principal, at: datetime) -> int:
    progress(session, row.request_id, to="in_work")
    return _append_move(session, EventName.ITEM_CLAIMED, row, caller, at)


def _followed(session: Session, row: QueueItemRow) -> list[Event]:
    """What came in while the item was held: a newer reading that sends the need to another team."""
    route = newest_route(session, row.need_id)
    done = follow(session, row, route)
    return sent_on(row.request_id, row.need_id, done, route) if done.left else []


def _append_move(session: Session, name: EventName, row: QueueItemRow, caller: Principal, at: datetime) -> int:
    return append(session, [_move(name, row, caller.id)], at=at)[0]


def _move(name: EventName, row: QueueItemRow, actor: str) -> Event:
    return moved(name, request_id=row.request_id, item_id=row.id, team=row.team, version=row.version, actor=actor)
