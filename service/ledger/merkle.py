"""The Merkle tree of RFC 9162 section 2.1: hashes, a frontier that grows leaf by leaf, and proofs from stored nodes."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass

EMPTY_ROOT = hashlib.sha256(b"").digest()
HASH_SIZE = 32

# Reads the hash of the full subtree of 2**level leaves that begins at leaf index * 2**level.
NodeReader = Callable[[int, int], bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A full subtree's hash: level 0 is a leaf's."""

    level: int
    index: int
    hash: bytes


@dataclass(frozen=True, kw_only=True, slots=True)
class Frontier:
    """The roots of the full subtrees that make up a tree of ``size`` leaves, largest first."""

    size: int
    peaks: tuple[bytes, ...]

    def append(self, leaf: bytes) -> tuple["Frontier", list[Node]]:
        """The tree with one leaf hash more, and the nodes above level 0 that this leaf completed."""
        peaks, made, level, index = list(self.peaks), [], 0, self.size
        node = leaf
        while index % 2 == 1:
            node = node_hash(peaks.pop(), node)
            level, index = level + 1, index // 2
            made.append(Node(level=level, index=index, hash=node))
        return Frontier(size=self.size + 1, peaks=(*peaks, node)), made

    def root(self) -> bytes:
        """The tree's root hash; of the empty tree SHA-256 of nothing."""
        if not self.peaks:
            return EMPTY_ROOT
        node = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            node = node_hash(peak, node)
        return node

    def to_bytes(self) -> bytes:
        """The peaks one after another."""
        return b"".join(self.peaks)


EMPTY = Frontier(size=0, peaks=())


def frontier_of(size: int, data: bytes) -> Frontier:
    """The frontier kept as bytes; raises ValueError where they do not fit the size."""
    peaks = tuple(data[start : start + HASH_SIZE] for start in range(0, len(data), HASH_SIZE))
    if len(peaks) != size.bit_count() or len(data) != HASH_SIZE * len(peaks):
        raise ValueError(f"a tree of {size} leaves has {size.bit_count()} peaks, not {len(data)} bytes")
    return Frontier(size=size, peaks=peaks)


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def root_at(size: int, node: NodeReader) -> bytes:
    """The root over the first ``size`` leaves, from stored nodes."""
    return subtree(0, size, node) if size else EMPTY_ROOT


def inclusion_proof(index: int, size: int, node: NodeReader) -> list[bytes]:
    """PATH(index, D_size) of RFC 9162 section 2.1.3.1, from the leaf's side up; raises ValueError outside the tree."""
    if not 0 <= index < size:
        raise ValueError(f"there is no leaf {index} in a tree of {size}")
    return _path(index, 0, size, node)


def consistency_proof(first: int, second: int, node: NodeReader) -> list[bytes]:
    """PROOF(first, D_second) of RFC 9162 section 2.1.4.1; raises ValueError unless 0 < first <= second."""
    if not 0 < first <= second:
        raise ValueError(f"no consistency proof leads from size {first} to size {second}")
    return [] if first == second else _subproof(first, 0, second, node, whole=True)


def subtree(start: int, end: int, node: NodeReader) -> bytes:
    """The hash over leaves start to end (end excluded), where start is a multiple of the size's next power of two."""
    size = end - start
    if size & (size - 1) == 0:
        level = size.bit_length() - 1
        return node(level, start >> level)
    split = start + _split(size)
    return node_hash(subtree(start, split, node), subtree(split, end, node))


def _split(size: int) -> int:
    """The largest power of two smaller than the size."""
    return 1 << ((size - 1).bit_length() - 1)


def _path(index: int, start: int, end: int, node: NodeReader) -> list[bytes]:
    if end - start == 1:
        return []
    split = start + _split(end - start)
    if index < split:
        return [*_path(index, start, split, node), subtree(split, end, node)]
    return [*_path(index, split, end, node), subtree(start, split, node)]


def _subproof(first: int, start: int, end: int, node: NodeReader, *, whole: bool) -> list[bytes]:
    """SUBPROOF: ``first`` counts from the tree's beginning; ``whole`` says that the old tree is known to the reader."""
    if first == end:
        return [] if whole else [subtree(start, end, node)]
    split = start + _split(end - start)
    if first <= split:
        return [*_subproof(first, start, split, node, whole=whole), subtree(split, end, node)]
    return [*_subproof(first, split, end, node, whole=False), subtree(start, split, node)]
