"""Treaties and resolutions that a text names, with their places; names live in ``data/instruments.toml``."""

import functools
import re
import tomllib
from importlib import resources

import ahocorasick_rs

from service.matching.folding import fold
from service.matching.report import NamedInstrument

# "resolution 2178 (2014)", "2178 (2014)", "A/RES/60/288", "resolución 1373", "第2178号决议", "القرار 2178".
_NUMBERED = re.compile(
    r"(?:S/RES/|A/RES/)?(?P<general>\b[4-9]\d/\d{1,3}\b)|\b(?P<dated>[12]\d{3}) ?[(（](?P<year>(?:19|20)\d\d)[)）]"
    r"|(?:r[ée]solutions?|resolución|resoluciones|(?:UN)?SCR|резолюци\w{1,4}|القرار|قرار)\s(?P<bare>[12]\d{3})\b"
    r"|第 ?(?P<han>[12]\d{3}) ?号?决议",
    re.IGNORECASE,
)


@functools.cache
def _named() -> tuple[ahocorasick_rs.AhoCorasick, tuple[str, ...]]:
    source = (resources.files("service.matching") / "data" / "instruments.toml").read_text(encoding="utf-8")
    pairs = [
        (fold(name).text, entry["name"]) for entry in tomllib.loads(source)["instrument"] for name in entry["names"]
    ]
    return ahocorasick_rs.AhoCorasick([name for name, _ in pairs]), tuple(name for _, name in pairs)


def instruments_in(field: str, whole: str) -> list[NamedInstrument]:
    """Every instrument named in one field, in order of place; the longest name wins where two overlap."""
    found = [*_by_number(field, whole), *_by_name(field, whole)]
    kept: list[NamedInstrument] = []
    for item in sorted(found, key=lambda item: (item.start, -item.end)):
        if not kept or item.start >= kept[-1].end:
            kept.append(item)
    return kept


def _by_number(field: str, whole: str) -> list[NamedInstrument]:
    found = []
    for match in _NUMBERED.finditer(whole):
        number = match["dated"] or match["bare"] or match["han"]
        name = f"Security Council resolution {number}" if number else f"General Assembly resolution {match['general']}"
        if match["year"]:
            name += f" ({match['year']})"
        found.append(NamedInstrument(name=name, field=field, start=match.start(), end=match.end()))
    return found


def _by_name(field: str, whole: str) -> list[NamedInstrument]:
    finder, names = _named()
    folded = fold(whole)
    return [
        NamedInstrument(name=names[index], field=field, start=folded.place(start), end=folded.place(end - 1) + 1)
        for index, start, end in finder.find_matches_as_indexes(folded.text, overlapping=True)
    ]
