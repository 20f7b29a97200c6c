"""Labelled requests as the guide describes them, read from JSON lines, and which segments their evidence covers."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from service.errors import Invalid
from service.matching.features import OUTSIDE, UNCLEAR
from service.matching.report import DISPOSITIONS
from service.matching.text import Segment

_ENOUGH = 8  # code points that evidence and segment must share, or half of a shorter segment


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    """One labelled request; ``evidence`` holds (paragraph, quote) pairs, ``parallel`` names a group of translations."""

    id: str
    lang: str
    title: str
    text: str
    disposition: str
    primary: int | None
    paragraphs: tuple[int, ...]
    acceptable: tuple[int, ...]
    evidence: tuple[tuple[int, str], ...]
    parallel: str | None = None

    @property
    def outcome(self) -> int:
        """The class of the whole need: its primary paragraph, OUTSIDE or UNCLEAR."""
        if self.primary is not None:
            return self.primary
        return OUTSIDE if self.disposition == "outside_mandate" else UNCLEAR


def bundled_path() -> Path:
    """The dev set that is shipped with the engine."""
    return Path(str(resources.files("service.matching") / "data" / "labels" / "dev.jsonl"))


def read_labels(path: Path) -> list[Label]:
    """The labels of a JSON-lines file; raises Invalid naming the line that is none."""
    labels = []
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as problem:
        raise Invalid(f"labels cannot be read from {path}: {problem}") from problem
    for number, line in enumerate(lines, start=1):
        if line.strip():
            try:
                labels.append(parse(json.loads(line)))
            except (ValueError, KeyError, TypeError, AttributeError) as problem:
                raise Invalid(f"{path}, line {number}: not a label: {problem!r}") from problem
    if not labels:
        raise Invalid(f"{path} holds no labels")
    return labels


def parse(record: dict) -> Label:
    """One record as a Label; raises ValueError, KeyError or TypeError where it is none."""
    if record["disposition"] not in DISPOSITIONS:
        raise ValueError(f"unknown disposition {record['disposition']!r}")
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
        parallel=record.get("parallel"),
    )


def places(label: Label) -> list[tuple[int, str, int, int]]:
    """(paragraph, field, start, end) of each quote, at its first place, in the text before the title."""
    found = []
    for paragraph, quote in label.evidence:
        for field, whole in (("text", label.text), ("title", label.title)):
            start = whole.find(quote)
            if start >= 0:
                found.append((paragraph, field, start, start + len(quote)))
                break
    return found


def covered(label: Label, segments: Iterable[Segment]) -> list[frozenset[int]]:
    """Per segment the paragraphs whose evidence it holds."""
    spans = places(label)
    return [
        frozenset(
            paragraph
            for paragraph, field, start, end in spans
            if field == segment.field
            and min(end, segment.end) - max(start, segment.start) >= min(_ENOUGH, (segment.end - segment.start) // 2)
        )
        for segment in segments
    ]
