"""Wire shapes that join the rooms: a request with what was found, where it waits and what was ruled."""

from pydantic import BaseModel, Field

from service.assessment.schemas import FindingOut
from service.casework.schemas import DecisionOut, ItemSummary, RouteOut
from service.intake.schemas import AssistanceType, Beneficiary, RequestHead, RequestSummary


class NeedOut(BaseModel):
    """A need: what was asked, what was found, where it waits, what was ruled."""

    id: str
    ordinal: int
    title: str
    text: str
    assistance_types: list[AssistanceType]
    beneficiaries: list[Beneficiary]
    finding: FindingOut
    route: RouteOut
    decisions: list[DecisionOut]


class RequestOut(RequestHead):
    """A request whole; ``leaf_index`` is the ledger's leaf of its receipt."""

    leaf_index: int
    needs: list[NeedOut]


class RequestPage(BaseModel):
    """A page of requests, newest first."""

    requests: list[RequestSummary]
    next_cursor: str | None


class ItemPage(BaseModel):
    """A page of a queue, in the order of work."""

    items: list[ItemSummary]
    next_cursor: str | None


class ItemOut(ItemSummary):
    """An item with the need that it stands for and the request around it."""

    subject: NeedOut = Field(description="The need, with its finding, route and decisions.")
    letter: RequestHead = Field(description="The request that holds the need.")
    leaf_index: int | None = Field(description="The ledger's leaf of this change; null where nothing changed.")
