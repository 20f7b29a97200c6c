"""Wire shapes of a request: what a portal sends, and the part of the answer that repeats it."""

import re
from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints

from service.matching.report import Language

Title = Annotated[str, StringConstraints(min_length=1, max_length=300)]
LongText = Annotated[str, StringConstraints(min_length=1, max_length=50_000)]
Remark = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
Line = Annotated[str, StringConstraints(min_length=1, max_length=200)]

AssistanceType = Literal[
    "legislative_drafting", "legal_advice", "training", "expertise", "equipment", "financial", "other"
]
Beneficiary = Literal["police", "border", "military", "prosecution", "courts", "prisons", "victims", "other"]
Urgency = Literal["routine", "priority", "urgent"]
Consent = Literal["none", "partners", "member_states", "public"]
Classification = Literal["unclassified", "confidential"]
AuthorityKind = Literal["ministry", "agency", "mission", "court", "other"]


def _calendar_date(value: object) -> object:
    """Only YYYY-MM-DD: a number would be read as seconds since 1970."""
    if isinstance(value, date):
        return value
    if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
        raise ValueError("Give the date as YYYY-MM-DD.")
    return value


Day = Annotated[date, BeforeValidator(_calendar_date)]


class Shape(BaseModel):
    """A part of the contract: unknown fields are refused, not ignored."""

    model_config = ConfigDict(extra="forbid")


class NoteVerbale(Shape):
    """The note that carries the request: its reference and its date."""

    reference: Annotated[str, StringConstraints(min_length=1, max_length=100, strip_whitespace=True)]
    date: Day


class SubmittingAuthority(Shape):
    """The ministry, agency, mission or court in whose name the request is made."""

    name: Line
    kind: AuthorityKind


class FocalPoint(Shape):
    """The person to write to: personal data, kept out of logs and leaves."""

    name: Line
    title: Line | None = None
    email: Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]
    phone: Annotated[str, StringConstraints(min_length=1, max_length=50)] | None = None


class NeedIn(Shape):
    """One need that the State sets apart."""

    title: Title
    text: LongText
    assistance_types: list[AssistanceType] = Field(default=[], max_length=7)
    beneficiaries: list[Beneficiary] = Field(default=[], max_length=8)


class AssistanceRequestIn(Shape):
    """A request for technical assistance, as a portal sends it; ``text`` or ``needs``, not both.

    Lengths are in Unicode code points; the texts of all needs together hold 50,000 at most.
    """

    member_state: str = Field(description="ISO 3166-1 alpha-3; your own State.", examples=["KEN"])
    title: Title
    text: LongText | None = None
    needs: list[NeedIn] | None = Field(default=None, min_length=1, max_length=20)
    assistance_types: list[AssistanceType] = Field(default=[], max_length=7, description="With `text` alone.")
    beneficiaries: list[Beneficiary] = Field(default=[], max_length=8, description="With `text` alone.")
    language: Language | None = Field(default=None, description="Detected where absent, and the answer says so.")
    note_verbale: NoteVerbale
    submitting_authority: SubmittingAuthority
    focal_point: FocalPoint
    urgency: Urgency = "routine"
    urgency_reason: Remark | None = Field(default=None, description="Required for priority and urgent.")
    wanted_by: Day | None = None
    consent: Consent = Field(default="none", description="With whom UNODC may share the request.")
    classification: Classification = "unclassified"
    cited_instruments: list[Remark] = Field(default=[], max_length=50)
    existing_measures: Remark | None = None
    assistance_elsewhere: Remark | None = None
    related_request: Annotated[str, StringConstraints(max_length=36)] | None = Field(
        default=None, description="Id of an earlier request of your State."
    )


class RequestSummary(BaseModel):
    """A request in a list."""

    id: str
    member_state: str
    state: str
    title: str
    channel: str
    authenticity: str
    classification: str
    urgency: str
    note_verbale: NoteVerbale | None
    received_at: datetime
    version: int


class RequestHead(RequestSummary):
    """What was sent, but for the needs; ``same_note_verbale`` lists other requests under the same note."""

    language: str | None
    consent: str
    submitting_authority: SubmittingAuthority
    focal_point: FocalPoint
    urgency_reason: str | None
    wanted_by: date | None
    cited_instruments: list[str]
    existing_measures: str | None
    assistance_elsewhere: str | None
    related_request: str | None
    same_note_verbale: list[str]
