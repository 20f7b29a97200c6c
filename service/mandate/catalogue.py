"""The catalogue: the instruments that findings may cite, built from checked files, with a digest over all of them."""

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from service.canonical import digest_of
from service.errors import Fault, Invalid, NotFound
from service.mandate.instrument import (
    Antecedent,
    Cited,
    Instrument,
    Note,
    NoteMark,
    Paragraph,
    Partner,
    PreambleParagraph,
    Span,
)
from service.mandate.themes import PARTNERS, THEME_NAMES
from service.mandate.validate import faults_of

DATA = Path(__file__).parent / "data"


@dataclass(frozen=True, kw_only=True, slots=True)
class Catalogue:
    """A set of instruments; ``digest`` changes with any character of them, of their terms or of the concordance."""

    instruments: tuple[Instrument, ...]
    concordance: dict[tuple[str, int], tuple[str, int]]
    digest: str

    def instrument(self, slug: str) -> Instrument:
        """The instrument of this slug; raises NotFound."""
        for instrument in self.instruments:
            if instrument.slug == slug:
                return instrument
        raise NotFound("There is no such instrument.", code="instrument-not-found")

    @property
    def current(self) -> Instrument:
        """The instrument that new findings cite: the adopted one where there is one, else the draft."""
        order = {"adopted": 0, "draft": 1, "superseded": 2}
        return min(self.instruments, key=lambda one: order[one.status])

    def carried_on(self, slug: str, number: int) -> tuple[str, int]:
        """The paragraph that carries this one on today: itself where nothing superseded it."""
        return self.concordance.get((slug, number), (slug, number))


@cache
def load_catalogue(folder: Path = DATA) -> Catalogue:
    """The catalogue in the folder; raises Invalid with every fault in it."""
    documents = {path.name: read_json(path) for path in sorted((folder / "instruments").glob("*.json"))}
    links = read_json(folder / "concordance.json")
    faults = [
        Fault(pointer=f"{name}{fault.pointer}", detail=fault.detail)
        for name, document in documents.items()
        for fault in faults_of(document)
    ]
    if not documents:
        faults.append(Fault(pointer="instruments", detail="There is no instrument."))
    if faults:
        raise Invalid("The catalogue is wrong; errors name each place.", faults=tuple(faults))
    instruments = tuple(build_instrument(document) for document in documents.values())
    return Catalogue(
        instruments=instruments,
        concordance=_concordance(links, instruments),
        digest=digest_of([list(documents.values()), links, THEME_NAMES, PARTNERS]),
    )


def read_json(path: Path) -> object:
    """The JSON in a file; raises NotFound, or Invalid with line and column."""
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise NotFound(f"There is no file {path}.") from None
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid(f"{path} cannot be read: {error}.") from None
    except json.JSONDecodeError as error:
        detail = f"{error.msg} at line {error.lineno}, column {error.colno}."
        raise Invalid(f"{path} is not JSON.", faults=(Fault(pointer="", detail=detail),)) from None


def build_instrument(document: dict) -> Instrument:
    """The instrument in a document without faults."""
    return Instrument(
        slug=document["slug"],
        document=document["document"],
        symbol=document["symbol"],
        title=document["title"],
        body=document["body"],
        language=document["language"],
        status=document["status"],
        valid_from=_day(document["validity"]["from"]),
        valid_until=_day(document["validity"]["until"]),
        related_authority=tuple(document["related_authority"]),
        preamble=tuple(PreambleParagraph(**_common(one)) for one in document["preamble"]),
        operative=tuple(_paragraph(one) for one in document["operative"]),
        notes=tuple(Note(mark=one["mark"], text=one["text"], cited=_cited(one)) for one in document["notes"]),
        unresolved_marks=tuple(
            (one["paragraph"], NoteMark(at=one["at"], mark=one["mark"])) for one in document["unresolved_marks"]
        ),
    )


def _common(one: dict) -> dict:
    return {
        "number": one["paragraph"],
        "text": one["text"],
        "sha256": one["sha256"],
        "note_marks": tuple(NoteMark(at=mark["at"], mark=mark["mark"]) for mark in one["note_marks"]),
        "cited": _cited(one),
    }


def _paragraph(one: dict) -> Paragraph:
    return Paragraph(
        **_common(one),
        **{name: one[name] for name in ("opening", "theme", "basis", "relation")},
        **{name: _span(one[name]) for name in ("opening_verb", "clause", "clause_verb", "addressee")},
        **{name: _span(one[name]) for name in ("upon_request", "within_mandate", "eligible")},
        continues=_span(one["continue"]),
        antecedent=_antecedent(one["antecedent"]),
        conditions=tuple(map(_span, one["conditions"])),
        safeguards=tuple(map(_span, one["safeguards"])),
        partners=tuple(Partner(key=it["key"], span=_span(it), **PARTNERS[it["key"]]) for it in one["partners"]),
    )


def _antecedent(one: dict | None) -> Antecedent | None:
    return one and Antecedent(paragraph=one["paragraph"], reference=_span(one["reference"]), span=_span(one))


def _span(one: dict | None) -> Span | None:
    return one and Span(start=one["start"], end=one["end"], quote=one["quote"])


def _cited(one: dict) -> tuple[Cited, ...]:
    return tuple(Cited(symbol=it["symbol"], span=_span(it)) for it in one["cited"])


def _day(text: str | None) -> date | None:
    return text and date.fromisoformat(text)


def _concordance(links: list[dict], instruments: tuple[Instrument, ...]) -> dict:
    """Checked: both ends of every link must be there."""
    known = {(instrument.slug, one.number) for instrument in instruments for one in instrument.operative}
    pairs = {
        (one["from"]["slug"], one["from"]["paragraph"]): (one["to"]["slug"], one["to"]["paragraph"]) for one in links
    }
    faults = tuple(
        Fault(pointer=f"concordance.json/{index}", detail="Both ends must be paragraphs of the catalogue.")
        for index, pair in enumerate(pairs.items())
        if not known.issuperset(pair)
    )
    if faults:
        raise Invalid("The concordance is wrong; errors name each place.", faults=faults)
    return pairs
