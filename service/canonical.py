"""Canonical JSON (RFC 8785) and SHA-256 over it: what is hashed and signed."""

import hashlib

import rfc8785


def canonical_bytes(value: object) -> bytes:
    """RFC 8785 bytes of strings, integers, booleans, null, lists and dicts; raises ValueError on any other type."""
    _refuse_floats(value)
    return rfc8785.dumps(value)


def sha256_hex(data: bytes) -> str:
    """SHA-256 of the bytes as 64 lower-case hex digits."""
    return hashlib.sha256(data).hexdigest()


def digest_of(value: object) -> str:
    """SHA-256, in hex, of the canonical bytes of a value."""
    return sha256_hex(canonical_bytes(value))


def _refuse_floats(value: object) -> None:
    """Floats have no place in what we hash: two languages may print one number in two ways."""
    if isinstance(value, float):
        raise ValueError("a float has no canonical form here; use an integer or a string")
    if isinstance(value, dict):
        for item in value.values():
            _refuse_floats(item)
    elif isinstance(value, list | tuple):
        for item in value:
            _refuse_floats(item)
