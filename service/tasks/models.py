"""The table of what the worker has to do."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, String
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime


class TaskRow(Base):
    """One task, written in the transaction that makes it necessary and taken away in the one that does it.

    ``fence`` rises with every lease, so that a worker whose lease has passed to another cannot finish the task.
    """

    __tablename__ = "task"
    __table_args__ = (Index("ix_task_kind_due_at", "kind", "due_at"),)

    kind: Mapped[str] = mapped_column(String(20), primary_key=True)
    subject: Mapped[str] = mapped_column(String(36), primary_key=True)
    put_at: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int] = mapped_column(Integer)
    fence: Mapped[int] = mapped_column(BigInteger)
    leased_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
