"""Idempotency keys: the same call again gets the same answer, and is done once."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from service.access.models import IdempotencyRow
from service.database import insert_new
from service.errors import Invalid

KEPT = timedelta(days=7)


@dataclass(frozen=True, kw_only=True, slots=True)
class Call:
    """One call under a key: scoped to the caller and the route, with the digest of what was asked."""

    principal_id: str
    route: str
    key: str
    body_sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Kept:
    """What the call was answered the first time."""

    status: int
    object_id: str
    object_version: int


def answered(session: Session, call: Call, *, at: datetime) -> Kept | None:
    """The first answer to this call, or None where there is none; raises Invalid for another body under the key."""
    row = session.get(IdempotencyRow, (call.principal_id, call.route, call.key))
    if row is None or row.created_at < at - KEPT:
        return None
    if row.body_sha256 != call.body_sha256:
        raise Invalid(
            "This Idempotency-Key was used with another body; use a new key for a new request.",
            code="idempotency-key-reused",
        )
    return Kept(status=row.status, object_id=row.object_id, object_version=row.object_version)


def keep_answer(session: Session, call: Call, kept: Kept, *, at: datetime) -> bool:
    """Takes the key for this call; False where a concurrent call took it first (it is committed by then)."""
    session.execute(
        delete(IdempotencyRow).where(
            IdempotencyRow.principal_id == call.principal_id, IdempotencyRow.created_at < at - KEPT
        )
    )
    return insert_new(
        session,
        IdempotencyRow,
        {
            "principal_id": call.principal_id,
            "route": call.route,
            "key": call.key,
            "body_sha256": call.body_sha256,
            "status": kept.status,
            "object_id": kept.object_id,
            "object_version": kept.object_version,
            "created_at": at,
        },
    )
