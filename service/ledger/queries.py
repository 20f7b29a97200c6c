"""Reads of the ledger room."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from service.errors import NotFound
from service.ledger.events import EventName
from service.ledger.merkle import Frontier, NodeReader, frontier_of
from service.ledger.models import CheckpointRow, HeadRow, LeafRow, NodeRow

BATCH = 2_000


def head(session: Session) -> Frontier:
    """The tree as it stands."""
    row = session.get_one(HeadRow, 1)
    return frontier_of(row.size, row.frontier)


def node_reader(session: Session) -> NodeReader:
    """Reads a full subtree's hash from the stored nodes, level 0 from the leaves."""

    def read(level: int, index: int) -> bytes:
        if level == 0:
            return session.scalars(select(LeafRow.leaf_hash).where(LeafRow.leaf_index == index)).one()
        query = select(NodeRow.hash).where(NodeRow.level == level, NodeRow.node_index == index)
        return session.scalars(query).one()

    return read


def leaves(session: Session, *, first: int, end: int) -> Iterator[bytes]:
    """The bytes of the leaves from ``first`` to before ``end``, a batch in memory at a time."""
    while first < end:
        query = select(LeafRow.leaf).where(LeafRow.leaf_index >= first, LeafRow.leaf_index < end)
        batch = session.scalars(query.order_by(LeafRow.leaf_index).limit(BATCH)).all()
        if not batch:
            return
        yield from batch
        first += len(batch)


def leaf_hash_at(session: Session, index: int) -> bytes:
    """The hash of the leaf at the index; raises NotFound."""
    found = session.scalar(select(LeafRow.leaf_hash).where(LeafRow.leaf_index == index))
    if found is None:
        raise NotFound(f"The ledger has no leaf {index}.", code="leaf-not-found")
    return found


def leaf_index_of(session: Session, stream: str, name: EventName) -> int:
    """The index of the stream's first leaf of this event."""
    query = select(LeafRow.leaf_index).where(LeafRow.stream == stream, LeafRow.event == str(name))
    return session.scalars(query.order_by(LeafRow.leaf_index).limit(1)).one()


def latest_checkpoint(session: Session, origin: str) -> CheckpointRow | None:
    """The checkpoint over the most leaves, or None."""
    query = select(CheckpointRow).where(CheckpointRow.origin == origin)
    return session.scalars(query.order_by(CheckpointRow.size.desc()).limit(1)).one_or_none()


def latest_of_another(session: Session, origin: str) -> CheckpointRow | None:
    """The checkpoint signed last under any other origin, or None."""
    query = select(CheckpointRow).where(CheckpointRow.origin != origin)
    return session.scalars(query.order_by(CheckpointRow.signed_at.desc()).limit(1)).one_or_none()


def earlier_sizes(session: Session, origin: str, *, size: int, limit: int) -> list[int]:
    """Sizes of checkpoints before this one, newest first; of a log without leaves there is nothing to prove."""
    query = select(CheckpointRow.size).where(
        CheckpointRow.origin == origin, CheckpointRow.size > 0, CheckpointRow.size < size
    )
    return list(session.scalars(query.order_by(CheckpointRow.size.desc()).limit(limit)))
