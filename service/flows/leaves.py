"""What each step of a request says in the ledger: ids, codes and numbers open; words and persons as salted digests."""

from collections.abc import Sequence

from service.access.principal import Principal
from service.casework.reroute import Rerouted
from service.casework.routing import Route
from service.casework.ruling import Ruling
from service.intake.receive import NewRequest
from service.ledger.events import Event, EventName
from service.matching.report import MatchReport


def received(new: NewRequest, caller: Principal) -> Event:
    """A request came in."""
    payload = new.payload
    return Event(
        name=EventName.REQUEST_RECEIVED,
        stream=new.id,
        actor=caller.id,
        facts={
            "request": new.id,
            "member_state": payload.member_state,
            "state": new.state,
            "channel": new.channel,
            "authenticity": new.authenticity,
            "consent": payload.consent,
            "classification": payload.classification,
            "urgency": payload.urgency,
            "language": payload.language,
            "note_verbale_date": payload.note_verbale.date.isoformat(),
            "needs": [need.id for need in new.needs],
        },
        secrets=_words(new),
    )


def read(request_id: str, need_id: str, assessment_id: str, report: MatchReport) -> Event:
    """A need was read by the engine; evidence and asks as offsets, never as words."""
    return Event(
        name=EventName.NEED_READ,
        stream=request_id,
        actor="system",
        facts={
            "need": need_id,
            "assessment": assessment_id,
            "language": report.language,
            "disposition": report.disposition,
            "reasons": list(report.reasons),
            "primary": report.primary,
            "matches": [
                {
                    "paragraph": match.paragraph,
                    "probability": match.probability,
                    "evidence": [[span.field, span.start, span.end] for span in match.evidence],
                }
                for match in report.matches
            ],
            "asks": [[ask.field, ask.start, ask.end, ask.role, list(ask.paragraphs)] for ask in report.asks],
            "catalogue": report.catalogue,
            "engine": report.engine,
        },
    )


def queued(request_id: str, need_id: str, items: Sequence[str], route: Route) -> Event:
    """A need was put on its queues."""
    return Event(
        name=EventName.ITEM_QUEUED,
        stream=request_id,
        actor="system",
        facts={
            "need": need_id,
            "items": list(items),
            "lead": route.lead,
            "supporting": list(route.supporting),
            "would_go_to": route.would_go_to,
            "routing_table": route.table,
        },
    )


def moved(name: EventName, *, request_id: str, item_id: str, team: str, version: int, actor: str) -> Event:
    """An item was claimed, released, returned or sent on; ``actor`` is a principal's id or "system"."""
    return Event(
        name=name,
        stream=request_id,
        actor=actor,
        facts={"item": item_id, "team": team, "version": version},
    )


def sent_on(request_id: str, need_id: str, done: Rerouted, route: Route) -> list[Event]:
    """A need went to other queues: a leaf for each item that left one, and one for where it goes."""
    left = [
        moved(
            EventName.ITEM_REROUTED,
            request_id=request_id,
            item_id=item.id,
            team=item.team,
            version=item.version,
            actor="system",
        )
        for item in done.left
    ]
    return [*left, queued(request_id, need_id, done.made, route)]


def decided(
    *,
    request_id: str,
    need_id: str,
    item_id: str,
    assessment_id: str,
    decisions: Sequence[str],
    rulings: Sequence[Ruling],
    standing: str,
    request_decided: bool,
    caller: Principal,
) -> Event:
    """A need was ruled on; reasons as salted digests."""
    pairs = list(zip(decisions, rulings, strict=True))
    return Event(
        name=EventName.NEED_DECIDED,
        stream=request_id,
        actor=caller.id,
        facts={
            "need": need_id,
            "item": item_id,
            "assessment": assessment_id,
            "standing": standing,
            "rulings": [{"decision": made, "ask": one.ask_id, "ruling": one.ruling} for made, one in pairs],
            "request_decided": request_decided,
        },
        secrets={f"reason/{made}": one.reason for made, one in pairs if one.reason},
    )


def _words(new: NewRequest) -> dict[str, str]:
    """Everything in the request that names a person or is free text, by its place in the request."""
    payload, person = new.payload, new.payload.focal_point
    words = {
        "title": payload.title,
        "note_verbale/reference": payload.note_verbale.reference,
        "submitting_authority/name": payload.submitting_authority.name,
        "focal_point/name": person.name,
        "focal_point/title": person.title,
        "focal_point/email": person.email,
        "focal_point/phone": person.phone,
        "urgency_reason": payload.urgency_reason,
        "existing_measures": payload.existing_measures,
        "assistance_elsewhere": payload.assistance_elsewhere,
    }
    for index, name in enumerate(payload.cited_instruments):
        words[f"cited_instruments/{index}"] = name
    for index, need in enumerate(new.needs):
        words |= {f"needs/{index}/title": need.content.title, f"needs/{index}/text": need.content.text}
    return {field: value for field, value in words.items() if value is not None}
