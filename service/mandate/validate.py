"""Checking an instrument's file: every fault with its place, before anything is built from it."""

import hashlib
import unicodedata
from collections.abc import Iterator
from datetime import date

from service.errors import Fault
from service.mandate.instrument import BASES, RELATIONS, STATUSES
from service.mandate.themes import PARTNERS, THEME_NAMES

TEXT_FIELDS = ("slug", "document", "title", "body", "language", "status")
REQUIRED_SPANS = ("opening_verb", "clause", "clause_verb", "addressee")
OPTIONAL_SPANS = ("upon_request", "within_mandate", "continue", "eligible")
SPAN_LISTS = ("conditions", "safeguards", "partners", "cited")


def faults_of(document: object) -> tuple[Fault, ...]:
    """Everything wrong in an instrument's JSON, each with a JSON pointer and what to mend; never raises."""
    if not isinstance(document, dict):
        return (Fault(pointer="", detail="An instrument is a JSON object."),)
    return tuple(_head(document)) + tuple(_body(document))


def _head(document: dict) -> Iterator[Fault]:
    for name in TEXT_FIELDS:
        if not isinstance(document.get(name), str) or not document[name]:
            yield Fault(pointer=f"/{name}", detail="This must be a text.")
    if document.get("symbol") is not None and not isinstance(document["symbol"], str):
        yield Fault(pointer="/symbol", detail="This must be a text, or null where the source gives no symbol.")
    if document.get("status") not in STATUSES:
        yield Fault(pointer="/status", detail=f"This must be one of {', '.join(STATUSES)}.")
    if document.get("status") == "adopted" and not document.get("symbol"):
        yield Fault(pointer="/symbol", detail="An adopted instrument has a symbol.")
    yield from _validity(document.get("validity"))
    if not _all(document.get("related_authority"), str):
        yield Fault(pointer="/related_authority", detail="This must be a list of symbols.")


def _validity(validity: object) -> Iterator[Fault]:
    if not isinstance(validity, dict):
        yield Fault(pointer="/validity", detail='This must be an object with "from" and "until".')
        return
    for name in ("from", "until"):
        value = validity.get(name)
        try:
            value is None or date.fromisoformat(value)
        except (TypeError, ValueError):
            yield Fault(pointer=f"/validity/{name}", detail="This must be a date as YYYY-MM-DD, or null.")


def _body(document: dict) -> Iterator[Fault]:
    for part in ("preamble", "operative", "notes"):
        if not _all(document.get(part), dict):
            yield Fault(pointer=f"/{part}", detail="This must be a list of objects.")
            return
    texts = {one.get("paragraph"): one.get("text") for one in document["operative"] if _is_int(one.get("paragraph"))}
    for part in ("preamble", "operative"):
        yield from _numbers(document[part], part)
        for index, paragraph in enumerate(document[part]):
            yield from _paragraph(paragraph, f"/{part}/{index}")
    for index, paragraph in enumerate(document["operative"]):
        yield from _operative(paragraph, f"/operative/{index}", texts)
    for index, note in enumerate(document["notes"]):
        yield from _note(note, f"/notes/{index}")
    yield from _marks(document)


def _numbers(paragraphs: list[dict], part: str) -> Iterator[Fault]:
    for index, paragraph in enumerate(paragraphs):
        if paragraph.get("paragraph") != index + 1:
            detail = f"Paragraphs are numbered in order; {index + 1} belongs here."
            yield Fault(pointer=f"/{part}/{index}/paragraph", detail=detail)


def _paragraph(paragraph: dict, place: str) -> Iterator[Fault]:
    """Text, hash and note marks, which preamble and operative part have alike."""
    text = paragraph.get("text")
    if not isinstance(text, str) or not text:
        yield Fault(pointer=f"{place}/text", detail="This must be a text.")
        return
    if unicodedata.normalize("NFC", text) != text:
        yield Fault(pointer=f"{place}/text", detail="The canonical form is NFC.")
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    if paragraph.get("sha256") != digest:
        yield Fault(pointer=f"{place}/sha256", detail=f"The text hashes to {digest}, not {paragraph.get('sha256')!r}.")
    marks = paragraph.get("note_marks")
    if not _all(marks, dict):
        yield Fault(pointer=f"{place}/note_marks", detail="This must be a list of marks.")
        return
    for index, mark in enumerate(marks):
        if not _is_int(mark.get("at")) or not 0 <= mark["at"] <= len(text) or not isinstance(mark.get("mark"), str):
            yield Fault(
                pointer=f"{place}/note_marks/{index}", detail="A mark has a text, and stands within the paragraph."
            )
    yield from _span_list(paragraph.get("cited"), text, f"{place}/cited")


def _operative(paragraph: dict, place: str, texts: dict) -> Iterator[Fault]:
    text = paragraph.get("text")
    if not isinstance(text, str):
        return
    yield from _choices(paragraph, place)
    opening = paragraph.get("opening")
    if not isinstance(opening, str) or not text.startswith(opening):
        yield Fault(pointer=f"{place}/opening", detail="The paragraph does not begin with these words.")
    for name in REQUIRED_SPANS:
        yield from _span(paragraph.get(name), text, f"{place}/{name}")
    for name in OPTIONAL_SPANS:
        if paragraph.get(name) is not None:
            yield from _span(paragraph[name], text, f"{place}/{name}")
    for name in SPAN_LISTS[:-1]:
        yield from _span_list(paragraph.get(name), text, f"{place}/{name}")
    for index, partner in enumerate(paragraph.get("partners") or []):
        if isinstance(partner, dict) and partner.get("key") not in PARTNERS:
            yield Fault(
                pointer=f"{place}/partners/{index}/key", detail="There is no such partner in terms/partners.json."
            )
    yield from _antecedent(paragraph.get("antecedent"), text, place, texts)


def _choices(paragraph: dict, place: str) -> Iterator[Fault]:
    for name, known in (("theme", tuple(THEME_NAMES)), ("basis", BASES), ("relation", RELATIONS)):
        if paragraph.get(name, "absent") not in known:
            yield Fault(pointer=f"{place}/{name}", detail=f"This must be one of {', '.join(map(str, known))}.")


def _antecedent(antecedent: object, text: str, place: str, texts: dict) -> Iterator[Fault]:
    if antecedent is None:
        return
    place = f"{place}/antecedent"
    target = texts.get(antecedent.get("paragraph")) if isinstance(antecedent, dict) else None
    if not isinstance(target, str):
        yield Fault(pointer=place, detail="An antecedent names an operative paragraph of this instrument.")
        return
    yield from _span(antecedent.get("reference"), text, f"{place}/reference")
    yield from _span(antecedent, target, place)


def _note(note: dict, place: str) -> Iterator[Fault]:
    if not isinstance(note.get("mark"), str) or not isinstance(note.get("text"), str):
        yield Fault(pointer=place, detail="A note has a mark and a text.")
        return
    yield from _span_list(note.get("cited"), note["text"], f"{place}/cited")


def _marks(document: dict) -> Iterator[Fault]:
    """Every mark has its note, or is named as unresolved."""
    known = {note.get("mark") for note in document["notes"]}
    named = document.get("unresolved_marks")
    if not _all(named, dict):
        yield Fault(pointer="/unresolved_marks", detail="This must be a list of marks.")
        return
    said = [(one.get("paragraph"), one.get("at"), one.get("mark")) for one in named]
    for index, (number, at, mark) in enumerate(said):
        if (number, at, mark) not in _marks_of(document["operative"]):
            yield Fault(pointer=f"/unresolved_marks/{index}", detail="No operative paragraph has this mark there.")
    for part in ("preamble", "operative"):
        for number, at, mark in _marks_of(document[part]):
            if mark not in known and (number, at, mark) not in said:
                yield Fault(pointer=f"/{part}/{number - 1}/note_marks", detail=f"The mark {mark} has no note.")


def _marks_of(paragraphs: list[dict]) -> list[tuple]:
    return [
        (paragraph.get("paragraph"), mark.get("at"), mark.get("mark"))
        for paragraph in paragraphs
        if _is_int(paragraph.get("paragraph"))
        for mark in paragraph.get("note_marks") or []
        if isinstance(mark, dict)
    ]


def _span_list(spans: object, text: str, place: str) -> Iterator[Fault]:
    if not _all(spans, dict):
        yield Fault(pointer=place, detail="This must be a list of spans.")
        return
    for index, span in enumerate(spans):
        yield from _span(span, text, f"{place}/{index}")


def _span(span: object, text: str, place: str) -> Iterator[Fault]:
    """A span says the words that stand there, to the character."""
    if not isinstance(span, dict) or not _is_int(span.get("start")) or not _is_int(span.get("end")):
        yield Fault(pointer=place, detail="A span has start, end and quote.")
        return
    start, end = span["start"], span["end"]
    if not 0 <= start < end <= len(text):
        yield Fault(pointer=place, detail=f"The text has {len(text)} characters; {start} to {end} is not within it.")
    elif text[start:end] != span.get("quote"):
        yield Fault(pointer=place, detail=f"The text has {text[start:end][:200]!r} there.")


def _all(value: object, kind: type) -> bool:
    return isinstance(value, list) and all(isinstance(one, kind) for one in value)


def _is_int(value: object) -> bool:
    return type(value) is int
