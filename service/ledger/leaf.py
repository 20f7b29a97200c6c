"""The exact bytes hashed for an event, and the salts kept apart from them."""

import secrets
from dataclasses import dataclass
from datetime import datetime

from service.canonical import canonical_bytes, digest_of
from service.clock import to_text
from service.errors import Invalid
from service.ledger.events import Event, EventName
from service.ledger.merkle import leaf_hash

VERSION = 1
LIMIT = 65_535


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    """Bytes as hashed and exported, their RFC 9162 hash, and (field, salt) of each digest in them."""

    data: bytes
    hash: bytes
    salts: tuple[tuple[str, str], ...]


def make_leaf(event: Event, *, at: datetime, id: str) -> Leaf:
    """The event's leaf: RFC 8785 JSON with a nonce; raises Invalid for an unknown name or more than 65,535 bytes."""
    if event.name not in set(EventName):
        raise Invalid(f"The ledger knows no event named {event.name!r}.", code="unknown-event")
    salts = tuple((name, secrets.token_hex(32)) for name in sorted(event.secrets))
    data = canonical_bytes(
        {
            "v": VERSION,
            "id": id,
            "at": to_text(at),
            "event": str(event.name),
            "stream": event.stream,
            "actor": event.actor,
            "nonce": secrets.token_hex(32),
            "facts": event.facts,
            "sd": {name: secret_digest(salt, name, event.secrets[name]) for name, salt in salts},
        }
    )
    if len(data) > LIMIT:
        raise Invalid(f"A leaf holds {LIMIT} bytes at most; this one has {len(data)}.", code="leaf-too-large")
    return Leaf(data=data, hash=leaf_hash(data), salts=salts)


def secret_digest(salt: str, field: str, value: str) -> str:
    """SHA-256 in hex over the canonical JSON of [salt, field, value] (the form of an RFC 9901 disclosure)."""
    return digest_of([salt, field, value])
