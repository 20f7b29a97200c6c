"""Making a principal: a portal of one State, or a member of staff."""

from datetime import datetime

from sqlalchemy.orm import Session

from service.access.models import PrincipalRow
from service.access.principal import Principal, Role
from service.access.queries import principal_exists, to_principal
from service.errors import Conflict, Invalid
from service.ids import new_id


def register(
    session: Session,
    *,
    role: Role,
    name: str,
    member_state: str | None = None,
    teams: frozenset[str] = frozenset(),
    registered: bool = False,
    at: datetime,
) -> Principal:
    """Writes a new principal; raises Invalid where role, State and teams do not fit, Conflict for a name in use."""
    _check_fit(role, member_state, teams, registered)
    if principal_exists(session, name):
        raise Conflict(f"A principal named {name!r} exists already.", code="name-in-use")
    row = PrincipalRow(
        id=new_id(),
        role=role,
        name=name,
        member_state=member_state,
        teams=sorted(teams),
        registered=registered,
        created_at=at,
    )
    session.add(row)
    session.flush()
    return to_principal(row)


def _check_fit(role: Role, member_state: str | None, teams: frozenset[str], registered: bool) -> None:
    if (role is Role.PORTAL) != (member_state is not None):
        raise Invalid("A portal is bound to one State, and nobody else is: give a State for portals alone.")
    if (role is Role.OFFICER) != bool(teams):
        raise Invalid("An officer works for at least one team, and nobody else does: give teams for officers alone.")
    if registered and role is not Role.PORTAL:
        raise Invalid("Only a portal can be registered by note verbale.")
