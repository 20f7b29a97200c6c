"""Who may do what: one pure table, read by every door."""

from enum import StrEnum

from service.access.principal import Principal, Role
from service.errors import Forbidden


class Action(StrEnum):
    """One thing that a caller may be allowed to do."""

    ME_READ = "me:read"
    MATCH_TRY = "match:try"
    REQUEST_SUBMIT = "request:submit"
    REQUEST_READ = "request:read"
    QUEUE_READ = "queue:read"
    ITEM_READ = "item:read"
    ITEM_CLAIM = "item:claim"
    ITEM_RELEASE = "item:release"
    NEED_DECIDE = "need:decide"
    LEDGER_READ = "ledger:read"
    LEDGER_EXPORT = "ledger:export"


EVERYONE = frozenset(Role)
STAFF_OF_TEAMS = frozenset({Role.OFFICER, Role.SUPERVISOR})

PERMISSIONS: dict[Action, frozenset[Role]] = {
    Action.ME_READ: EVERYONE,
    Action.MATCH_TRY: STAFF_OF_TEAMS | {Role.PORTAL},
    Action.REQUEST_SUBMIT: frozenset({Role.PORTAL}),
    Action.REQUEST_READ: STAFF_OF_TEAMS | {Role.PORTAL},
    Action.QUEUE_READ: STAFF_OF_TEAMS,
    Action.ITEM_READ: STAFF_OF_TEAMS,
    Action.ITEM_CLAIM: STAFF_OF_TEAMS,
    Action.ITEM_RELEASE: STAFF_OF_TEAMS,
    Action.NEED_DECIDE: STAFF_OF_TEAMS,
    Action.LEDGER_READ: frozenset({Role.AUDITOR}),
    Action.LEDGER_EXPORT: frozenset({Role.AUDITOR}),
}


def require(principal: Principal, action: Action) -> None:
    """Raises Forbidden unless the caller's role has the action."""
    if principal.role not in PERMISSIONS[action]:
        allowed = ", ".join(sorted(PERMISSIONS[action]))
        raise Forbidden(
            f"The role {principal.role} may not do {action}; it is for: {allowed}.", code="role-not-allowed"
        )


def sees_request_of(principal: Principal, member_state: str) -> bool:
    """Whether requests of this State exist for the caller: a portal sees its own State's alone."""
    return principal.role is not Role.PORTAL or principal.member_state == member_state


def works_for(principal: Principal, team: str) -> bool:
    """Whether the caller may work this team's queue: supervisors all, officers those of their teams."""
    return principal.role is Role.SUPERVISOR or (principal.role is Role.OFFICER and team in principal.teams)
