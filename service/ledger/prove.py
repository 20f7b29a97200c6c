"""Proofs from the stored tree."""

from sqlalchemy.orm import Session

from service.errors import Fault, Invalid, NotFound
from service.ledger.merkle import consistency_proof, inclusion_proof, root_at
from service.ledger.queries import head, leaf_hash_at, node_reader
from service.ledger.schemas import ConsistencyOut, InclusionOut


def prove_inclusion(session: Session, *, index: int, size: int | None) -> InclusionOut:
    """The proof that the leaf is in the tree over ``size`` leaves, or over all; raises NotFound, Invalid."""
    size = _size(session, size)
    if index >= size:
        raise NotFound(f"There is no leaf {index} among the first {size}.", code="leaf-not-found")
    node = node_reader(session)
    return InclusionOut(
        index=index,
        size=size,
        leaf_hash=leaf_hash_at(session, index).hex(),
        root=root_at(size, node).hex(),
        hashes=[one.hex() for one in inclusion_proof(index, size, node)],
    )


def prove_consistency(session: Session, *, first: int, second: int | None) -> ConsistencyOut:
    """The proof that the tree over ``second`` leaves, or over all, begins with the first; raises Invalid."""
    second = _size(session, second)
    if not 0 < first <= second:
        fault = Fault(pointer="/query/first", detail=f"Give a size from 1 to {second}.")
        raise Invalid("A consistency proof goes from a smaller size to a larger one.", faults=(fault,))
    node = node_reader(session)
    return ConsistencyOut(
        first=first,
        second=second,
        first_root=root_at(first, node).hex(),
        second_root=root_at(second, node).hex(),
        hashes=[one.hex() for one in consistency_proof(first, second, node)],
    )


def _size(session: Session, size: int | None) -> int:
    whole = head(session).size
    if size is not None and size > whole:
        raise Invalid(f"The ledger has {whole} leaves, not {size}.", code="no-such-size")
    return whole if size is None else size
