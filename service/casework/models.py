"""Tables of the officers' work: routes, queue items and decisions."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, Json, UtcDateTime


class RouteRow(Base):
    """Where a reading sent its need, and why."""

    __tablename__ = "route"

    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessment.id"), primary_key=True)
    need_id: Mapped[str] = mapped_column(ForeignKey("need.id"), index=True)
    lead: Mapped[str] = mapped_column(String(30))
    supporting: Mapped[list[str]] = mapped_column(Json)
    would_go_to: Mapped[str | None] = mapped_column(String(30))
    why: Mapped[str] = mapped_column(Text)
    routing_table: Mapped[str] = mapped_column(String(64))


class QueueItemRow(Base):
    """A need on a team's queue; ``version`` is the one fence of every staff write."""

    __tablename__ = "queue_item"
    __table_args__ = (
        UniqueConstraint("need_id", "team"),
        Index("ix_queue_item_order", "team", "state", "priority", "received_at", "id"),
        Index("ix_queue_item_holder", "holder_id", "state"),
        Index("ix_queue_item_claimed_at", "state", "claimed_at"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("assistance_request.id"), index=True)
    need_id: Mapped[str] = mapped_column(ForeignKey("need.id"))
    team: Mapped[str] = mapped_column(String(30))
    role: Mapped[str] = mapped_column(String(10))
    state: Mapped[str] = mapped_column(String(25))
    priority: Mapped[int] = mapped_column(Integer)
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)
    holder_id: Mapped[str | None] = mapped_column(ForeignKey("principal.id"))
    claimed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int] = mapped_column(Integer)


class DecisionRow(Base):
    """An officer's ruling on an ask, or on the whole need where ``ask_id`` is null."""

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_need", "need_id", "id"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    need_id: Mapped[str] = mapped_column(ForeignKey("need.id"))
    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessment.id"))
    ask_id: Mapped[str | None] = mapped_column(ForeignKey("assessment_ask.id"))
    ruling: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str | None] = mapped_column(Text)
    standing: Mapped[str] = mapped_column(String(20))
    allowed_by: Mapped[str | None] = mapped_column(Text)
    decided_by: Mapped[str] = mapped_column(ForeignKey("principal.id"))
    decided_at: Mapped[datetime] = mapped_column(UtcDateTime)
