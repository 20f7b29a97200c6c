"""Reads of the intake room."""

from datetime import datetime

from sqlalchemy import select, tuple_
from sqlalchemy.orm import Session

from service.access.permissions import sees_request_of
from service.access.principal import Principal, Role
from service.errors import NotFound
from service.ids import is_id
from service.intake.models import AssistanceRequestRow, NeedRow
from service.intake.schemas import FocalPoint, NoteVerbale, RequestHead, RequestSummary, SubmittingAuthority


def request_row(session: Session, request_id: str, *, caller: Principal) -> AssistanceRequestRow:
    """The request's row; raises NotFound where it is absent, and in the same words where it is another State's."""
    row = session.get(AssistanceRequestRow, request_id) if is_id(request_id) else None
    if row is None or not sees_request_of(caller, row.member_state):
        raise NotFound("There is no such request.", code="request-not-found")
    return row


def request_rows(
    session: Session, *, caller: Principal, limit: int, after: tuple[datetime, str] | None
) -> list[AssistanceRequestRow]:
    """Requests that the caller may see, newest first, from after the place (received_at, id)."""
    key = tuple_(AssistanceRequestRow.received_at, AssistanceRequestRow.id)
    query = select(AssistanceRequestRow).order_by(
        AssistanceRequestRow.received_at.desc(), AssistanceRequestRow.id.desc()
    )
    if caller.role is Role.PORTAL:
        query = query.where(AssistanceRequestRow.member_state == caller.member_state)
    if after:
        query = query.where(key < after)
    return list(session.scalars(query.limit(limit)))


def need_rows(session: Session, request_id: str) -> list[NeedRow]:
    """The request's needs, in the State's order."""
    return list(session.scalars(select(NeedRow).where(NeedRow.request_id == request_id).order_by(NeedRow.ordinal)))


def request_by_note(session: Session, *, member_state: str, note: NoteVerbale, text_digest: str) -> str | None:
    """The id of the request that this note verbale with this text has made already, or None."""
    return session.scalar(_by_note(member_state, note).where(AssistanceRequestRow.text_digest == text_digest))


def same_note_ids(session: Session, row: AssistanceRequestRow, *, earlier: bool = False) -> list[str]:
    """Ids of the State's other (or only ``earlier``) requests under the same note verbale, oldest first; 50 at most."""
    if row.note_verbale_reference is None:
        return []
    query = _by_note(row.member_state, note_of(row)).where(AssistanceRequestRow.id != row.id)
    if earlier:
        query = query.where(AssistanceRequestRow.id < row.id)
    return list(session.scalars(query.order_by(AssistanceRequestRow.id).limit(50)))


def note_of(row: AssistanceRequestRow) -> NoteVerbale | None:
    """The note verbale on the row, or None."""
    if row.note_verbale_reference is None:
        return None
    return NoteVerbale(reference=row.note_verbale_reference, date=row.note_verbale_date)


def summary_of(row: AssistanceRequestRow) -> RequestSummary:
    """The request as a line of a list."""
    return RequestSummary(
        id=row.id,
        member_state=row.member_state,
        state=row.state,
        title=row.title,
        channel=row.channel,
        authenticity=row.authenticity,
        classification=row.classification,
        urgency=row.urgency,
        note_verbale=note_of(row),
        received_at=row.received_at,
        version=row.version,
    )


def head_of(session: Session, row: AssistanceRequestRow, *, as_created: bool = False) -> RequestHead:
    """The request as sent, but for its needs; ``as_created`` shows it as the first answer did."""
    summary = summary_of(row)
    if as_created:
        summary = summary.model_copy(update={"state": row.created_state, "version": 1})
    return RequestHead(
        **summary.model_dump(),
        language=row.language,
        consent=row.consent,
        submitting_authority=SubmittingAuthority(name=row.authority_name, kind=row.authority_kind),
        focal_point=FocalPoint(
            name=row.focal_name, title=row.focal_title, email=row.focal_email, phone=row.focal_phone
        ),
        urgency_reason=row.urgency_reason,
        wanted_by=row.wanted_by,
        cited_instruments=row.cited_instruments,
        existing_measures=row.existing_measures,
        assistance_elsewhere=row.assistance_elsewhere,
        related_request=row.related_request,
        same_note_verbale=same_note_ids(session, row, earlier=as_created),
    )


def _by_note(member_state: str, note: NoteVerbale):
    return select(AssistanceRequestRow.id).where(
        AssistanceRequestRow.member_state == member_state,
        AssistanceRequestRow.note_verbale_reference == note.reference,
        AssistanceRequestRow.note_verbale_date == note.date,
    )
