"""The mandate over HTTP: instruments, their paragraphs and the States, for anybody to read."""

from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response
from pydantic import BaseModel, Field

from service.clock import today
from service.mandate.authority import authority_of
from service.mandate.instrument import Cited, Instrument, NoteMark, Paragraph, PreambleParagraph
from service.mandate.themes import theme_name
from service.web.conditional import tagged
from service.web.desk import DeskOf
from service.web.language import wanted_language
from service.web.problem import problems

router = APIRouter(tags=["mandates"])
Slug = Annotated[str, Path(max_length=100, description="The instrument's slug, such as draft-resolution-iii.")]
Number = Annotated[int, Path(ge=1, le=999, description="The operative paragraph's number.")]
NOT_CHANGED = {304: {"description": "You have this version already."}}
# A day's change of standing is seen within minutes; until then the digest in the ETag spares the transfer.
CACHED = "public, max-age=300"


class MarkOut(BaseModel):
    """A footnote's mark and the code point at which it stood."""

    at: int
    mark: str


class CitedOut(BaseModel):
    """A document that the text names, and where."""

    symbol: str
    start: int
    end: int
    quote: str


class NoteOut(BaseModel):
    """A footnote of the source."""

    mark: str
    text: str
    cited: list[CitedOut]


class UnresolvedMarkOut(MarkOut):
    """A mark for which the source has no note."""

    paragraph: int


class PreambleOut(BaseModel):
    """A paragraph of the preamble; it authorises nothing."""

    paragraph: int
    text: str
    sha256: str = Field(description="Of the text in UTF-8.")
    note_marks: list[MarkOut]
    cited: list[CitedOut]


class ParagraphOut(PreambleOut):
    """An operative paragraph with what may be cited from it; texts and quotes are in the instrument's language."""

    theme: str
    theme_name: str
    basis: Literal["assistance", "manner"] | None
    relation: str
    authority: dict = Field(description="The citation as findings carry it.")


class InstrumentSummary(BaseModel):
    """A resolution in the catalogue; ``symbol`` is null where the source gives none."""

    slug: str
    document: str
    symbol: str | None
    title: str
    body: str
    language: str
    status: Literal["draft", "adopted", "superseded"]
    standing: Literal["in_force", "provisional", "expired"]
    valid_from: date | None
    valid_until: date | None
    related_authority: list[str]


class InstrumentOut(InstrumentSummary):
    """A resolution whole."""

    preamble: list[PreambleOut]
    operative: list[ParagraphOut]
    notes: list[NoteOut]
    unresolved_marks: list[UnresolvedMarkOut]
    catalogue: str = Field(description="Digest of the catalogue, which every assessment holds too.")


class CatalogueOut(BaseModel):
    """The instruments that findings may cite; ``current`` is the slug of the one that new findings cite."""

    catalogue: str
    current: str
    instruments: list[InstrumentSummary]


class StateOut(BaseModel):
    """A Member or observer State: ``name`` in the reader's language, ``names`` in all six, as the UN words them."""

    code: str
    m49: str
    membership: Literal["member", "observer"]
    region: str
    sub_region: str
    name: str
    names: dict[str, str]


class StatesOut(BaseModel):
    """Every State that may send requests, by code."""

    digest: str
    states: list[StateOut]


@router.get("/v1/mandates", response_model=CatalogueOut, responses=problems() | NOT_CHANGED)
def list_mandates(request: Request, desk: DeskOf) -> Response:
    """Lists the resolutions in the catalogue, and says which one new findings cite."""
    catalogue = desk.catalogue
    shown = CatalogueOut(
        catalogue=catalogue.digest,
        current=catalogue.current.slug,
        instruments=[InstrumentSummary(**_head(one, today())) for one in catalogue.instruments],
    )
    return _public(request, shown, language="en")


@router.get("/v1/mandates/{slug}", response_model=InstrumentOut, responses=problems(404) | NOT_CHANGED)
def read_mandate(request: Request, slug: Slug, desk: DeskOf) -> Response:
    """Shows a resolution whole: preamble, operative paragraphs and notes, each text with its hash."""
    instrument, language = desk.catalogue.instrument(slug), wanted_language(request)
    shown = InstrumentOut(
        **_head(instrument, today()),
        preamble=[PreambleOut(**_text(one)) for one in instrument.preamble],
        operative=[_paragraph(instrument, one, language) for one in instrument.operative],
        notes=[NoteOut(mark=one.mark, text=one.text, cited=_cited(one.cited)) for one in instrument.notes],
        unresolved_marks=[
            UnresolvedMarkOut(paragraph=number, at=mark.at, mark=mark.mark)
            for number, mark in instrument.unresolved_marks
        ],
        catalogue=desk.catalogue.digest,
    )
    return _public(request, shown, language=language)


@router.get(
    "/v1/mandates/{slug}/paragraphs/{number}", response_model=ParagraphOut, responses=problems(404) | NOT_CHANGED
)
def read_paragraph(request: Request, slug: Slug, number: Number, desk: DeskOf) -> Response:
    """Shows one operative paragraph as authority: its words, its hash, and what qualifies it."""
    instrument, language = desk.catalogue.instrument(slug), wanted_language(request)
    return _public(request, _paragraph(instrument, instrument.paragraph(number), language), language=language)


@router.get("/v1/states", response_model=StatesOut, responses=problems() | NOT_CHANGED)
def list_states(request: Request, desk: DeskOf) -> Response:
    """Lists the Member and observer States with their names in the six languages."""
    language = wanted_language(request)
    shown = StatesOut(
        digest=desk.states.digest,
        states=[
            StateOut(
                code=state.code,
                m49=state.m49,
                membership=state.membership,
                region=state.region,
                sub_region=state.sub_region,
                name=state.names[language],
                names=state.names,
            )
            for state in desk.states.all()
        ],
    )
    return _public(request, shown, language=language)


def _head(instrument: Instrument, on: date) -> dict:
    fields = InstrumentSummary.model_fields.keys() - {"standing", "related_authority"}
    return {
        **{name: getattr(instrument, name) for name in fields},
        "standing": instrument.standing(on),
        "related_authority": list(instrument.related_authority),
    }


def _text(one: Paragraph | PreambleParagraph) -> dict:
    return {
        "paragraph": one.number,
        "text": one.text,
        "sha256": one.sha256,
        "note_marks": [_mark(mark) for mark in one.note_marks],
        "cited": _cited(one.cited),
    }


def _paragraph(instrument: Instrument, one: Paragraph, language: str) -> ParagraphOut:
    return ParagraphOut(
        **_text(one),
        theme=one.theme,
        theme_name=theme_name(one.theme, language),
        basis=one.basis,
        relation=one.relation,
        authority=authority_of(instrument, one.number, on=today()).to_json(),
    )


def _mark(mark: NoteMark) -> MarkOut:
    return MarkOut(at=mark.at, mark=mark.mark)


def _cited(cited: tuple[Cited, ...]) -> list[CitedOut]:
    return [CitedOut(symbol=one.symbol, start=one.span.start, end=one.span.end, quote=one.span.quote) for one in cited]


def _public(request: Request, body: BaseModel, *, language: str) -> Response:
    return tagged(
        request,
        body.model_dump_json().encode(),
        media_type="application/json",
        headers={"Cache-Control": CACHED, "Content-Language": language, "Vary": "Accept-Language"},
    )
