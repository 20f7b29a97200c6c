"""Wire shapes of a reading: what was found, on which words, under which authority."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from service.matching.report import Language


class Wire(BaseModel):
    """A shape whose field names may differ from Python's."""

    model_config = ConfigDict(populate_by_name=True, serialize_by_alias=True)


class EvidenceOut(Wire):
    """The request's own words: offsets in code points of the field as sent, ``text[start:end] == quote``."""

    in_: Literal["title", "text"] = Field(alias="in")
    start: int
    end: int
    quote: str


class QuoteOut(BaseModel):
    """Words of another paragraph that a clause leans on."""

    paragraph: int
    quote: str


class AuthorityOut(BaseModel):
    """The citation: which paragraph, how it stands, and its own words, in English, for no other version is held."""

    instrument: str
    document: str
    symbol: str | None
    paragraph: int
    theme: str
    standing: Literal["in_force", "provisional", "expired"]
    basis: Literal["assistance", "manner"] | None
    relation: str
    clause: str
    antecedent: QuoteOut | None
    sha256: str = Field(description="Of the paragraph's whole text, in UTF-8.")
    qualifiers: dict
    conditions: list[str]
    safeguards: list[str]
    partners: list[dict]
    language: str
    direction: str
    official_versions: dict[str, str | None]


class MatchOut(BaseModel):
    """A paragraph that the reading cites; probability per 10,000."""

    paragraph: int
    theme: str
    theme_name: str
    probability: int
    evidence: list[EvidenceOut]
    authority: AuthorityOut


class AskOut(Wire):
    """One thing asked for; ``id`` is null in a dry run."""

    id: str | None
    in_: Literal["title", "text"] = Field(alias="in")
    start: int
    end: int
    quote: str
    role: str
    paragraphs: list[int]
    covered: bool


class NamedInstrumentOut(Wire):
    """A treaty or resolution that the text names."""

    name: str
    in_: Literal["title", "text"] = Field(alias="in")
    start: int
    end: int


class FindingOut(BaseModel):
    """One reading of one need."""

    language: Language | None
    language_detected: bool
    disposition: Literal["authorised", "outside_mandate", "unclear", "notice"]
    standing: Literal["in_force", "provisional", "expired"]
    reasons: list[str]
    primary: int | None
    matches: list[MatchOut]
    asks: list[AskOut]
    probabilities: dict[str, int]
    contrast: dict | None
    instruments: list[NamedInstrumentOut]
    catalogue: str
    engine: str
    made_at: datetime | None
    author: str = Field(description='"engine", or "officer" where an officer set it.')


class MatchIn(BaseModel):
    """A text to try; nothing of it is kept."""

    model_config = ConfigDict(extra="forbid")

    title: str = Field(default="", max_length=300)
    text: str = Field(min_length=1, max_length=50_000)
    language: Language | None = None
