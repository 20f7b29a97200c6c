"""Reads of the casework room."""

from datetime import datetime

from sqlalchemy import Select, func, select, tuple_
from sqlalchemy.orm import Session

from service.access.models import PrincipalRow
from service.access.permissions import works_for
from service.access.principal import Principal
from service.assessment.models import AssessmentRow
from service.casework.models import DecisionRow, QueueItemRow, RouteRow
from service.casework.routing import Route
from service.casework.schemas import DecisionOut, Holder, ItemSummary, QueueOut, RouteOut
from service.errors import Forbidden, NotFound
from service.ids import is_id
from service.intake.models import AssistanceRequestRow, NeedRow

COUNT_CAP = 1_000


def item_row(session: Session, item_id: str, *, caller: Principal, lock: bool = False) -> QueueItemRow:
    """The item's row, locked until the transaction ends where asked; raises NotFound, then Forbidden."""
    query = select(QueueItemRow).where(QueueItemRow.id == item_id)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    row = session.scalars(query).one_or_none() if is_id(item_id) else None
    if row is None:
        raise NotFound("There is no such item.", code="item-not-found")
    check_team(caller, row.team)
    return row


def check_team(caller: Principal, team: str) -> None:
    """Raises Forbidden unless the caller works for the team."""
    if not works_for(caller, team):
        raise Forbidden(f"You do not work for the team {team}.", code="not-your-team", team=team)


def next_waiting(session: Session, team: str) -> QueueItemRow | None:
    """The lead item at the head of the team's queue, locked; items that others are claiming now are passed over.

    A supporting item is worked beside its lead and is claimed by its id. SQLite has no row locks and needs none: its
    writers stand in line already.
    """
    waiting = (QueueItemRow.team == team, QueueItemRow.state == "waiting", QueueItemRow.role == "lead")
    query = _in_order(select(QueueItemRow).where(*waiting))
    return session.scalars(query.limit(1).with_for_update(skip_locked=True)).one_or_none()


def team_items(
    session: Session, team: str, *, state: str, role: str | None, limit: int, after: tuple[int, datetime, str] | None
) -> list[ItemSummary]:
    """A page of the team's items in one state (and role), in the order of work, from after the place."""
    query = _summaries().where(QueueItemRow.team == team, QueueItemRow.state == state)
    if role:
        query = query.where(QueueItemRow.role == role)
    if after:
        query = query.where(tuple_(QueueItemRow.priority, QueueItemRow.received_at, QueueItemRow.id) > after)
    return [_summary(*row) for row in session.execute(_in_order(query).limit(limit))]


def item_summary(session: Session, item_id: str) -> ItemSummary:
    """The item as a line of its queue."""
    return _summary(*session.execute(_summaries().where(QueueItemRow.id == item_id)).one())


def team_queue(session: Session, team: str, name: str) -> QueueOut:
    """How much waits on a team's queue, and since when."""
    waiting = select(QueueItemRow.received_at).where(QueueItemRow.team == team, QueueItemRow.state == "waiting")
    count = session.scalar(select(func.count()).select_from(waiting.limit(COUNT_CAP).subquery()))
    oldest = session.scalar(waiting.order_by(QueueItemRow.received_at).limit(1))
    return QueueOut(team=team, name=name, waiting=count, waiting_capped=count == COUNT_CAP, oldest_waiting_at=oldest)


def queue_lengths(session: Session) -> list[tuple[str, int, datetime]]:
    """For each team with waiting items: the team, how many, and since when the oldest waits."""
    columns = (QueueItemRow.team, func.count(), func.min(QueueItemRow.received_at))
    waiting = select(*columns).where(QueueItemRow.state == "waiting")
    return [tuple(row) for row in session.execute(waiting.group_by(QueueItemRow.team))]


def newest_route(session: Session, need_id: str) -> Route:
    """Where the need's newest reading sends it."""
    query = select(RouteRow).join(AssessmentRow, AssessmentRow.id == RouteRow.assessment_id)
    query = query.where(RouteRow.need_id == need_id).order_by(AssessmentRow.ordinal.desc())
    row = session.scalars(query.limit(1)).one()
    return Route(
        lead=row.lead,
        supporting=tuple(row.supporting),
        why=row.why,
        would_go_to=row.would_go_to,
        table=row.routing_table,
    )


def route_of(session: Session, assessment_id: str) -> RouteOut:
    """Where this reading sent its need."""
    row = session.get_one(RouteRow, assessment_id)
    return RouteOut(
        team=row.lead, supporting=row.supporting, would_go_to=row.would_go_to, why=row.why, table=row.routing_table
    )


def decisions_of(session: Session, need_id: str) -> list[DecisionOut]:
    """The rulings on the need, in the order they were made."""
    rows = session.scalars(select(DecisionRow).where(DecisionRow.need_id == need_id).order_by(DecisionRow.id))
    return [
        DecisionOut(
            ask=row.ask_id,
            ruling=row.ruling,
            reason=row.reason,
            standing=row.standing,
            allowed_by=row.allowed_by,
            decided_at=row.decided_at,
        )
        for row in rows
    ]


def needs_open(session: Session, request_id: str) -> int:
    """How many needs of the request have no ruling yet."""
    ruled = select(DecisionRow.need_id)
    return session.scalar(select(func.count()).where(NeedRow.request_id == request_id, NeedRow.id.not_in(ruled)))


def _in_order(query: Select) -> Select:
    return query.order_by(QueueItemRow.priority, QueueItemRow.received_at, QueueItemRow.id)


def _summaries() -> Select:
    """Each item with its request, need, newest reading and holder."""
    newest = (
        select(func.max(AssessmentRow.ordinal))
        .where(AssessmentRow.need_id == QueueItemRow.need_id)
        .scalar_subquery()
        .correlate(QueueItemRow)
    )
    return (
        select(QueueItemRow, AssistanceRequestRow.member_state, NeedRow.title, AssessmentRow, PrincipalRow)
        .join(AssistanceRequestRow, AssistanceRequestRow.id == QueueItemRow.request_id)
        .join(NeedRow, NeedRow.id == QueueItemRow.need_id)
        .join(
            AssessmentRow,
            (AssessmentRow.need_id == QueueItemRow.need_id) & (AssessmentRow.ordinal == newest),
        )
        .outerjoin(PrincipalRow, PrincipalRow.id == QueueItemRow.holder_id)
    )


def _summary(
    item: QueueItemRow, member_state: str, title: str, reading: AssessmentRow, holder: PrincipalRow | None
) -> ItemSummary:
    return ItemSummary(
        id=item.id,
        team=item.team,
        role=item.role,
        state=item.state,
        version=item.version,
        priority=item.priority,
        received_at=item.received_at,
        holder=holder and Holder(id=holder.id, name=holder.name),
        claimed_at=item.claimed_at,
        request=item.request_id,
        need=item.need_id,
        member_state=member_state,
        title=title,
        disposition=reading.disposition,
        primary=reading.primary_paragraph,
    )
