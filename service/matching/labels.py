"""Labelled requests as the guide describes them, read from JSON lines, and which segments their evidence covers."""

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import TypeVar

from service.errors import Invalid
from service.matching.features import OUTSIDE, PARAGRAPHS, UNCLEAR
from service.matching.report import DISPOSITIONS, LANGUAGES
from service.matching.text import Segment

T = TypeVar("T")
ROLES = ("ask", "vague", "notice", "tell", "negate", "thank", "offer", "frame")  # of a sentence in the data
_ENOUGH = 8  # code points that evidence and segment must share, or half of a shorter segment


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """One labelled request; ``evidence`` holds (paragraph, quote) pairs, ``parallel`` names a group of translations.

    ``uncovered`` quotes what is asked and no paragraph covers; null where nobody marked it.
    """

    id: str
    lang: str
    title: str
    text: str
    disposition: str
    primary: int | None
    paragraphs: tuple[int, ...]
    acceptable: tuple[int, ...]
    evidence: tuple[tuple[int, str], ...]
    uncovered: tuple[str, ...] | None = None
    writer: str | None = None
    parallel: str | None = None

    @property
    def outcome(self) -> int:
        """The class of the whole need: its primary paragraph, OUTSIDE or UNCLEAR."""
        if self.primary is not None:
            return self.primary
        return OUTSIDE if self.disposition == "outside_mandate" else UNCLEAR


def read_all(paths: Iterable[Path]) -> list[Label]:
    """The labels of several files; raises Invalid where two share an id, for reports are told apart by it."""
    labels = [label for path in paths for label in read_labels(path)]
    twice = [name for name, count in Counter(label.id for label in labels).items() if count > 1]
    if twice:
        raise Invalid(f"labels need an id of their own: {twice[0]} stands more than once")
    return labels


def _check(record: dict, paragraphs: Iterable[int]) -> None:
    if record["lang"] not in LANGUAGES:
        raise ValueError(f"unknown language {record['lang']!r}")
    if any(type(paragraph) is not int or not 1 <= paragraph <= PARAGRAPHS for paragraph in paragraphs):
        raise ValueError("a paragraph is not a number from 1 to 19")


def bundled_path() -> Path:
    """The dev set that is shipped with the engine."""
    return _shipped("dev.jsonl")


def bundled_sentences() -> Path:
    """The labelled sentences that are shipped with the engine."""
    return _shipped("sentences.jsonl")


def training_paths() -> list[Path]:
    """The labelled requests that the shipped model is fitted on."""
    rounds = ("second-round", "third-round", "fourth-round", "fifth-round")
    return [_shipped(f"{name}.jsonl") for name in ("dev", "written", *rounds)]


def _shipped(name: str) -> Path:
    return Path(str(resources.files("service.matching") / "data" / "labels" / name))


def read_labels(path: Path) -> list[Label]:
    """The labels of a JSON-lines file; raises Invalid naming the line that is none."""
    return _read(path, parse, "label")


def _read(path: Path, parsed: Callable[[dict], T], kind: str) -> list[T]:
    try:
        lines = path.read_text(encoding="utf-8").split("\n")
    except (OSError, UnicodeDecodeError) as problem:
        raise Invalid(f"{kind}s cannot be read from {path}: {problem}") from problem
    records = []
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                records.append(parsed(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as problem:
                raise Invalid(f"{path}, line {number}: not a {kind}: {problem!r}") from problem
    if not records:
        raise Invalid(f"{path} holds no {kind}s")
    return records


def parse(record: dict) -> Label:
    """One record as a Label; raises ValueError, KeyError or TypeError where it is none."""
    if record["disposition"] not in DISPOSITIONS:
        raise ValueError(f"unknown disposition {record['disposition']!r}")
    _check(record, [*record["paragraphs"], *record["acceptable"], *map(int, record["evidence"])])
    return Label(
        id=str(record["id"]),
        lang=record["lang"],
        title=record["title"],
        text=record["text"],
        disposition=record["disposition"],
        primary=record["primary"],
        paragraphs=tuple(record["paragraphs"]),
        acceptable=tuple(record["acceptable"]),
        evidence=tuple((int(p), quote) for p, quotes in record["evidence"].items() for quote in quotes),
        uncovered=tuple(record["uncovered"]) if "uncovered" in record else None,
        writer=record.get("writer"),
        parallel=record.get("parallel"),
    )


@dataclass(frozen=True, kw_only=True, slots=True)
class Sentence:
    """One labelled sentence: its ``role`` (ROLES) and the paragraphs it asks for or touches."""

    lang: str
    text: str
    role: str
    paragraphs: tuple[int, ...]

    @property
    def asks(self) -> bool:
        """Does it ask, or give the notice that a letter is about?"""
        return self.role in ("ask", "vague", "notice")


def read_sentences(path: Path) -> list[Sentence]:
    """The sentences of a JSON-lines file; raises Invalid naming the line that is none."""
    return _read(path, _sentence, "sentence")


def _sentence(record: dict) -> Sentence:
    if record["role"] not in ROLES:
        raise ValueError(f"unknown role {record['role']!r}")
    _check(record, record["paragraphs"])
    return Sentence(
        lang=record["lang"], text=record["text"], role=record["role"], paragraphs=tuple(record["paragraphs"])
    )


def places(label: Label) -> list[tuple[int, str, int, int]]:
    """(paragraph, field, start, end) of each quote, at its first place, in the text before the title."""
    found = ((paragraph, _place(label, quote)) for paragraph, quote in label.evidence)
    return [(paragraph, *place) for paragraph, place in found if place]


def _place(label: Label, quote: str) -> tuple[str, int, int] | None:
    for field, whole in (("text", label.text), ("title", label.title)):
        start = whole.find(quote)
        if start >= 0:
            return field, start, start + len(quote)
    return None


def covered(label: Label, segments: Iterable[Segment]) -> list[frozenset[int]]:
    """Per segment the paragraphs whose evidence it holds; 0 where it holds an ask that no paragraph covers."""
    spans = places(label)
    spans += [(0, *place) for quote in label.uncovered or () if (place := _place(label, quote))]
    held = (frozenset(p for p, *span in spans if _shares(segment, *span)) for segment in segments)
    return [paragraphs - {0} or paragraphs for paragraphs in held]


def _shares(segment: Segment, field: str, start: int, end: int) -> bool:
    enough = min(_ENOUGH, (segment.end - segment.start) // 2)
    return field == segment.field and min(end, segment.end) - max(start, segment.start) >= enough
