"""Principals and keys come and go, each with its leaf."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.access.issue_key import issue_key, key_prefix, revoke_key
from service.access.principal import Principal, Role
from service.access.register import register
from service.ledger.append import append
from service.ledger.events import Event, EventName

STREAM = "access"
OPERATOR = "operator"


def make_principal(
    session: Session,
    *,
    role: Role,
    name: str,
    member_state: str | None,
    teams: frozenset[str],
    registered: bool,
    at: datetime,
) -> tuple[Principal, str]:
    """Writes a principal with a first key; returns both. Raises as ``register`` does."""
    principal = register(
        session, role=role, name=name, member_state=member_state, teams=teams, registered=registered, at=at
    )
    key = issue_key(session, principal.id, at=at)
    append(session, [_made(principal), _key_made(principal, key)], at=at)
    return principal, key


def make_key(session: Session, principal: Principal, *, at: datetime) -> str:
    """Writes one more key for the principal and returns it."""
    key = issue_key(session, principal.id, at=at)
    append(session, [_key_made(principal, key)], at=at)
    return key


def end_key(session: Session, prefix: str, *, at: datetime) -> None:
    """Revokes the key with this prefix; raises as ``revoke_key`` does."""
    holder = revoke_key(session, prefix, at=at)
    event = Event(
        name=EventName.KEY_REVOKED,
        stream=STREAM,
        actor=OPERATOR,
        facts={"principal": holder, "prefix": prefix},
    )
    append(session, [event], at=at)


def _made(principal: Principal) -> Event:
    return Event(
        name=EventName.PRINCIPAL_MADE,
        stream=STREAM,
        actor=OPERATOR,
        facts={
            "principal": principal.id,
            "role": principal.role,
            "member_state": principal.member_state,
            "teams": sorted(principal.teams),
            "registered": principal.registered,
        },
        secrets={"name": principal.name},
    )


def _key_made(principal: Principal, key: str) -> Event:
    return Event(
        name=EventName.KEY_MADE,
        stream=STREAM,
        actor=OPERATOR,
        facts={"principal": principal.id, "prefix": key_prefix(key)},
    )
