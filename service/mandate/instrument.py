"""A resolution as values: its paragraphs, and what each says, as spans of the text."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from service.errors import NotFound

Standing = Literal["in_force", "provisional", "expired"]
STATUSES = ("draft", "adopted", "superseded")
BASES = ("assistance", "manner", None)
RELATIONS = ("assists", "registers", "invites_contribution", "directs_cooperation", "resources", "reports")


@dataclass(frozen=True, kw_only=True, slots=True)
class Span:
    """Words of a text: offsets in code points, text[start:end] == quote."""

    start: int
    end: int
    quote: str


@dataclass(frozen=True, kw_only=True, slots=True)
class NoteMark:
    """A footnote's mark and the offset at which it stood."""

    at: int
    mark: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Cited:
    """A document that the text names."""

    symbol: str
    span: Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Antecedent:
    """What a clause leans on: ``reference`` are its own words ("to those ends"), ``span`` the words they point to."""

    paragraph: int
    reference: Span
    span: Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Partner:
    """An entity with or through which the paragraph has assistance given."""

    key: str
    name: str
    succeeded_by: str | None
    span: Span


@dataclass(frozen=True, kw_only=True, slots=True)
class PreambleParagraph:
    """A paragraph of the preamble, which authorises nothing."""

    number: int
    text: str
    sha256: str
    note_marks: tuple[NoteMark, ...]
    cited: tuple[Cited, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Paragraph:
    """An operative paragraph; ``basis`` is "assistance", "manner" or None, as the house words it."""

    number: int
    opening: str
    text: str
    sha256: str
    note_marks: tuple[NoteMark, ...]
    theme: str
    basis: str | None
    relation: str
    opening_verb: Span
    clause: Span
    clause_verb: Span
    addressee: Span
    antecedent: Antecedent | None
    upon_request: Span | None
    within_mandate: Span | None
    continues: Span | None
    eligible: Span | None
    conditions: tuple[Span, ...]
    safeguards: tuple[Span, ...]
    partners: tuple[Partner, ...]
    cited: tuple[Cited, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Note:
    """A footnote."""

    mark: str
    text: str
    cited: tuple[Cited, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Instrument:
    """A resolution: ``symbol`` is None where the source gives none; ``valid_until`` is the last day it holds."""

    slug: str
    document: str
    symbol: str | None
    title: str
    body: str
    language: str
    status: str
    valid_from: date | None
    valid_until: date | None
    related_authority: tuple[str, ...]
    preamble: tuple[PreambleParagraph, ...]
    operative: tuple[Paragraph, ...]
    notes: tuple[Note, ...]
    unresolved_marks: tuple[tuple[int, NoteMark], ...]

    def paragraph(self, number: int) -> Paragraph:
        """The operative paragraph of this number; raises NotFound."""
        for paragraph in self.operative:
            if paragraph.number == number:
                return paragraph
        raise NotFound(f"{self.document} has no operative paragraph {number}.", code="paragraph-not-found")

    def standing(self, on: date) -> Standing:
        """How it stands on that day: provisional while a draft or not yet in force, expired once superseded or past."""
        if self.status == "superseded" or (self.valid_until and on > self.valid_until):
            return "expired"
        if self.status == "draft" or (self.valid_from and on < self.valid_from):
            return "provisional"
        return "in_force"
