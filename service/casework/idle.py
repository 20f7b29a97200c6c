"""Claims that nobody works any more go back to their queues."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from service.casework.models import QueueItemRow
from service.casework.transitions import next_state


def any_idle(session: Session, *, since: datetime) -> bool:
    """Whether an item is held since before the time."""
    return session.scalars(_idle(since).limit(1)).first() is not None


def return_idle(session: Session, *, since: datetime, limit: int) -> Sequence[QueueItemRow]:
    """Up to ``limit`` items that were held since before the time, waiting again in their old places.

    Items that somebody works on at this moment are passed over.
    """
    query = _idle(since).order_by(QueueItemRow.claimed_at, QueueItemRow.id).limit(limit)
    query = query.with_for_update(skip_locked=True).execution_options(populate_existing=True)
    rows = session.scalars(query).all()
    for row in rows:
        row.state = next_state(row.role, row.state, "return")
        row.holder_id = row.claimed_at = None
        row.version += 1
    session.flush()
    return rows


def _idle(since: datetime) -> Select[tuple[QueueItemRow]]:
    return select(QueueItemRow).where(QueueItemRow.state == "claimed", QueueItemRow.claimed_at < since)
