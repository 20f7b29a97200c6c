"""Moving a request from state to state."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.intake.models import AssistanceRequestRow

# What a request may become while its needs are worked; entry decides the first state.
MOVES: dict[str, frozenset[str]] = {
    "received": frozenset({"authenticated", "in_work"}),
    "authenticated": frozenset({"acknowledged", "in_work"}),
    "acknowledged": frozenset({"in_work"}),
    "in_work": frozenset({"decided"}),
}


def lock_request(session: Session, request_id: str) -> AssistanceRequestRow:
    """The request's row as it is now, locked until the transaction ends: two officers who rule at once then see
    each other's rulings."""
    return session.scalars(
        select(AssistanceRequestRow)
        .where(AssistanceRequestRow.id == request_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()


def progress(session: Session, request_id: str, *, to: str) -> bool:
    """Moves the request on and raises its version; False where it is there already or past it."""
    row = lock_request(session, request_id)
    if to not in MOVES.get(row.state, frozenset()):
        return False
    row.state = to
    row.version += 1
    session.flush()
    return True
