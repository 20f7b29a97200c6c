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
from service.ledger.queries import latest_checkpoint
from service.ledger.signer import retire


def declare_origin(session: Session, *, data_dir: Path, origin: str, reason: str, at: datetime) -> None:
    """Retires the signer of the origin before, and appends a leaf that says what it signed last; then sign anew.

    Raises Conflict for an origin that is or was in use. Auditors who hold checkpoints of the old origin see in the leaf
    from which of them on the log is another. A crash before the commit leaves the old key retired: declare again.
    """
    stream = f"origin:{sha256_hex(origin.encode())[:16]}"
    declared = session.scalars(select(LeafRow.leaf_index).where(LeafRow.stream == stream).limit(1)).first()
    if declared is not None or latest_checkpoint(session, origin) is not None:
        raise Conflict(f"{origin} is the origin already, or was it once.", code="origin-used")
    before = retire(data_dir, origin)
    last = before and {"origin": before.origin, "size": before.size, "root": before.root.hex()}
    event = Event(
        name=EventName.ORIGIN_DECLARED,
        stream=stream,
        actor="operator",
        facts={"origin": origin, "before": last},
        secrets={"reason": reason},
    )
    append(session, [event], at=at)
