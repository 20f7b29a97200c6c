"""Which of the six languages a reader wants (RFC 9110 section 12.5.4, RFC 4647 lookup)."""

from fastapi import Request

from service.matching.report import LANGUAGES


def wanted_language(request: Request) -> str:
    """The best of the six UN languages by Accept-Language; English where none fits, never an error."""
    ranges = [_weighted(part) for part in request.headers.get("accept-language", "")[:1000].split(",")]
    for tag, weight in sorted(ranges, key=lambda one: -one[1]):
        primary = tag.partition("-")[0]
        if weight > 0 and primary in LANGUAGES:
            return primary
    return "en"


def _weighted(part: str) -> tuple[str, float]:
    tag, _, quality = part.strip().lower().partition(";")
    try:
        return tag.strip(), float(quality.strip().removeprefix("q=")) if quality else 1.0
    except ValueError:
        return tag.strip(), 0.0
