"""Claiming an item: one officer holds it, and nobody takes it from them by claiming."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.access.principal import Principal
from service.casework.models import QueueItemRow
from service.casework.queries import check_team, item_row, next_waiting
from service.casework.transitions import next_state
from service.clock import to_text
from service.errors import Conflict


def claim(session: Session, item_id: str, *, caller: Principal, at: datetime) -> tuple[QueueItemRow, bool]:
    """The item, held by the caller, and whether that is new; raises Conflict where another holds it."""
    row = item_row(session, item_id, caller=caller, lock=True)
    if row.holder_id == caller.id and row.state == "claimed":
        return row, False
    if row.holder_id is not None and row.state == "claimed":
        raise Conflict(
            f"An officer of the team {row.team} holds this item since {to_text(row.claimed_at)}.",
            code="already-claimed",
            team=row.team,
            claimed_at=to_text(row.claimed_at),
        )
    _hold(session, row, caller, at)
    return row, True


def claim_next(session: Session, team: str, *, caller: Principal, at: datetime) -> QueueItemRow | None:
    """The item at the head of the team's queue, now held by the caller; None where nothing waits."""
    check_team(caller, team)
    row = next_waiting(session, team)
    if row is not None:
        _hold(session, row, caller, at)
    return row


def _hold(session: Session, row: QueueItemRow, caller: Principal, at: datetime) -> None:
    row.state = next_state(row.role, row.state, "claim")
    row.holder_id = caller.id
    row.claimed_at = at
    row.version += 1
    session.flush()
