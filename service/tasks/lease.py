"""Leases on tasks: one worker holds a task for a time, and its fencing token proves in the end that it still does."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from service.database import insert_new
from service.errors import Conflict
from service.tasks.models import TaskRow

FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(hours=1)


class Kind(StrEnum):
    """What a task asks the worker to do with its subject."""

    REMATCH = "rematch"


@dataclass(frozen=True, kw_only=True, slots=True)
class Lease:
    """A task in hand; ``fence`` is the token, ``attempts`` counts this one."""

    kind: Kind
    subject: str
    fence: int
    attempts: int


def put(session: Session, kind: Kind, subject: str, *, at: datetime) -> bool:
    """Writes the task, due at once, in the caller's transaction; False where it is there already."""
    values = {"kind": kind, "subject": subject, "put_at": at, "due_at": at, "attempts": 0, "fence": 0}
    return insert_new(session, TaskRow, values)


def take(session: Session, kind: Kind, *, at: datetime, lease_for: timedelta) -> Lease | None:
    """Leases the task that is due longest; None where none is. Tasks that another worker is taking are passed over."""
    query = _due(kind, at).order_by(TaskRow.due_at, TaskRow.subject).limit(1).with_for_update(skip_locked=True)
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        return None
    row.fence += 1
    row.attempts += 1
    row.leased_until = at + lease_for
    session.flush()
    return Lease(kind=kind, subject=row.subject, fence=row.fence, attempts=row.attempts)


def finish(session: Session, lease: Lease) -> None:
    """Takes the task away, in the transaction that does it; raises Conflict where the lease was lost."""
    session.delete(_held(session, lease))
    session.flush()


def put_back(session: Session, lease: Lease, *, at: datetime) -> None:
    """Gives the task back after a failed attempt: each time it waits twice as long, an hour at most."""
    row = _held(session, lease)
    row.due_at = at + min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(lease.attempts - 1, 20))
    row.leased_until = None
    session.flush()


def any_due(session: Session, kind: Kind, *, at: datetime) -> bool:
    """Whether a task of the kind waits for a worker."""
    return session.scalars(_due(kind, at).limit(1)).first() is not None


def backlog(session: Session) -> list[tuple[str, int, datetime]]:
    """For each kind of task not done: the kind, how many, and since when the oldest waits."""
    columns = (TaskRow.kind, func.count(), func.min(TaskRow.put_at))
    return [tuple(row) for row in session.execute(select(*columns).group_by(TaskRow.kind))]


def _due(kind: Kind, at: datetime) -> Select[tuple[TaskRow]]:
    free = or_(TaskRow.leased_until.is_(None), TaskRow.leased_until <= at)
    return select(TaskRow).where(TaskRow.kind == kind, TaskRow.due_at <= at, free)


def _held(session: Session, lease: Lease) -> TaskRow:
    """The task's row, locked, where this lease is still the last that was given."""
    query = select(TaskRow).where(TaskRow.kind == lease.kind, TaskRow.subject == lease.subject).with_for_update()
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None or row.fence != lease.fence:
        raise Conflict("Another worker has this task by now.", code="lease-lost")
    return row
