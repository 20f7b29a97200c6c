"""A report for a person at a terminal: the request with the words marked, and why each paragraph is cited.

Marks are brackets as well as colours, so that nothing is lost where colour is. Every text of the request stands between
directional isolates (Unicode UAX #9), so that Arabic among English stays in place; characters that steer a terminal or
turn its text around are shown as their code.
"""

import re
from collections.abc import Iterable, Iterator

import typer

from service.matching.report import Ask, Match, MatchReport

_COLOURS = ("green", "cyan", "magenta", "yellow", "blue", "bright_green", "bright_cyan", "bright_magenta")
_ISOLATE, _END = "\u2068", "\u2069"
_STEERING = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")
_LINES = re.compile(r"\r\n|[\n\r\v\f\x85\u2028\u2029]")
_WHY = {
    "outside_resolution": "no paragraph of this resolution covers it; other resolutions may",
    "other_mandate_possible": "it reads as crime without terrorism, for which UNODC has other mandates",
    "single_case": "it asks UNODC to act in a single case (guide, rule 11)",
    "no_terrorism_link": "no word of it ties it to terrorism (guide, rule 13)",
    "too_short": "too short to name a paragraph",
    "ambiguous": "it asks for help, but nothing in it names a subject",
    "missing_annex": "it leans on an annex or an earlier letter that is not here",
    "unsupported_language": "it is in none of the six languages",
    "truncated": "only its first part was read",
    "matcher_unavailable": "the matcher was not there; it will be read again",
}


def explain(name: str, title: str, text: str, report: MatchReport) -> Iterator[str]:
    """The lines that show one report, in colour; without colours they say the same."""
    colours = {match.paragraph: _COLOURS[i % len(_COLOURS)] for i, match in enumerate(report.matches)}
    yield typer.style(f"{isolated(name)}: {_finding(report)}", bold=True)
    yield from (f"  because {_WHY[reason]}" for reason in report.reasons)
    yield ""
    for field, words in (("title", title), ("text", text)):
        yield from ("  " + line for line in _marked(field, words, report.matches, colours))
    yield ""
    for match in report.matches:
        yield typer.style(f"  OP {match.paragraph} {match.theme}", fg=colours[match.paragraph], bold=True) + (
            f"  {match.probability // 100} %" + ("  (primary)" if match.paragraph == report.primary else "")
        )
        yield from (f"    {isolated(span.quote)}" for span in match.evidence)
    yield from _asks(title, text, report.asks)
    yield from _contrast(report.contrast)
    named = dict.fromkeys(item.name for item in report.instruments)
    yield from [f"  names: {'; '.join(named)}"] if named else []
    yield f"  language {report.language or 'unknown'}, engine {report.engine}"
    yield ""


def safe(text: str) -> str:
    """The text with every character that steers a terminal, or turns text around, as its code."""
    return _STEERING.sub(lambda found: f"<U+{ord(found.group()):04X}>", text)


def isolated(text: str) -> str:
    return f"{_ISOLATE}{safe(' '.join(text.split()))}{_END}"


def _finding(report: MatchReport) -> str:
    said = report.disposition.replace("_", " ")
    return f"{said}, OP {report.primary}" if report.primary is not None else said


def _marked(field: str, words: str, matches: Iterable[Match], colours: dict[int, str]) -> Iterator[str]:
    """The field's lines, evidence in brackets that name its paragraphs; of spans that overlap the first is marked."""
    spans: dict[tuple[int, int], list[int]] = {}
    for match in matches:
        for span in match.evidence:
            if span.field == field:
                spans.setdefault((span.start, span.end), []).append(match.paragraph)
    pieces, at = [], 0
    for (start, end), paragraphs in sorted(spans.items()):
        if start >= at:
            label = ", ".join(map(str, paragraphs))
            pieces += [safe_lines(words[at:start])]
            pieces += [typer.style(f"[OP {label}: {safe_lines(words[start:end])}]", fg=colours[paragraphs[0]])]
            at = end
    pieces.append(safe_lines(words[at:]))
    for line in "".join(pieces).split("\n"):
        yield f"{_ISOLATE}{line}{_END}" if line.strip() else ""


def safe_lines(text: str) -> str:
    """``safe``, line by line, whatever ends a line."""
    return "\n".join(map(safe, _LINES.split(text)))


def _asks(title: str, text: str, asks: Iterable[Ask]) -> Iterator[str]:
    for ask in asks:
        if not ask.covered:
            words = (title if ask.field == "title" else text)[ask.start : ask.end]
            yield typer.style("  asked, and covered by no cited paragraph: ", fg="red") + isolated(words)


def _contrast(sides: dict | None) -> Iterator[str]:
    if sides is None:
        return
    first, second = (_side(side) for side in sides["paragraphs"])
    yield f"  why {first}"
    yield f"  not {second}"


def _side(side: dict) -> str:
    terms = ", ".join(isolated(term["quote"]) for term in side["terms"]) or "no word of its list"
    return f"OP {side['paragraph']} ({side['probability'] // 100} %): {terms}"
