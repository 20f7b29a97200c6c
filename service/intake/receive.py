"""Writing a request and its needs as they were sent."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from service.access.principal import Principal
from service.canonical import digest_of
from service.database import insert_new
from service.errors import Conflict, Fault, Invalid, NotFound
from service.ids import new_id
from service.intake.models import AssistanceRequestRow, NeedRow
from service.intake.queries import request_by_note, request_row
from service.intake.schemas import AssistanceRequestIn, NeedIn


@dataclass(frozen=True, kw_only=True, slots=True)
class NewNeed:
    """A need on its way in, with the id that it will have."""

    id: str
    content: NeedIn


@dataclass(frozen=True, kw_only=True, slots=True)
class NewRequest:
    """A request on its way in: what the State sent, and what entry decided about it."""

    id: str
    payload: AssistanceRequestIn
    needs: tuple[NewNeed, ...]
    text_digest: str
    channel: str
    authenticity: str
    state: str


def prepare(payload: AssistanceRequestIn, *, caller: Principal) -> NewRequest:
    """The request with its ids; a portal registered by note verbale establishes authenticity on entry."""
    established = caller.registered
    return NewRequest(
        id=new_id(),
        payload=payload,
        needs=tuple(NewNeed(id=new_id(), content=need) for need in _needs_of(payload)),
        text_digest=digest_of({"title": payload.title, "needs": [[n.title, n.text] for n in _needs_of(payload)]}),
        channel="portal",
        authenticity="established" if established else "not_established",
        state="authenticated" if established else "received",
    )


def receive(session: Session, new: NewRequest, *, caller: Principal, at: datetime) -> None:
    """Writes the request; raises Conflict with the earlier request's id where note verbale and text are the same."""
    _check_related(session, new.payload, caller)
    if not insert_new(session, AssistanceRequestRow, _row_of(new, caller, at)):
        note = new.payload.note_verbale
        earlier = request_by_note(
            session, member_state=new.payload.member_state, note=note, text_digest=new.text_digest
        )
        raise Conflict(
            "This note verbale with this text was received before; see the request it made.",
            code="note-verbale-received",
            request=f"/v1/requests/{earlier}",
        )
    session.add_all(_need_rows(new))
    session.flush()


def _needs_of(payload: AssistanceRequestIn) -> list[NeedIn]:
    if payload.needs is not None:
        return payload.needs
    return [
        NeedIn.model_construct(
            title=payload.title,
            text=payload.text,
            assistance_types=payload.assistance_types,
            beneficiaries=payload.beneficiaries,
        )
    ]


def _check_related(session: Session, payload: AssistanceRequestIn, caller: Principal) -> None:
    if payload.related_request is None:
        return
    try:
        request_row(session, payload.related_request, caller=caller)
    except NotFound:
        fault = Fault(pointer="/related_request", detail="Your State has no request of this id.")
        raise Invalid("The related request is not there.", faults=(fault,)) from None


def _row_of(new: NewRequest, caller: Principal, at: datetime) -> dict:
    payload, person = new.payload, new.payload.focal_point
    return {
        "id": new.id,
        "member_state": payload.member_state,
        "state": new.state,
        "created_state": new.state,
        "version": 1,
        "channel": new.channel,
        "authenticity": new.authenticity,
        "consent": payload.consent,
        "classification": payload.classification,
        "title": payload.title,
        "language": payload.language,
        "text_digest": new.text_digest,
        "note_verbale_reference": payload.note_verbale.reference,
        "note_verbale_date": payload.note_verbale.date,
        "authority_name": payload.submitting_authority.name,
        "authority_kind": payload.submitting_authority.kind,
        "focal_name": person.name,
        "focal_title": person.title,
        "focal_email": person.email,
        "focal_phone": person.phone,
        "urgency": payload.urgency,
        "urgency_reason": payload.urgency_reason,
        "wanted_by": payload.wanted_by,
        "cited_instruments": payload.cited_instruments,
        "existing_measures": payload.existing_measures,
        "assistance_elsewhere": payload.assistance_elsewhere,
        "related_request": payload.related_request,
        "submitted_by": caller.id,
        "received_at": at,
    }


def _need_rows(new: NewRequest) -> list[NeedRow]:
    return [
        NeedRow(
            id=need.id,
            request_id=new.id,
            ordinal=ordinal,
            title=need.content.title,
            text=need.content.text,
            assistance_types=need.content.assistance_types,
            beneficiaries=need.content.beneficiaries,
        )
        for ordinal, need in enumerate(new.needs, start=1)
    ]
