"""The curated six-language lexicon: terms per theme and cues, found in a text with their places.

Terms live in ``data/lexicon/<language>.toml``, one file per language, readable by an officer. A ``*`` ends a word open:
``ratif*``; in a phrase each word may be open: ``выдач* преступник*``. Words of ar and zh match anywhere, the others at
word boundaries. No term is enough alone: the classifiers weigh what is found against the rest.
"""

import functools
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources

import ahocorasick_rs

from service.canonical import sha256_hex
from service.errors import Invalid
from service.matching.folding import fold
from service.matching.report import LANGUAGES

CUES = (
    "ask", "negation", "background", "thanks", "offer", "terrorism", "weapons_military", "relief_development",
    "elections", "sanctions_listing", "surveillance_profiling", "single_case", "ordinary_crime", "heritage_ordinary",
    "missing_annex", "vague", "machine", "priority", "secondary",
)  # fmt: skip
NEVER = (
    "weapons_military",
    "relief_development",
    "elections",
    "sanctions_listing",
    "surveillance_profiling",
)  # rule 12
_ANYWHERE = ("ar", "zh")
_WORD = re.compile(r"\w*")


@dataclass(frozen=True, kw_only=True, slots=True)
class Term:
    """One found term: its key (a theme's or a cue's name) and its place, in code points of the text searched."""

    key: str
    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Pattern:
    """One term to look for: the folded first word, whether its end is open, the words after it."""

    key: str
    head: str
    open_end: bool
    tail: tuple[str, ...]
    anywhere: bool


class Lexicon:
    """Terms of one language (and English acronyms and words in non-Latin text), ready to search; thread-safe."""

    def __init__(self, patterns: tuple[Pattern, ...]) -> None:
        self._patterns = patterns
        self._finder = ahocorasick_rs.AhoCorasick([p.head for p in patterns])

    def find(self, text: str) -> list[Term]:
        """Every term in ``text`` in order of place; overlapping ones all count."""
        folded = fold(text)
        hits = self._finder.find_matches_as_indexes(folded.text, overlapping=True)
        found = []
        for index, start, end in hits:
            pattern = self._patterns[index]
            last = _last(pattern, folded.text, start, end)
            if last is not None:
                found.append(Term(key=pattern.key, start=folded.place(start), end=folded.place(last - 1) + 1))
        return found


def _last(pattern: Pattern, text: str, start: int, end: int) -> int | None:
    """Where the whole term ends when it stands at ``start``, or null where the boundaries or later words fail."""
    if pattern.anywhere:
        return end
    if start and text[start - 1].isalnum():
        return None
    if pattern.open_end:
        end = _word_end(text, end)
    elif end < len(text) and text[end].isalnum():
        return None
    for word in pattern.tail:
        if text[end : end + 1].isspace():
            end += 1
        if not text.startswith(word.rstrip("*"), end):
            return None
        end += len(word.rstrip("*"))
        if word.endswith("*"):
            end = _word_end(text, end)
        elif end < len(text) and text[end].isalnum():
            return None
    return end


def _word_end(text: str, start: int) -> int:
    """The end of the word under way, at most 40 code points on."""
    return _WORD.match(text, start, start + 40).end()


def pattern(term: str, key: str, anywhere: bool) -> Pattern:
    """A term of the lexicon's notation, ready to search; ``anywhere`` ignores the boundaries of words."""
    if anywhere:
        return Pattern(key=key, head=fold(term).text, open_end=True, tail=(), anywhere=True)
    if re.search(r"\*\S", term):
        term = term.replace("*", "* ", 1).replace("  ", " ")
    pieces = re.split(r"(?<=\*) ", fold(term).text)
    return Pattern(
        key=key, head=pieces[0].rstrip("*"), open_end=pieces[0].endswith("*"), tail=tuple(pieces[1:]), anywhere=False
    )


@functools.cache
def _source(language: str) -> bytes:
    return (resources.files("service.matching") / "data" / "lexicon" / f"{language}.toml").read_bytes()


def _patterns(language: str) -> Iterator[Pattern]:
    """The patterns of one file; raises Invalid naming a cue that no code knows."""
    data = tomllib.loads(_source(language).decode("utf-8"))
    unknown = set(data["cues"]) - set(CUES)
    if unknown:
        raise Invalid(f"lexicon {language}: unknown cues {sorted(unknown)}")
    for part in ("themes", "cues"):
        for key, terms in data[part].items():
            for term in terms:
                yield pattern(term, key, language in _ANYWHERE and not term.isascii())


@functools.cache
def load_lexicon(language: str) -> Lexicon:
    """The lexicon of one of LANGUAGES; ar, ru and zh also find English terms, which their script cannot confuse."""
    patterns = list(_patterns(language))
    if language in ("ar", "ru", "zh"):
        patterns += [p for p in _patterns("en") if p.key not in ("ask", "background")]
    unique = {(p.key, p.head, p.open_end, p.tail, p.anywhere): p for p in patterns}
    return Lexicon(tuple(unique.values()))


@functools.cache
def machine_words() -> Lexicon:
    """The English words that talk to a machine: whoever does so, does it in English in any letter."""
    return Lexicon(tuple(p for p in _patterns("en") if p.key == "machine"))


@functools.cache
def lexicon_digest() -> str:
    """SHA-256 in hex over the six files in the order of LANGUAGES."""
    return sha256_hex(b"\n".join(_source(language) for language in LANGUAGES))
