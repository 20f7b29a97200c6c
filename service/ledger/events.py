"""What may stand in the ledger: one list of names, and the event that carries one."""

from dataclasses import dataclass, field
from enum import StrEnum


class EventName(StrEnum):
    """Every kind of change, as room.subject.action; a name that is not here cannot be written."""

    REQUEST_RECEIVED = "intake.request.received"
    NEED_READ = "assessment.need.read"
    ITEM_QUEUED = "casework.item.queued"
    ITEM_CLAIMED = "casework.item.claimed"
    ITEM_RELEASED = "casework.item.released"
    ITEM_RETURNED = "casework.item.returned"
    ITEM_REROUTED = "casework.item.rerouted"
    NEED_DECIDED = "casework.need.decided"
    PRINCIPAL_MADE = "access.principal.made"
    KEY_MADE = "access.key.made"
    KEY_REVOKED = "access.key.revoked"
    ORIGIN_DECLARED = "ledger.origin.declared"


@dataclass(frozen=True, kw_only=True, slots=True)
class Event:
    """One thing that happened.

    ``stream`` is the request's id, "access", or "origin:" and a digest; ``actor`` a principal's id, "system" or
    "operator"; ``facts`` hold ids, codes and numbers, never personal data or free text; ``secrets`` hold those, by
    field, and only their salted digests reach the leaf.
    """

    name: EventName
    stream: str
    actor: str
    facts: dict
    secrets: dict[str, str] = field(default_factory=dict)
