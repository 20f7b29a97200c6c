"""A reading as it is shown: every citation with its authority, every span with its words."""

from datetime import date, datetime

from service.assessment.record import ENGINE
from service.assessment.schemas import AskOut, AuthorityOut, EvidenceOut, FindingOut, MatchOut, NamedInstrumentOut
from service.mandate.authority import authority_of
from service.mandate.instrument import Instrument
from service.mandate.themes import theme_name
from service.matching.report import Ask, Match, MatchReport


def finding_of(
    report: MatchReport,
    *,
    title: str,
    text: str,
    instrument: Instrument,
    language: str,
    on: date,
    author: str = ENGINE,
    made_at: datetime | None = None,
    ask_ids: tuple[str, ...] = (),
) -> FindingOut:
    """The finding for a reader of ``language``; ``ask_ids`` are absent in a dry run, for nothing is stored then."""
    fields = {"title": title, "text": text}
    ids = ask_ids or (None,) * len(report.asks)
    return FindingOut(
        language=report.language,
        language_detected=report.language_detected,
        disposition=report.disposition,
        standing=instrument.standing(on),
        reasons=list(report.reasons),
        primary=report.primary,
        matches=[_match(match, instrument, language, on) for match in report.matches],
        asks=[_ask(ask, ask_id, fields) for ask, ask_id in zip(report.asks, ids, strict=True)],
        probabilities=report.probabilities,
        contrast=report.contrast,
        instruments=[NamedInstrumentOut.model_validate(item.to_json()) for item in report.instruments],
        catalogue=report.catalogue,
        engine=report.engine,
        made_at=made_at,
        author="engine" if author == ENGINE else "officer",
    )


def _match(match: Match, instrument: Instrument, language: str, on: date) -> MatchOut:
    return MatchOut(
        paragraph=match.paragraph,
        theme=match.theme,
        theme_name=theme_name(match.theme, language),
        probability=match.probability,
        evidence=[EvidenceOut.model_validate(span.to_json()) for span in match.evidence],
        authority=AuthorityOut.model_validate(authority_of(instrument, match.paragraph, on=on).to_json()),
    )


def _ask(ask: Ask, ask_id: str | None, fields: dict[str, str]) -> AskOut:
    return AskOut.model_validate({"id": ask_id, "quote": fields[ask.field][ask.start : ask.end], **ask.to_json()})
