"""The caller, as the rest of the house sees it."""

from dataclasses import dataclass
from enum import StrEnum


class Role(StrEnum):
    """What kind of caller this is; it decides the actions in ``permissions``."""

    PORTAL = "portal"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"


@dataclass(frozen=True, kw_only=True, slots=True)
class Principal:
    """Who calls: ``member_state`` is set for portals alone, ``teams`` for officers; ``registered`` says that the
    State itself registered the portal by note verbale, which establishes the authenticity of what it sends."""

    id: str
    role: Role
    name: str
    member_state: str | None = None
    teams: frozenset[str] = frozenset()
    registered: bool = False
