"""Writing leaves, last in the business transaction: no leaf, no commit."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from service.errors import Unavailable
from service.ids import new_id
from service.ledger.events import Event
from service.ledger.leaf import Leaf, make_leaf
from service.ledger.merkle import Node, frontier_of
from service.ledger.models import DisclosureRow, HeadRow, LeafRow, NodeRow


def append(session: Session, events: Sequence[Event], *, at: datetime) -> tuple[int, ...]:
    """Appends one leaf for each event and returns their indexes; call it last, for it locks the head until the end.

    Raises Invalid for an event that the ledger does not know, Unavailable where no migration made the head.
    """
    leaves = [make_leaf(event, at=at, id=new_id()) for event in events]
    session.flush()
    head = lock_head(session)
    frontier, nodes, first = frontier_of(head.size, head.frontier), [], head.size
    for leaf in leaves:
        frontier, made = frontier.append(leaf.hash)
        nodes += made
    _insert(session, LeafRow, _leaf_rows(first, leaves, events, at))
    _insert(session, NodeRow, [_node_row(node) for node in nodes])
    _insert(session, DisclosureRow, _salt_rows(first, leaves))
    head.size, head.frontier = frontier.size, frontier.to_bytes()
    session.flush()
    return tuple(range(first, frontier.size))


def lock_head(session: Session) -> HeadRow:
    """The head as it is now; on SQLite the transaction is alone already."""
    query = select(HeadRow).where(HeadRow.id == 1).with_for_update().execution_options(populate_existing=True)
    head = session.scalars(query).one_or_none()
    if head is None:
        raise Unavailable("The ledger has no head; run: mandate-desk db upgrade", code="ledger-not-started")
    return head


def _insert(session: Session, table: type, rows: list[dict]) -> None:
    if rows:
        session.execute(insert(table), rows)


def _leaf_rows(first: int, leaves: Sequence[Leaf], events: Sequence[Event], at: datetime) -> list[dict]:
    return [
        {
            "leaf_index": index,
            "leaf": leaf.data,
            "leaf_hash": leaf.hash,
            "event": str(event.name),
            "stream": event.stream,
            "at": at,
        }
        for index, (leaf, event) in enumerate(zip(leaves, events, strict=True), start=first)
    ]


def _node_row(node: Node) -> dict:
    return {"level": node.level, "node_index": node.index, "hash": node.hash}


def _salt_rows(first: int, leaves: Sequence[Leaf]) -> list[dict]:
    return [
        {"leaf_index": index, "field": field, "salt": salt}
        for index, leaf in enumerate(leaves, start=first)
        for field, salt in leaf.salts
    ]
