"""Wire shapes of the officers' work."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Ruling = Literal["accepted", "noted"]
Reason = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]


class RouteOut(BaseModel):
    """Where the need went: ``would_go_to`` is set while it waits in triage for its authenticity."""

    team: str
    supporting: list[str]
    would_go_to: str | None
    why: str
    table: str = Field(description="Digest of the routing table that was read.")


class DecisionOut(BaseModel):
    """A ruling: ``accepted`` means within the mandate, for programming, subject to resources."""

    ask: str | None
    ruling: Ruling
    reason: str | None
    standing: str
    allowed_by: str | None = Field(description="The office that allowed accepting on a provisional authority.")
    decided_at: datetime


class Holder(BaseModel):
    """The officer who holds an item."""

    id: str
    name: str


class ItemSummary(BaseModel):
    """A line of a queue."""

    id: str
    team: str
    role: Literal["lead", "supporting"]
    state: str
    version: int
    priority: int
    received_at: datetime
    holder: Holder | None
    claimed_at: datetime | None
    request: str
    need: str
    member_state: str
    title: str
    disposition: str
    primary: int | None


class QueueOut(BaseModel):
    """A team's queue; ``waiting`` counts to 1,000 and no further."""

    team: str
    name: str
    waiting: int
    waiting_capped: bool
    oldest_waiting_at: datetime | None


class RulingIn(BaseModel):
    """The ruling on one ask."""

    model_config = ConfigDict(extra="forbid")

    ask: Annotated[str, StringConstraints(max_length=36)]
    ruling: Ruling
    reason: Reason | None = None


class DecideIn(BaseModel):
    """Either ``rulings``, one for each ask, or ``ruling`` for the need as a whole and every ask in it."""

    model_config = ConfigDict(extra="forbid")

    ruling: Ruling | None = None
    reason: Reason | None = None
    rulings: list[RulingIn] | None = Field(default=None, min_length=1, max_length=500)
