"""What a reading of one need says: the values that the engine returns and every other room reads."""

from dataclasses import dataclass, field
from typing import Literal, get_args

Language = Literal["ar", "en", "es", "fr", "ru", "zh"]
LANGUAGES = get_args(Language)
DISPOSITIONS = ("authorised", "outside_mandate", "unclear", "notice")
REASONS = (
    "outside_resolution", "other_mandate_possible", "single_case", "no_terrorism_link", "too_short",
    "ambiguous", "missing_annex", "unsupported_language", "truncated", "matcher_unavailable",
)  # fmt: skip
UNAVAILABLE = REASONS[-1]


@dataclass(frozen=True, kw_only=True, slots=True)
class Evidence:
    """The request's own words: ``field`` is "title" or "text", offsets in code points, text[start:end] == quote."""

    field: str
    start: int
    end: int
    quote: str

    def to_json(self) -> dict:
        return {"in": self.field, "start": self.start, "end": self.end, "quote": self.quote}


@dataclass(frozen=True, kw_only=True, slots=True)
class Match:
    """A cited paragraph with its probability (integer per 10,000) and the words that ask for it."""

    paragraph: int
    theme: str
    probability: int
    evidence: tuple[Evidence, ...]

    def to_json(self) -> dict:
        return {
            "paragraph": self.paragraph,
            "theme": self.theme,
            "probability": self.probability,
            "evidence": [span.to_json() for span in self.evidence],
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class Ask:
    """One thing asked for: its span, its role ("ask" or "notice"), the paragraphs found for it, covered or not."""

    field: str
    start: int
    end: int
    role: str
    paragraphs: tuple[int, ...]
    covered: bool

    def to_json(self) -> dict:
        return {
            "in": self.field,
            "start": self.start,
            "end": self.end,
            "role": self.role,
            "paragraphs": list(self.paragraphs),
            "covered": self.covered,
        }


@dataclass(frozen=True, kw_only=True, slots=True)
class NamedInstrument:
    """A treaty, resolution or body of rules that the text names, and where."""

    name: str
    field: str
    start: int
    end: int

    def to_json(self) -> dict:
        return {"name": self.name, "in": self.field, "start": self.start, "end": self.end}


@dataclass(frozen=True, kw_only=True, slots=True)
class MatchReport:
    """One reading of one need.

    ``language`` is the language read (one of LANGUAGES, or null where it could not be told), ``language_detected``
    whether it was detected rather than declared; ``primary`` is null unless the disposition is authorised or notice;
    ``probabilities`` has every paragraph number as text with an integer per 10,000; ``contrast`` says for the best two
    why one and not the other; ``catalogue`` and ``engine`` are the digests or versions that a replay needs.
    """

    language: str | None
    language_detected: bool
    disposition: str
    reasons: tuple[str, ...]
    primary: int | None
    matches: tuple[Match, ...]
    asks: tuple[Ask, ...]
    probabilities: dict[str, int] = field(default_factory=dict)
    contrast: dict | None = None
    instruments: tuple[NamedInstrument, ...] = ()
    catalogue: str
    engine: str

    @property
    def unread(self) -> bool:
        """Whether the matcher was down or late, so that the need waits to be matched again."""
        return UNAVAILABLE in self.reasons

    def to_json(self) -> dict:
        """The report as the command line and the API print it; keys in the order of the published contract."""
        return {
            "language": self.language,
            "language_detected": self.language_detected,
            "disposition": self.disposition,
            "reasons": list(self.reasons),
            "primary": self.primary,
            "matches": [match.to_json() for match in self.matches],
            "asks": [ask.to_json() for ask in self.asks],
            "probabilities": dict(self.probabilities),
            "contrast": self.contrast,
            "instruments": [item.to_json() for item in self.instruments],
            "catalogue": self.catalogue,
            "engine": self.engine,
        }


def unavailable_report(*, language: str | None, catalogue: str, engine: str) -> MatchReport:
    """The report kept when the matcher was down or late: unclear, to be matched again, nothing cited."""
    return MatchReport(
        language=language,
        language_detected=False,
        disposition="unclear",
        reasons=(UNAVAILABLE,),
        primary=None,
        matches=(),
        asks=(),
        catalogue=catalogue,
        engine=engine,
    )
