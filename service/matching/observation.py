"""What is seen in one need before anything is judged: segments, the terms in them, their vectors."""

from dataclasses import dataclass, replace

import numpy as np

from service.matching.asks import is_instruction
from service.matching.encoder import Encoder
from service.matching.lexicon import CUES, Term, load_lexicon, machine_words
from service.matching.plain import plain, states_in
from service.matching.text import Segment, read

THEMES = (
    "ratification_legislation", "national_coordination", "authority_register", "international_cooperation",
    "criminal_justice_rule_of_law", "human_rights_compliant_prevention", "capacity_building",
    "foreign_terrorist_fighters", "organized_crime_financing_links", "border_management", "cultural_heritage",
    "ict_internet", "victims_of_terrorism", "children", "gender", "partnership_delivery", "contributions",
    "resources", "reporting",
)  # fmt: skip
KEYS = THEMES + CUES  # columns of ``counts``: column p - 1 is operative paragraph p
_COLUMN = {key: column for column, key in enumerate(KEYS)}
_MOST = 3  # a term repeated more often in one segment says no more


@dataclass(frozen=True, kw_only=True, slots=True)
class Observation:
    """Segments (n), ``plain`` their texts as judged, ``terms`` per segment placed in its field, ``counts`` (n, KEYS),
    ``vectors`` (n, 512) or null."""

    language: str
    segments: tuple[Segment, ...]
    plain: tuple[str, ...]
    terms: tuple[tuple[Term, ...], ...]
    counts: np.ndarray
    vectors: np.ndarray | None
    truncated: bool

    def cue(self, name: str) -> np.ndarray:
        """Hits of one cue per segment, shape (n,)."""
        return self.counts[:, _COLUMN[name]]


def observe(title: str, text: str, *, language: str, encoder: Encoder | None) -> Observation:
    """Read one need; instructions to a machine are left out here, so that nothing later can heed them (rule 14)."""
    reading = read(title, text)
    lexicon = load_lexicon(language)
    kept = []
    for segment in reading.segments:
        states = states_in(segment.text, language)
        found = tuple(
            Term(key=t.key, start=t.start + segment.start, end=t.end + segment.start)
            for t in lexicon.find(segment.text)
            if not any(start < t.end and t.start < end for start, end in states)
        )
        judged = plain(segment.text, language, states)
        if judged.strip() and not is_instruction(segment.text, _machine_cues(segment, found)):
            kept.append((segment, judged, found))
    segments, texts, terms = zip(*kept, strict=True) if kept else ((), (), ())
    return Observation(
        language=language,
        segments=segments,
        plain=texts,
        terms=terms,
        counts=_counts(terms),
        vectors=encoder.encode(texts) if encoder else None,
        truncated=reading.truncated,
    )


def _machine_cues(segment: Segment, found: tuple[Term, ...]) -> int:
    """How many words of the text talk to a machine, in its language or in English."""
    own = {(term.start - segment.start, term.end - segment.start) for term in found if term.key == "machine"}
    return len(own | {(term.start, term.end) for term in machine_words().find(segment.text)})


def at_rows(seen: Observation, rows: np.ndarray) -> Observation:
    """The same need with some of its segments alone."""
    return replace(
        seen,
        segments=tuple(seen.segments[i] for i in rows),
        plain=tuple(seen.plain[i] for i in rows),
        terms=tuple(seen.terms[i] for i in rows),
        counts=seen.counts[rows],
        vectors=None if seen.vectors is None else seen.vectors[rows],
    )


def _counts(terms: tuple[tuple[Term, ...], ...]) -> np.ndarray:
    """Hits per segment and key, at most _MOST each."""
    counts = np.zeros((len(terms), len(KEYS)))
    for row, found in enumerate(terms):
        for term in found:
            counts[row, _COLUMN[term.key]] += 1
    return np.minimum(counts, _MOST)
