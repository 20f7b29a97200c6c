"""A new origin: after a restore the log goes on under a new name and key, and says in a leaf what came before."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.canonical import sha256_hex
from service.errors import Conflict
from service.ledger.append import append
from service.ledger.events import Event, EventName
from service.ledger.models import LeafRow
from service.ledger.queries import latest_checkpoint, latest_of_another
from service.ledger.signer import retire, retiring


def declare_origin(session: Session, *, data_dir: Path, origin: str, reason: str, at: datetime) -> None:
    """Retires the signer of the origin before, and appends a leaf that says what it signed last.

    Nobody signs until ``signer.end_retirement``, which the caller calls after the commit; a crash on the way is mended
    by declaring the same origin again. Raises Conflict for an origin that is or was in use. Auditors who hold
    checkpoints of the old origin see in the leaf from which of them on the log is another.
    """
    stream = f"origin:{sha256_hex(origin.encode())[:16]}"
    declared = session.scalars(select(LeafRow.leaf_index).where(LeafRow.stream == stream).limit(1)).first() is not None
    if not retiring(data_dir, origin) and (declared or latest_checkpoint(session, origin) is not None):
        raise Conflict(f"{origin} is the origin already, or was it once.", code="origin-used")
    before = retire(data_dir, origin) or latest_of_another(session, origin)
    if declared:
        return
    last = before and {"origin": before.origin, "size": before.size, "root": before.root.hex()}
    event = Event(
        name=EventName.ORIGIN_DECLARED,
        stream=stream,
        actor="operator",
        facts={"origin": origin, "before": last},
        secrets={"reason": reason},
    )
    append(session, [event], at=at)
