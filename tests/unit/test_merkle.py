"""The Merkle tree against published values and against the RFC's own recursive definition."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.ledger import verifier
from service.ledger.merkle import (
    EMPTY,
    EMPTY_ROOT,
    consistency_proof,
    frontier_of,
    inclusion_proof,
    leaf_hash,
    node_hash,
    root_at,
)
from service.ledger.proof import consistency_holds, inclusion_holds

# Leaves and roots of the Certificate Transparency tests (RFC 6962; RFC 9162 hashes alike).
LEAVES = [
    bytes.fromhex(text)
    for text in ("", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f")
]
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION_5_OF_8 = [
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]
CONSISTENCY_2_TO_5 = [
    "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
    "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
]
CONSISTENCY_6_TO_8 = [
    "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
    "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
]


def grow(leaves):
    """The frontier over the leaves, and a reader of the nodes that were completed on the way."""
    frontier, nodes = EMPTY, {}
    for index, data in enumerate(leaves):
        nodes[0, index] = leaf_hash(data)
        frontier, made = frontier.append(leaf_hash(data))
        nodes |= {(node.level, node.index): node.hash for node in made}
    return frontier, lambda level, index: nodes[level, index]


def slow_root(leaves) -> bytes:
    """MTH of RFC 9162 section 2.1.1, word for word."""
    if len(leaves) <= 1:
        return leaf_hash(leaves[0]) if leaves else EMPTY_ROOT
    split = 1 << ((len(leaves) - 1).bit_length() - 1)
    return node_hash(slow_root(leaves[:split]), slow_root(leaves[split:]))


def test_published_hashes():
    assert EMPTY_ROOT.hex() == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    assert leaf_hash(b"").hex() == ROOTS[0]
    assert leaf_hash(b"L123456").hex() == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56"
    assert node_hash(b"N123", b"N456").hex() == "aa217fe888e47007fa15edab33c2b492a722cb106c64667fc2b044444de66bbb"


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size):
    frontier, node = grow(LEAVES[:size])

    assert frontier.root().hex() == root_at(size, node).hex() == ROOTS[size - 1]
    assert frontier_of(size, frontier.to_bytes()) == frontier


def test_published_proofs():
    _, node = grow(LEAVES)

    assert [one.hex() for one in inclusion_proof(5, 8, node)] == INCLUSION_5_OF_8
    assert [one.hex() for one in consistency_proof(2, 5, node)] == CONSISTENCY_2_TO_5
    assert [one.hex() for one in consistency_proof(6, 8, node)] == CONSISTENCY_6_TO_8


@given(st.lists(st.binary(max_size=8), min_size=1, max_size=70), st.data())
def test_proofs_hold_and_no_other_does(leaves, data):
    size = len(leaves)
    _, node = grow(leaves)
    root = root_at(size, node)
    assert root == slow_root(leaves)
    index = data.draw(st.integers(0, size - 1))
    path = inclusion_proof(index, size, node)
    leaf = leaf_hash(leaves[index])
    assert inclusion_holds(leaf=leaf, index=index, size=size, proof=path, root=root)
    other = hashlib.sha256(b"other").digest()
    assert not inclusion_holds(leaf=other, index=index, size=size, proof=path, root=root)
    assert not inclusion_holds(leaf=leaf, index=index, size=size, proof=[*path, other], root=root)
    assert not inclusion_holds(leaf=leaf, index=size, size=size, proof=path, root=root)
    if path:
        assert not inclusion_holds(leaf=leaf, index=index, size=size, proof=path[:-1], root=root)


@given(st.lists(st.binary(max_size=8), min_size=2, max_size=70), st.data())
def test_consistency_holds_for_writer_and_verifier_alike(leaves, data):
    size = len(leaves)
    _, node = grow(leaves)
    first = data.draw(st.integers(1, size - 1))
    proof = consistency_proof(first, size, node)
    old, new = root_at(first, node), root_at(size, node)
    wrong = hashlib.sha256(b"other").digest()

    assert consistency_holds(first=first, second=size, first_root=old, second_root=new, proof=proof)
    assert verifier.consistent(first, size, old, new, proof)
    for bad in ([*proof, wrong], proof[:-1], [wrong, *proof[1:]]):
        assert not consistency_holds(first=first, second=size, first_root=old, second_root=new, proof=bad)
        assert not verifier.consistent(first, size, old, new, bad)
    assert not consistency_holds(first=first, second=size, first_root=wrong, second_root=new, proof=proof)


def test_sizes_that_prove_nothing_are_refused():
    _, node = grow(LEAVES)

    for first, second in ((0, 5), (5, 4)):
        with pytest.raises(ValueError, match="no consistency proof"):
            consistency_proof(first, second, node)
    assert not consistency_holds(first=0, second=5, first_root=EMPTY_ROOT, second_root=b"", proof=[])
    with pytest.raises(ValueError, match="no leaf"):
        inclusion_proof(8, 8, node)


def test_a_frontier_that_does_not_fit_its_size_is_refused():
    with pytest.raises(ValueError, match="peaks"):
        frontier_of(3, b"\0" * 32)
