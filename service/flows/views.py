"""What readers are shown, joined from the rooms."""

from collections.abc import Callable
from datetime import date

from sqlalchemy.orm import Session

from service.access.principal import Principal
from service.assessment.finding import finding_of
from service.assessment.queries import Assessment, current_assessment, first_assessment
from service.casework.queries import decisions_of, item_row, item_summary, route_of
from service.clock import today
from service.desk import Desk
from service.flows.schemas import ItemOut, NeedOut, RequestOut
from service.intake.models import NeedRow
from service.intake.queries import head_of, need_rows, request_row
from service.ledger.events import EventName
from service.ledger.queries import leaf_index_of


def request_view(session: Session, request_id: str, *, desk: Desk, caller: Principal, language: str) -> RequestOut:
    """The request as it stands; raises NotFound where it is not the caller's to see."""
    return _request(session, request_id, desk, caller, language, as_created=False)


def created_view(session: Session, request_id: str, *, desk: Desk, caller: Principal, language: str) -> RequestOut:
    """The request as its first answer showed it, for an idempotent call again."""
    return _request(session, request_id, desk, caller, language, as_created=True)


def item_view(
    session: Session, item_id: str, *, desk: Desk, caller: Principal, language: str, leaf_index: int | None = None
) -> ItemOut:
    """The item with its need and the request around it."""
    row = item_row(session, item_id, caller=caller)
    request = request_row(session, row.request_id, caller=caller)
    need = session.get_one(NeedRow, row.need_id)
    return ItemOut(
        **item_summary(session, item_id).model_dump(),
        subject=_need(session, need, desk, language, today(), current_assessment, decided=True),
        letter=head_of(session, request),
        leaf_index=leaf_index,
    )


def _request(
    session: Session, request_id: str, desk: Desk, caller: Principal, language: str, *, as_created: bool
) -> RequestOut:
    row = request_row(session, request_id, caller=caller)
    assessment = first_assessment if as_created else current_assessment
    on = row.received_at.date() if as_created else today()
    return RequestOut(
        **head_of(session, row, as_created=as_created).model_dump(),
        leaf_index=leaf_index_of(session, row.id, EventName.REQUEST_RECEIVED),
        needs=[
            _need(session, need, desk, language, on, assessment, decided=not as_created)
            for need in need_rows(session, row.id)
        ],
    )


def _need(
    session: Session,
    row: NeedRow,
    desk: Desk,
    language: str,
    on: date,
    reading: Callable[[Session, str], Assessment],
    *,
    decided: bool,
) -> NeedOut:
    assessment = reading(session, row.id)
    return NeedOut(
        id=row.id,
        ordinal=row.ordinal,
        title=row.title,
        text=row.text,
        assistance_types=row.assistance_types,
        beneficiaries=row.beneficiaries,
        finding=finding_of(
            assessment.report,
            title=row.title,
            text=row.text,
            instrument=desk.catalogue.instrument(assessment.instrument),
            language=language,
            on=on,
            author=assessment.author,
            made_at=assessment.made_at,
            ask_ids=assessment.ask_ids,
        ),
        route=route_of(session, assessment.id),
        decisions=decisions_of(session, row.id) if decided else [],
    )
