"""Reads one need against the catalogue: ``Matcher.match`` gives a MatchReport.

Pure and thread-safe after ``warm_up``; no network, no clock. Same text, catalogue, model and lock on one machine: the
same report, byte for byte (one fixed batch of segments per request, integer probabilities).
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from service.canonical import sha256_hex
from service.errors import Invalid
from service.matching import language as languages
from service.matching import plain
from service.matching.classifier import from_bytes
from service.matching.encoder import Encoder, load_encoder
from service.matching.instruments import instruments_in
from service.matching.judgement import Frame, empty_report, judge
from service.matching.lexicon import lexicon_digest, load_lexicon
from service.matching.model import shipped_weights
from service.matching.observation import observe
from service.matching.report import LANGUAGES, MatchReport
from service.matching.rules import hand_heads
from service.matching.text import CHARACTERS

if TYPE_CHECKING:
    from service.mandate.catalogue import Catalogue

NAME = "mandate-desk-matcher/3"


class Matcher:
    """The engine: weights of both modes, the lexicon, and the encoder where there is one."""

    def __init__(
        self, *, catalogue_digest: str, themes: Mapping[int, str], weights: bytes | None, encoder: Encoder | None
    ) -> None:
        """``weights`` is the file that ``training`` writes; without it hand-set rules over the lexicon stand in."""
        modes, digest = from_bytes(weights) if weights is not None else ({}, "rules")
        self._encoder = encoder if modes else None
        self._heads = modes["full" if self._encoder else "lexicon"] if modes else hand_heads()
        self._catalogue = catalogue_digest
        self._themes = dict(themes)
        words = sha256_hex(f"{lexicon_digest()} {plain.names_digest()}".encode())
        encoder_name = self._encoder.name if self._encoder else "none"
        self.engine = f"{NAME}+w.{digest[:16]}+l.{words[:16]}+e.{encoder_name}"

    def warm_up(self) -> None:
        """Load everything that is loaded once; call it before threads share the matcher."""
        languages.warm_up()
        plain.warm_up()
        for language in LANGUAGES:
            load_lexicon(language)
        if self._encoder:
            self._encoder.warm_up()
        self.match("Border control", "Please train our border police under resolution 2178 (2014).")

    def match(self, title: str, text: str, language: str | None = None) -> MatchReport:
        """The report on one need; ``language`` as declared, or null to have it detected.

        The lexicon follows the language that the text shows, should another be declared. Raises Invalid for a declared
        language that is not one of the six.
        """
        if language is not None and language not in LANGUAGES:
            raise Invalid(f"language must be one of {', '.join(LANGUAGES)}", language=str(language))
        shown = languages.detect(f"{title}\n{text[:CHARACTERS]}")
        read = shown or language
        frame = Frame(
            language=language or shown,
            language_detected=language is None and shown is not None,
            themes=self._themes,
            instruments=(*instruments_in("title", title[:CHARACTERS]), *instruments_in("text", text[:CHARACTERS])),
            catalogue=self._catalogue,
            engine=self.engine,
        )
        if read is None:
            return empty_report(frame, "unsupported_language" if any(map(str.isalpha, text[:400])) else "too_short")
        return judge(observe(title, text, language=read, encoder=self._encoder), self._heads, frame)


def load_matcher(catalogue: "Catalogue", *, use_encoder: bool = True) -> Matcher:
    """The shipped engine against a catalogue; ``use_encoder=False`` or an absent package leaves the lexicon alone."""
    themes = {number: catalogue.current.paragraph(number).theme for number in range(1, 20)}
    return Matcher(
        catalogue_digest=catalogue.digest,
        themes=themes,
        weights=shipped_weights(),
        encoder=load_encoder() if use_encoder else None,
    )
