"""The plain words of a need: what no list of terms holds and no vector keeps apart (an agency, a technique, a turn).

Words fall into buckets by a checksum, so that no vocabulary is stored, and are weighed by how rare they were in
training. A linear classifier over them says for each paragraph whether it is asked for.
"""

import functools
import re
import zlib
from dataclasses import dataclass

import numpy as np

from service.mandate.states import load_states
from service.matching.observation import Observation

BUCKETS = 1 << 15
WIDTH = 2 * BUCKETS  # the words as they are asked, then all of them
_STEM = 6  # letters of a word that are kept: what follows is mostly its case
_NAME, _SHORTEST = 5, 4  # letters of a State's name by which its adjective is known; the shortest name looked at
_ALL = 0.6  # weight of all words beside those that are asked
_LEAST = 1e-3  # no word is quite unheard
_WORD = re.compile(r"[^\W\d_]+")  # a number says nothing of a theme
_HAN = re.compile(r"[\u4e00-\u9fff]+|[a-z]+")
Row = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """``coefficients`` (WIDTH, PARAGRAPHS), ``intercepts`` (PARAGRAPHS,), ``rarity`` (BUCKETS,)."""

    coefficients: np.ndarray
    intercepts: np.ndarray
    rarity: np.ndarray

    def odds(self, seen: Observation, asked: np.ndarray) -> np.ndarray:
        """Log-odds that each paragraph is asked for, shape (PARAGRAPHS,)."""
        columns, values = word_row(word_bag(seen), asked, self.rarity)
        return values @ self.coefficients[columns] + self.intercepts


def word_bag(seen: Observation) -> tuple[np.ndarray, np.ndarray]:
    """Each word's bucket and its segment, in the order of the text."""
    found = [_words(text.lower(), seen.language) for text in seen.plain]
    buckets = [zlib.crc32(f"{seen.language}{word}".encode()) % BUCKETS for words in found for word in words]
    segments = np.repeat(np.arange(len(found)), [len(words) for words in found])
    return np.array(buckets, dtype=np.int64), segments


def word_row(bag: tuple[np.ndarray, np.ndarray], asked: np.ndarray, rarity: np.ndarray) -> Row:
    """Columns and values of one need's sparse row: its words weighed by ``asked`` (n,), then all alike."""
    buckets, segments = bag
    kinds, place = np.unique(buckets, return_inverse=True)
    heard = np.bincount(place, weights=asked[segments] + _LEAST, minlength=len(kinds))
    told = np.bincount(place, minlength=len(kinds)).astype(float)
    values = [weight * _unit(np.sqrt(count) * rarity[kinds]) for count, weight in ((heard, 1.0), (told, _ALL))]
    return np.concatenate([kinds, kinds + BUCKETS]), np.concatenate(values)


def _unit(values: np.ndarray) -> np.ndarray:
    return values / max(float(np.linalg.norm(values)), 1e-9)


def _words(text: str, language: str) -> list[str]:
    """Stems, but no nationality's: a finding must not move with who asks. Chinese has no spaces: two and three
    characters that follow each other, a foreign word spelt out with them."""
    if language != "zh":
        return [word[:_STEM] for word in _WORD.findall(text) if not _of_a_state(word, language)]
    runs = "".join(_HAN.findall(text))
    return [runs[at : at + size] for size in (2, 3) for at in range(len(runs) - size + 1)]


def _of_a_state(word: str, language: str) -> bool:
    """Whether the word begins as a word of a State's name does, as most of their adjectives do."""
    bare, named = _bare(word, language), _named(language)
    return bare[:_NAME] in named or bare[:_SHORTEST] in named


@functools.cache
def _named(language: str) -> frozenset[str]:
    words = {word for state in load_states().all() for word in _WORD.findall(state.names[language].lower())}
    return frozenset(_bare(word, language)[:_NAME] for word in words if len(_bare(word, language)) >= _SHORTEST)


def _bare(word: str, language: str) -> str:
    """A word without the Arabic article."""
    return word.removeprefix("ال") if language == "ar" else word
