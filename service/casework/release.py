"""Giving an item back to its queue."""

from sqlalchemy.orm import Session

from service.access.principal import Principal
from service.casework.fence import check_holder, check_version
from service.casework.models import QueueItemRow
from service.casework.queries import item_row
from service.casework.transitions import next_state


def release(session: Session, item_id: str, *, seen: int | None, caller: Principal) -> QueueItemRow:
    """The item, waiting again in its old place; raises Stale for another version, Conflict for another holder."""
    row = item_row(session, item_id, caller=caller, lock=True)
    check_version(row, seen)
    state = next_state(row.role, row.state, "release")
    check_holder(row, caller)
    row.state, row.holder_id, row.claimed_at = state, None, None
    row.version += 1
    session.flush()
    return row
