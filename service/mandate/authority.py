"""The citation that a reader is given for a paragraph, in its own words."""

from dataclasses import dataclass
from datetime import date

from service.mandate.instrument import Instrument, Paragraph, Span, Standing

# The six languages but English, in which alone the text is held; never filled by a translation of ours.
OFFICIAL_SLOTS = ("ar", "es", "fr", "ru", "zh")


@dataclass(frozen=True, kw_only=True, slots=True)
class Authority:
    """A paragraph as authority on a day: the instrument, the paragraph, and how the instrument stands."""

    instrument: Instrument
    paragraph: Paragraph
    standing: Standing

    def to_json(self) -> dict:
        """The published form; quotes are in the instrument's language, left to right."""
        instrument, paragraph = self.instrument, self.paragraph
        return {
            "instrument": instrument.slug,
            "document": instrument.document,
            "symbol": instrument.symbol,
            "paragraph": paragraph.number,
            "theme": paragraph.theme,
            "standing": self.standing,
            "basis": paragraph.basis,
            "relation": paragraph.relation,
            "clause": paragraph.clause.quote,
            "antecedent": paragraph.antecedent
            and {"paragraph": paragraph.antecedent.paragraph, "quote": paragraph.antecedent.span.quote},
            "sha256": paragraph.sha256,
            "qualifiers": _qualifiers(paragraph),
            "conditions": [span.quote for span in paragraph.conditions],
            "safeguards": [span.quote for span in paragraph.safeguards],
            "partners": [
                {"key": one.key, "name": one.name, "succeeded_by": one.succeeded_by, "quote": one.span.quote}
                for one in paragraph.partners
            ],
            "language": instrument.language,
            "direction": "ltr",
            "official_versions": dict.fromkeys(OFFICIAL_SLOTS),
        }


def authority_of(instrument: Instrument, number: int, *, on: date) -> Authority:
    """The authority of the paragraph on that day; raises NotFound for a number that the instrument lacks."""
    return Authority(instrument=instrument, paragraph=instrument.paragraph(number), standing=instrument.standing(on))


def _qualifiers(paragraph: Paragraph) -> dict[str, str | None]:
    return {
        "opening_verb": paragraph.opening_verb.quote,
        "clause_verb": paragraph.clause_verb.quote,
        "addressee": paragraph.addressee.quote,
        "upon_request": _quote(paragraph.upon_request),
        "within_mandate": _quote(paragraph.within_mandate),
        "continue": _quote(paragraph.continues),
        "eligible": _quote(paragraph.eligible),
    }


def _quote(span: Span | None) -> str | None:
    return span and span.quote
