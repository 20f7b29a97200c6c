"""Reads of the access room."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.access.models import KeyRow, PrincipalRow
from service.access.principal import Principal, Role
from service.errors import NotFound


def principal_by_digest(session: Session, digest: bytes) -> Principal | None:
    """Who holds the live key with this SHA-256, or None."""
    row = session.scalars(
        select(PrincipalRow)
        .join(KeyRow, KeyRow.principal_id == PrincipalRow.id)
        .where(KeyRow.sha256 == digest, KeyRow.revoked_at.is_(None))
    ).one_or_none()
    return row and to_principal(row)


def principal_by_name(session: Session, name: str) -> Principal:
    """The principal of this name; raises NotFound."""
    row = session.scalars(select(PrincipalRow).where(PrincipalRow.name == name)).one_or_none()
    if row is None:
        raise NotFound(f"There is no principal named {name!r}.")
    return to_principal(row)


def principal_exists(session: Session, name: str) -> bool:
    """Whether a principal of this name is there."""
    return session.scalar(select(PrincipalRow.id).where(PrincipalRow.name == name)) is not None


def keys(session: Session) -> list[dict]:
    """Every key with its holder, oldest first; never the key itself."""
    rows = session.execute(select(KeyRow, PrincipalRow).join(PrincipalRow).order_by(KeyRow.id))
    return [_key_line(key, principal) for key, principal in rows]


def to_principal(row: PrincipalRow) -> Principal:
    """The value that the rest of the house reads, from its row."""
    return Principal(
        id=row.id,
        role=Role(row.role),
        name=row.name,
        member_state=row.member_state,
        teams=frozenset(row.teams),
        registered=row.registered,
    )


def _key_line(key: KeyRow, principal: PrincipalRow) -> dict:
    return {
        "prefix": key.prefix,
        "name": principal.name,
        "role": principal.role,
        "member_state": principal.member_state,
        "teams": principal.teams,
        "registered": principal.registered,
        "created_at": key.created_at,
        "revoked_at": key.revoked_at,
    }
