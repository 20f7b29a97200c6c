"""Writing the ruling on a need."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from service.access.principal import Principal
from service.casework.fence import check_holder, check_version
from service.casework.models import DecisionRow, QueueItemRow
from service.casework.queries import item_row
from service.casework.ruling import Ruling
from service.casework.transitions import next_state
from service.ids import new_id


def item_to_decide(session: Session, item_id: str, *, seen: int | None, caller: Principal) -> QueueItemRow:
    """The lead item that the caller holds, locked, at the version that they saw."""
    row = item_row(session, item_id, caller=caller, lock=True)
    check_version(row, seen)
    next_state(row.role, row.state, "decide")
    check_holder(row, caller)
    return row


def decide(
    session: Session,
    row: QueueItemRow,
    *,
    rulings: Sequence[Ruling],
    assessment_id: str,
    standing: str,
    allowed_by: str | None,
    caller: Principal,
    at: datetime,
) -> list[str]:
    """Writes the rulings and closes the lead item; returns the decisions' ids, in the order given."""
    decisions = [
        DecisionRow(
            id=new_id(),
            need_id=row.need_id,
            assessment_id=assessment_id,
            ask_id=one.ask_id,
            ruling=one.ruling,
            reason=one.reason,
            standing=standing,
            allowed_by=allowed_by if one.ruling == "accepted" and standing == "provisional" else None,
            decided_by=caller.id,
            decided_at=at,
        )
        for one in rulings
    ]
    session.add_all(decisions)
    row.state = next_state(row.role, row.state, "decide")
    row.version += 1
    session.flush()
    return [decision.id for decision in decisions]
