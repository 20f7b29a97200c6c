"""Putting a need on the queues of its route."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from service.casework.models import QueueItemRow, RouteRow
from service.casework.routing import Route
from service.ids import new_id


def queue(
    session: Session,
    *,
    request_id: str,
    need_id: str,
    assessment_id: str,
    route: Route,
    priority: int,
    received_at: datetime,
) -> list[str]:
    """Writes the route, a lead item and a supporting item for each supporting team; returns the items' ids."""
    keep_route(session, need_id=need_id, assessment_id=assessment_id, route=route)
    return add_items(
        session,
        teams=(route.lead, *route.supporting),
        lead=route.lead,
        request_id=request_id,
        need_id=need_id,
        priority=priority,
        received_at=received_at,
    )


def keep_route(session: Session, *, need_id: str, assessment_id: str, route: Route) -> None:
    """Writes where a reading sends its need."""
    session.add(
        RouteRow(
            assessment_id=assessment_id,
            need_id=need_id,
            lead=route.lead,
            supporting=list(route.supporting),
            would_go_to=route.would_go_to,
            why=route.why,
            routing_table=route.table,
        )
    )


def add_items(
    session: Session,
    *,
    teams: Sequence[str],
    lead: str,
    request_id: str,
    need_id: str,
    priority: int,
    received_at: datetime,
) -> list[str]:
    """Writes an item for each team, the lead's as lead; returns their ids."""
    items = [
        QueueItemRow(
            id=new_id(),
            request_id=request_id,
            need_id=need_id,
            team=team,
            role="lead" if team == lead else "supporting",
            state="waiting",
            priority=priority,
            received_at=received_at,
            version=1,
        )
        for team in teams
    ]
    session.add_all(items)
    session.flush()
    return [item.id for item in items]
