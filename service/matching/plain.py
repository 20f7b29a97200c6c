"""A segment as it is judged: every State under one name, digits, marks and capitals alike.

A finding must not move with who asks, so that names of States are one to the lexicon and the encoder; what a text says
besides (a town, a group, a nationality) stays. The guide's rule 15: spelling changes nothing.
"""

import functools
import re
import tomllib
from importlib import resources

from service.canonical import sha256_hex
from service.mandate.states import load_states
from service.matching.lexicon import Lexicon, Term, pattern

_ONE_NAME = {"ar": "الدولة", "en": "the State", "es": "el Estado", "fr": "l'État", "ru": "государство", "zh": "我国"}
_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹", "01234567890123456789")
_MARKS = re.compile(r"[\u0640\u064b-\u0652\u0670]")  # Arabic vowel signs and the stretching stroke
_SHOUTED = 0.7  # share of capitals from which a text is shouted
_LETTERS = 20  # least number of letters that can shout; two or three acronyms cannot
_LONG = 6  # letters of a Russian word from which its last two change with the case
_UNCHANGING = "оуиэеюС"  # Того, Перу, Чили, Кабо-Верде, США
_ENDINGS = {
    "оа": ("оа",), "ия": ("ия", "ии", "ию", "ией"), "ея": ("ея", "еи", "ею", "еей"),
    "а": ("а", "ы", "и", "е", "у", "ой", "ей"),
    "ь": ("ь", "я", "ю", "ем", "е", "и", "ью"), "ет": ("ет", "та", "ту", "том", "те"),
    "й": ("й", "я", "ю", "ем", "е", "и"), "ы": ("ы", "", "ам", "ами", "ах", "ов"),
}  # fmt: skip
_CONSONANT = ("", "а", "у", "ом", "е", "ы", "ов", "ам", "ами", "ах")
Span = tuple[int, int]
_SOURCE = resources.files("service.matching") / "data" / "state-names.toml"


def states_in(text: str, language: str) -> list[Span]:
    """The places of States' names, left to right; of names that overlap the longest."""
    kept: list[Span] = []
    last = 0
    for term in sorted(_names(language).find(text), key=_longest_first):
        if term.start >= last and not text[term.start].islower():
            last = term.end
            kept += [(term.start, term.end)] if term.key == "state" else []
    return kept


def names_digest() -> str:
    """SHA-256 in hex over all names that are made one."""
    return sha256_hex(f"{load_states().digest}\n".encode() + _SOURCE.read_bytes())


def warm_up() -> None:
    """Load the names of all languages once, before threads ask for them."""
    for language in _ONE_NAME:
        _names(language)


def plain(text: str, language: str, states: list[Span]) -> str:
    """The text that lexicon-free features and the encoder read; ``states`` are the places of names in it."""
    pieces, at = [], 0
    for start, end in states:
        pieces += [text[at:start], _ONE_NAME[language]]
        at = end
    return _calm(_MARKS.sub("", "".join(pieces) + text[at:]).translate(_DIGITS))


def _calm(text: str) -> str:
    """A shouted text in small letters, with a capital at its start."""
    cased = [c for c in text if c.isupper() or c.islower()]
    if len(cased) < _LETTERS or sum(map(str.isupper, cased)) < _SHOUTED * len(cased):
        return text
    return text.lower().capitalize()


def _longest_first(term: Term) -> tuple[int, int, str]:
    return term.start, -term.end, term.key != "word"


@functools.cache
def _names(language: str) -> Lexicon:
    short = tomllib.loads(_SOURCE.read_text(encoding="utf-8"))
    names = {state.names[language].replace("_", " ") for state in load_states().all()} | set(short[language])
    names |= {name.partition(" (")[0] for name in names}
    terms = sorted(names)
    if language == "ru":
        terms = [case for name in terms for case in _cases(name)]
    if language == "ar":
        terms = [prefix + name for name in terms for prefix in ("", "و", "ب", "ل", "ف")]
    patterns = [pattern(term, "state", language == "zh") for term in terms]
    return Lexicon((*patterns, *(pattern(word, "word", language == "zh") for word in short["words"])))


def _cases(name: str) -> list[str]:
    """The forms of a Russian name: open words for a long one, the endings of its kind for one word."""
    words = name.split()
    if "(" in name:
        return [name]
    if len(words) > 1:
        return [" ".join(word[:-2] + "*" if len(word) > _LONG else word for word in words)]
    for ending, cases in _ENDINGS.items():
        if name.endswith(ending):
            return [name.removesuffix(ending) + case for case in cases]
    return [name] if "*" in name or name[-1] in _UNCHANGING else [name + case for case in _CONSONANT]
