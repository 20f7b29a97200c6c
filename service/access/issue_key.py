"""Making and ending API keys: 256 random bits, stored as SHA-256, shown once."""

import hashlib
import secrets
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.access.models import KeyRow
from service.errors import Conflict, NotFound
from service.ids import new_id


def issue_key(session: Session, principal_id: str, *, at: datetime) -> str:
    """Writes a new key for the principal and returns it; it cannot be read again."""
    prefix = f"mdk_{secrets.token_hex(4)}"
    key = f"{prefix}_{secrets.token_urlsafe(32)}"
    session.add(KeyRow(id=new_id(), principal_id=principal_id, prefix=prefix, sha256=key_digest(key), created_at=at))
    session.flush()
    return key


def key_digest(key: str) -> bytes:
    """SHA-256 of a key: with 256 random bits in it, a slow password hash would add nothing but a bottleneck."""
    return hashlib.sha256(key.encode()).digest()


def revoke_key(session: Session, prefix: str, *, at: datetime) -> str:
    """Ends the key with this prefix and returns its holder's id; raises NotFound, or Conflict where it has ended."""
    row = session.scalars(select(KeyRow).where(KeyRow.prefix == prefix).with_for_update()).one_or_none()
    if row is None:
        raise NotFound(f"There is no key with the prefix {prefix!r}.")
    if row.revoked_at is not None:
        raise Conflict(f"The key {prefix} was revoked already.", code="key-revoked")
    row.revoked_at = at
    return row.principal_id


def key_prefix(key: str) -> str:
    """The visible beginning of a key, by which people speak of it."""
    return "_".join(key.split("_")[:2])
