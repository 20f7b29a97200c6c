"""Tables of readings: an assessment, the paragraphs it cites, the asks it found."""

from datetime import datetime

from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, Json, UtcDateTime


class AssessmentRow(Base):
    """One reading of a need, never edited: a later one supersedes it. ``author`` is "engine" or a principal's id."""

    __tablename__ = "assessment"
    __table_args__ = (UniqueConstraint("need_id", "ordinal"), Index("ix_assessment_catalogue", "catalogue"))

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    need_id: Mapped[str] = mapped_column(ForeignKey("need.id"))
    ordinal: Mapped[int] = mapped_column(Integer)
    author: Mapped[str] = mapped_column(String(36))
    language: Mapped[str | None] = mapped_column(String(2))
    language_detected: Mapped[bool] = mapped_column(Boolean)
    disposition: Mapped[str] = mapped_column(String(20))
    reasons: Mapped[list[str]] = mapped_column(Json)
    primary_paragraph: Mapped[int | None] = mapped_column(Integer)
    probabilities: Mapped[dict] = mapped_column(Json)
    contrast: Mapped[dict | None] = mapped_column(Json)
    instruments: Mapped[list[dict]] = mapped_column(Json)
    instrument: Mapped[str] = mapped_column(String(100))
    catalogue: Mapped[str] = mapped_column(String(64))
    engine: Mapped[str] = mapped_column(String(200))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class MatchRow(Base):
    """A paragraph that an assessment cites, with its evidence spans."""

    __tablename__ = "assessment_match"
    __table_args__ = (Index("ix_assessment_match_paragraph", "paragraph"),)

    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessment.id"), primary_key=True)
    paragraph: Mapped[int] = mapped_column(Integer, primary_key=True)
    rank: Mapped[int] = mapped_column(Integer)
    theme: Mapped[str] = mapped_column(String(50))
    probability: Mapped[int] = mapped_column(Integer)
    evidence: Mapped[list[dict]] = mapped_column(Json)


class AskRow(Base):
    """One thing asked for, covered by paragraphs or not; it gets its own ruling."""

    __tablename__ = "assessment_ask"
    __table_args__ = (UniqueConstraint("assessment_id", "ordinal"),)

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    assessment_id: Mapped[str] = mapped_column(ForeignKey("assessment.id"))
    ordinal: Mapped[int] = mapped_column(Integer)
    field: Mapped[str] = mapped_column(String(5))
    start: Mapped[int] = mapped_column(Integer)
    end: Mapped[int] = mapped_column(Integer)
    role: Mapped[str] = mapped_column(String(10))
    paragraphs: Mapped[list[int]] = mapped_column(Json)
    covered: Mapped[bool] = mapped_column(Boolean)
