"""A new reading moves a need: the queues follow its route, but nobody loses what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.casework.models import QueueItemRow
from service.casework.queue import add_items, keep_route
from service.casework.routing import Route
from service.casework.transitions import next_state


@dataclass(frozen=True, kw_only=True, slots=True)
class Rerouted:
    """The ids of the items that were made, and the items that left their queues."""

    made: Sequence[str]
    left: Sequence[QueueItemRow]


def lock_items(session: Session, need_id: str) -> list[QueueItemRow]:
    """The need's items as they are now, locked until the transaction ends."""
    query = select(QueueItemRow).where(QueueItemRow.need_id == need_id).order_by(QueueItemRow.id)
    return list(session.scalars(query.with_for_update().execution_options(populate_existing=True)))


def lead_of(items: Sequence[QueueItemRow]) -> QueueItemRow:
    """The item on which the need is ruled: the lead one that was not sent on."""
    return next(item for item in items if item.role == "lead" and item.state != "transferred")


def reroute(session: Session, items: Sequence[QueueItemRow], *, assessment_id: str, route: Route) -> Rerouted:
    """Writes the route of a new reading and moves the need's waiting items to its teams.

    Where an officer holds the lead item it stays with them until they give it back (see ``follow``). The version of
    every item rises, so that nobody rules on a reading that they have not seen.
    """
    keep_route(session, need_id=items[0].need_id, assessment_id=assessment_id, route=route)
    for item in items:
        item.version += 1
    return _move(session, items, route)


def follow(session: Session, row: QueueItemRow, route: Route) -> Rerouted:
    """After a lead item has come back to its queue: it goes where the need's newest route sends it."""
    teams = session.scalars(select(QueueItemRow.team).where(QueueItemRow.need_id == row.need_id)).all()
    if row.role != "lead" or row.team == route.lead or route.lead in teams:
        return Rerouted(made=(), left=())
    row.state = next_state(row.role, row.state, "reroute")
    row.version += 1
    return Rerouted(made=_make(session, row, [route.lead], route.lead), left=(row,))


def _move(session: Session, items: Sequence[QueueItemRow], route: Route) -> Rerouted:
    lead, teams = lead_of(items), (route.lead, *route.supporting)
    held_elsewhere = lead.team != route.lead and lead.state != "waiting"
    left = [item for item in items if item.state == "waiting" and item.team not in teams]
    for item in left:
        item.state = next_state(item.role, item.state, "reroute")
    there = {item.team for item in items} | ({route.lead} if held_elsewhere else set())
    made = _make(session, lead, [team for team in teams if team not in there], route.lead)
    return Rerouted(made=made, left=left)


def _make(session: Session, like: QueueItemRow, teams: Sequence[str], lead: str) -> list[str]:
    """Items of the same need, in its place by priority and time of receipt."""
    return add_items(
        session,
        teams=teams,
        lead=lead,
        request_id=like.request_id,
        need_id=like.need_id,
        priority=like.priority,
        received_at=like.received_at,
    )
