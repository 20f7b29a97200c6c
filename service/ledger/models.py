"""Tables of the ledger: the head, the leaves with their tree, the salts apart, the signed checkpoints."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, Integer, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from service.database import Base, UtcDateTime

# SQLite gives INTEGER PRIMARY KEY its row id; BIGINT would cost a second index.
Big = BigInteger().with_variant(Integer, "sqlite")


class HeadRow(Base):
    """The one row that every append locks: the tree's size and the roots of its full subtrees."""

    __tablename__ = "ledger_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    size: Mapped[int] = mapped_column(BigInteger)
    frontier: Mapped[bytes] = mapped_column(LargeBinary)


class LeafRow(Base):
    """A leaf: ``leaf`` holds the bytes hashed; the other columns only help to find it."""

    __tablename__ = "ledger_leaf"
    __table_args__ = (Index("ix_ledger_leaf_stream", "stream", "leaf_index"),)

    leaf_index: Mapped[int] = mapped_column(Big, primary_key=True, autoincrement=False)
    leaf: Mapped[bytes] = mapped_column(LargeBinary)
    leaf_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    event: Mapped[str] = mapped_column(String(60))
    stream: Mapped[str] = mapped_column(String(36))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class NodeRow(Base):
    """The hash of a full subtree of 2**level leaves, level 1 and up; never changed."""

    __tablename__ = "ledger_node"

    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    node_index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hash: Mapped[bytes] = mapped_column(LargeBinary(32))


class DisclosureRow(Base):
    """The salt of one digest in a leaf; with it gone, nobody can tie the digest to a value."""

    __tablename__ = "ledger_disclosure"

    leaf_index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    field: Mapped[str] = mapped_column(String(100), primary_key=True)
    salt: Mapped[str] = mapped_column(String(64))


class CheckpointRow(Base):
    """A signed note over size and root."""

    __tablename__ = "ledger_checkpoint"

    origin: Mapped[str] = mapped_column(String(200), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[bytes] = mapped_column(LargeBinary(32))
    note: Mapped[str] = mapped_column(Text)
    signed_at: Mapped[datetime] = mapped_column(UtcDateTime)
