"""Which of the six languages a text is in: by script for ar, ru and zh, by py3langid among en, es and fr."""

import functools
import re
import threading

from py3langid.langid import MODEL_FILE, LanguageIdentifier

_ARABIC = re.compile(r"[\u0620-\u064a\u0671-\u06d3]")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff]")
_KANA_HANGUL = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_LATIN_THREE = ("en", "es", "fr")
_READ = 4_000  # code points: the language of a letter shows long before
_LATIN_READ = 800  # the same for the costlier choice among en, es and fr
# Another Latin-script language is believed from this much log-probability per code point and this length on:
# the dev set's own mixed texts stay under 0.03, plain Portuguese is over 1.1.
_OTHER_MARGIN = 0.6
_OTHER_LENGTH = 40
_LOADING = threading.Lock()


def detect(text: str) -> str | None:
    """The language of ``text``, or null where no supported one can be told."""
    head = text[:_READ]
    counts = {
        "ar": 2 * len(_ARABIC.findall(head)),
        "ru": 2 * len(_CYRILLIC.findall(head)),
        "zh": 5 * len(_HAN.findall(head)),  # one character says about as much as five Latin letters
        "latin": len(_LATIN.findall(head)),
    }
    best = max(counts, key=lambda key: counts[key])
    if counts[best] < 2 or len(_KANA_HANGUL.findall(head)) * 10 > len(head):
        return None
    return _latin(head) if best == "latin" else best


def warm_up() -> None:
    """Load the identifier once, before threads ask for it."""
    _identifier()


def _latin(text: str) -> str | None:
    """The best of en, es and fr, or null where another language is plainly likelier."""
    text = text[:_LATIN_READ]
    ranked = _identifier().rank(text)
    best, score = next((language, score) for language, score in ranked if language in _LATIN_THREE)
    other = (ranked[0][1] - score) / len(text) > _OTHER_MARGIN
    return None if other and len(text) >= _OTHER_LENGTH else best


def _identifier() -> LanguageIdentifier:
    with _LOADING:
        return _load()


@functools.cache
def _load() -> LanguageIdentifier:
    return LanguageIdentifier.from_model_file(MODEL_FILE)
