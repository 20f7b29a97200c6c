"""Why the best paragraph and not the next: their probabilities and the request's words that speak for each."""

from collections.abc import Mapping

from service.matching.observation import THEMES, Observation

_MOST = 6  # terms listed per paragraph


def contrast(first: int, second: int, probabilities: Mapping[str, int], seen: Observation) -> dict:
    """Two sides, best first: ``{"paragraphs": [{"paragraph", "theme", "probability", "terms": [...]}, ...]}``."""
    return {"paragraphs": [_side(paragraph, probabilities, seen) for paragraph in (first, second)]}


def _side(paragraph: int, probabilities: Mapping[str, int], seen: Observation) -> dict:
    theme = THEMES[paragraph - 1]
    return {
        "paragraph": paragraph,
        "theme": theme,
        "probability": probabilities[str(paragraph)],
        "terms": _terms(theme, seen),
    }


def _terms(theme: str, seen: Observation) -> list[dict]:
    """The theme's lexicon terms in reading order, each word once."""
    found: dict[str, dict] = {}
    for segment, terms in zip(seen.segments, seen.terms, strict=True):
        for term in terms:
            quote = segment.text[term.start - segment.start : term.end - segment.start]
            if term.key == theme and quote.casefold() not in found:
                found[quote.casefold()] = {"in": segment.field, "start": term.start, "end": term.end, "quote": quote}
    return list(found.values())[:_MOST]
