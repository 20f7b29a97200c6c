"""A request comes in: read, routed, and written in one transaction with its ledger leaves last."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service.access.idempotency import Call, Kept, answered, keep_answer
from service.access.principal import Principal
from service.assessment.record import ENGINE, record
from service.casework.priority import priority_of
from service.casework.queue import queue
from service.casework.routing import Circumstances, Route, choose_route
from service.desk import Desk
from service.errors import Forbidden, Unavailable
from service.flows.leaves import queued, read, received
from service.intake.check import check_request
from service.intake.receive import NewNeed, NewRequest, prepare, receive
from service.intake.schemas import AssistanceRequestIn
from service.ledger.append import append
from service.matching.report import MatchReport
from service.tasks.lease import Kind, put


@dataclass(frozen=True, kw_only=True, slots=True)
class Plan:
    """A request that is ready to be written: its needs with their readings and routes, in order."""

    new: NewRequest
    readings: tuple[tuple[NewNeed, MatchReport, Route], ...]


def admit(desk: Desk, payload: AssistanceRequestIn, *, caller: Principal, at: datetime) -> None:
    """Raises Invalid for a request that breaks a rule, Forbidden for one in another State's name."""
    check_request(payload, states=desk.states, today=at.date())
    if payload.member_state != caller.member_state:
        raise Forbidden(
            "Your key is bound to one State; send requests in its name alone.",
            code="not-your-state",
            errors=[{"pointer": "/member_state", "detail": "Give your own State."}],
        )


def plan(desk: Desk, payload: AssistanceRequestIn, *, caller: Principal) -> Plan:
    """Reads and routes the request's needs; no transaction is open meanwhile, for a reading takes its time."""
    new = prepare(payload, caller=caller)
    texts = [(need.content.title, need.content.text) for need in new.needs]
    reports = desk.reader.read(texts, payload.language)
    circumstances = Circumstances(
        region=desk.states.get(payload.member_state).region,
        urgency=payload.urgency,
        authentic=new.authenticity == "established",
    )
    return Plan(
        new=new,
        readings=tuple(
            (need, report, choose_route(report, circumstances, desk.routing))
            for need, report in zip(new.needs, reports, strict=True)
        ),
    )


def submit(session: Session, *, desk: Desk, plan: Plan, call: Call, caller: Principal, at: datetime) -> Kept:
    """Writes the planned request and its leaves; where the same call was answered meanwhile, that answer."""
    kept = Kept(status=201, object_id=plan.new.id, object_version=1)
    if not keep_answer(session, call, kept, at=at):
        return _answered(session, call, at)
    receive(session, plan.new, caller=caller, at=at)
    events = [received(plan.new, caller)]
    for need, report, route in plan.readings:
        assessment = record(
            session, need.id, report=report, instrument=desk.catalogue.current.slug, author=ENGINE, at=at
        )
        items = queue(
            session,
            request_id=plan.new.id,
            need_id=need.id,
            assessment_id=assessment,
            route=route,
            priority=priority_of(plan.new.payload.urgency),
            received_at=at,
        )
        if report.unread:
            put(session, Kind.REMATCH, need.id, at=at)
        events += [
            read(plan.new.id, need.id, assessment, report),
            queued(plan.new.id, need.id, items, route),
        ]
    append(session, events, at=at)
    return kept


def _answered(session: Session, call: Call, at: datetime) -> Kept:
    kept = answered(session, call, at=at)
    if kept is None:
        raise Unavailable("The same call is being answered; send it again.", code="call-under-way", retry_after=1)
    return kept
