"""A new reading moves a need: the queues follow its route, but nobody loses what they hold."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.casework.models import QueueItemRow
from service.casework.queue import add_items, keep_route
from service.casework.routing import Route
from service.casework.transitions import next_state


@dataclass(frozen=True, kw_only=True, slots=True)
class Rerouted:
    """The route that was taken, the ids of the items it made, and the items that left their queues."""

    route: Route
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
    """Moves the need's waiting items to the teams of the route.

    Where an officer holds the lead item it stays with them, and the route says where it would go. The version of every
    item rises, so that nobody rules on a reading that they have not seen.
    """
    lead = lead_of(items)
    if lead.state != "waiting" and lead.team != route.lead:
        route = replace(
            route,
            lead=lead.team,
            supporting=(),
            would_go_to=route.would_go_to or route.lead,
            why=f"An officer of the team {lead.team} holds it. Otherwise: {route.why}",
        )
    keep_route(session, need_id=lead.need_id, assessment_id=assessment_id, route=route)
    teams = (route.lead, *route.supporting)
    left = [item for item in items if item.state == "waiting" and item.team not in teams]
    for item in items:
        item.version += 1
        if item in left:
            item.state = next_state(item.role, item.state, "reroute")
    there = {item.team for item in items}
    made = add_items(
        session,
        teams=[team for team in teams if team not in there],
        lead=route.lead,
        request_id=lead.request_id,
        need_id=lead.need_id,
        priority=lead.priority,
        received_at=lead.received_at,
    )
    return Rerouted(route=route, made=made, left=left)
