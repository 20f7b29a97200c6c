"""Signing the tree: only forward from what was signed last, and only what the stored bytes give when hashed again."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from service.database import insert_new
from service.errors import Conflict
from service.ledger.append import lock_head
from service.ledger.merkle import EMPTY, Frontier, leaf_hash, root_at, subtree
from service.ledger.models import CheckpointRow
from service.ledger.note import BadNote, CheckpointBody, open_note
from service.ledger.queries import head, latest_checkpoint, leaves, node_reader
from service.ledger.signer import Signer


@dataclass(frozen=True, kw_only=True, slots=True)
class Checkpoint:
    """A signed tree: what it says, and the note that says it."""

    body: CheckpointBody
    note: str


def sign_checkpoint(session: Session, *, signer: Signer, at: datetime) -> Checkpoint:
    """Signs the tree as committed and stores the note; the same tree again has the same note, under the new time.

    Raises Conflict where the database holds fewer leaves than were signed, or other ones, or where the stored bytes do
    not hash to the stored tree. The signer's memory is written before the note is, so that a crash between the two
    can lose a signature and never makes a second root for one size.
    """
    with signer.locked():
        _check_signer(session, signer)
        tree, last = head(session), signer.remembered()
        body = CheckpointBody(origin=signer.key.name, size=tree.size, root=tree.root())
        _check_forward(session, last, body)
        _check_bytes(session, last.size if last else 0, body)
        signer.remember(body)
        checkpoint = Checkpoint(body=body, note=signer.key.sign(body.to_text()))
    values = {"origin": body.origin, "size": body.size, "root": body.root, "note": checkpoint.note, "signed_at": at}
    if not insert_new(session, CheckpointRow, values):
        same = (CheckpointRow.origin == body.origin, CheckpointRow.size == body.size)
        session.execute(update(CheckpointRow).where(*same).values(signed_at=at))
    return checkpoint


def _check_signer(session: Session, signer: Signer) -> None:
    """One origin has one key: with two, auditors would hold two histories that both look sound."""
    newest = latest_checkpoint(session, signer.key.name)
    if newest is None:  # two first signatures at once would not see each other
        lock_head(session)
        newest = latest_checkpoint(session, signer.key.name)
    try:
        if newest is not None:
            open_note(newest.note, signer.verifier)
    except BadNote:
        raise Conflict(
            f"The checkpoints of {signer.key.name} were signed with another key; sign where that key is.",
            code="another-signer",
        ) from None


def _check_forward(session: Session, last: CheckpointBody | None, body: CheckpointBody) -> None:
    """The tree signed last must be the beginning of this one."""
    if last is None:
        return
    if body.size < last.size:
        raise Conflict(
            f"The ledger has {body.size} leaves, and {last.size} were signed: it was rolled back.",
            code="ledger-rolled-back",
        )
    if root_at(last.size, node_reader(session)) != last.root:
        raise Conflict(f"The first {last.size} leaves are not those that were signed.", code="ledger-forked")


def _check_bytes(session: Session, known: int, body: CheckpointBody) -> None:
    """Hashes the leaves after ``known`` again, from their bytes: an edited row must not get a signature."""
    tree = _frontier_at(session, known)
    for leaf in leaves(session, first=known, end=body.size):
        tree, _ = tree.append(leaf_hash(leaf))
    if (tree.size, tree.root()) != (body.size, body.root):
        raise Conflict("The stored leaves do not hash to the stored tree.", code="ledger-inconsistent")


def _frontier_at(session: Session, size: int) -> Frontier:
    """The roots of the full subtrees over the first leaves, from stored nodes."""
    peaks, start, node = [], 0, node_reader(session)
    for bit in reversed(range(size.bit_length())):
        if size >> bit & 1:
            peaks.append(subtree(start, start + (1 << bit), node))
            start += 1 << bit
    return Frontier(size=size, peaks=tuple(peaks)) if size else EMPTY
