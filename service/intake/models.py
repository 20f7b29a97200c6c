"""Tables of what a State sent: the request and its needs."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, Index, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, Json, UtcDateTime


class AssistanceRequestRow(Base):
    """One request as sent; ``focal_*`` is personal data; ``created_state`` is the state its first answer told."""

    __tablename__ = "assistance_request"
    __table_args__ = (
        # One note verbale with one text is one request, however often it is sent.
        UniqueConstraint(
            "member_state",
            "note_verbale_reference",
            "note_verbale_date",
            "text_digest",
            name="uq_assistance_request_note_verbale",
        ),
        Index("ix_assistance_request_received", "received_at", "id"),
        Index("ix_assistance_request_state_received", "member_state", "received_at", "id"),
    )

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    member_state: Mapped[str] = mapped_column(String(3))
    state: Mapped[str] = mapped_column(String(30))
    created_state: Mapped[str] = mapped_column(String(30))
    version: Mapped[int] = mapped_column(Integer)
    channel: Mapped[str] = mapped_column(String(20))
    authenticity: Mapped[str] = mapped_column(String(20))
    consent: Mapped[str] = mapped_column(String(20))
    classification: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(Text)
    language: Mapped[str | None] = mapped_column(String(2))
    text_digest: Mapped[str] = mapped_column(String(64))
    note_verbale_reference: Mapped[str | None] = mapped_column(String(100))
    note_verbale_date: Mapped[date | None] = mapped_column(Date)
    authority_name: Mapped[str] = mapped_column(Text)
    authority_kind: Mapped[str] = mapped_column(String(20))
    focal_name: Mapped[str] = mapped_column(Text)
    focal_title: Mapped[str | None] = mapped_column(Text)
    focal_email: Mapped[str] = mapped_column(Text)
    focal_phone: Mapped[str | None] = mapped_column(Text)
    urgency: Mapped[str] = mapped_column(String(10))
    urgency_reason: Mapped[str | None] = mapped_column(Text)
    wanted_by: Mapped[date | None] = mapped_column(Date)
    cited_instruments: Mapped[list[str]] = mapped_column(Json)
    existing_measures: Mapped[str | None] = mapped_column(Text)
    assistance_elsewhere: Mapped[str | None] = mapped_column(Text)
    related_request: Mapped[str | None] = mapped_column(ForeignKey("assistance_request.id"))
    submitted_by: Mapped[str] = mapped_column(ForeignKey("principal.id"))
    received_at: Mapped[datetime] = mapped_column(UtcDateTime)


class NeedRow(Base):
    """What is matched, routed and worked as one."""

    __tablename__ = "need"
    __table_args__ = (UniqueConstraint("request_id", "ordinal"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("assistance_request.id"))
    ordinal: Mapped[int] = mapped_column(Integer)
    title: Mapped[str] = mapped_column(Text)
    text: Mapped[str] = mapped_column(Text)
    assistance_types: Mapped[list[str]] = mapped_column(Json)
    beneficiaries: Mapped[list[str]] = mapped_column(Json)
