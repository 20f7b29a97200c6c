"""Signed notes (C2SP signed-note) and checkpoints in them (C2SP tlog-checkpoint), with Ed25519 keys."""

import base64
import binascii
import hashlib
import re
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

ED25519 = b"\x01"
NAME = re.compile(r"[^\s+]+")
SIZE = re.compile(r"0|[1-9][0-9]{0,18}")
MAX_SIGNATURES = 16


class BadNote(ValueError):
    """The text is no signed note, no checkpoint or no key of these formats, or a signature does not hold."""


@dataclass(frozen=True, kw_only=True, slots=True)
class VerifierKey:
    """A public key and the name that it signs under."""

    name: str
    public: bytes

    @property
    def id(self) -> bytes:
        """The first four bytes of SHA-256(name, newline, type, key), which a signature line repeats."""
        return hashlib.sha256(self.name.encode() + b"\n" + ED25519 + self.public).digest()[:4]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{_encode(ED25519 + self.public)}"


@dataclass(frozen=True, kw_only=True, slots=True)
class SigningKey:
    """A private key: 32 bytes of seed (RFC 8032), never shown."""

    name: str
    seed: bytes

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        public = self._private().public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        return VerifierKey(name=self.name, public=public)

    def to_text(self) -> str:
        """The form that is kept in a file: PRIVATE+KEY+name+id+key."""
        return f"PRIVATE+KEY+{self.name}+{self.verifier.id.hex()}+{_encode(ED25519 + self.seed)}"

    def sign(self, text: str) -> str:
        """The signed note over a text that ends with a newline; the same text gives the same note."""
        if not text.endswith("\n"):
            raise BadNote("a note's text ends with a newline")
        signature = self.verifier.id + self._private().sign(text.encode())
        return f"{text}\n\u2014 {self.name} {_encode(signature)}\n"

    def _private(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.seed)


@dataclass(frozen=True, kw_only=True, slots=True)
class CheckpointBody:
    """What a checkpoint says: whose log, how many leaves, which root."""

    origin: str
    size: int
    root: bytes

    def to_text(self) -> str:
        """The note's text: three lines, no extensions."""
        return f"{self.origin}\n{self.size}\n{_encode(self.root)}\n"


def parse_verifier_key(text: str) -> VerifierKey:
    """The key in ``name+id+base64``; raises BadNote where any part does not fit the others."""
    name, _, rest = text.partition("+")
    key_id, _, encoded = rest.partition("+")
    raw = _decode(encoded, 33)
    key = VerifierKey(name=name, public=raw[1:])
    if not NAME.fullmatch(name) or raw[:1] != ED25519 or key.id.hex() != key_id:
        raise BadNote("not an Ed25519 verifier key")
    return key


def parse_signing_key(text: str) -> SigningKey:
    """The key in ``PRIVATE+KEY+name+id+base64``; raises BadNote where any part does not fit the others."""
    prefix, key_kind, name, key_id, encoded = (*text.strip().split("+", 4), "", "", "", "", "")[:5]
    raw = _decode(encoded, 33)
    key = SigningKey(name=name, seed=raw[1:])
    if (prefix, key_kind) != ("PRIVATE", "KEY") or raw[:1] != ED25519 or key.verifier.id.hex() != key_id:
        raise BadNote("not an Ed25519 signing key")
    return key


def open_note(note: str, key: VerifierKey) -> str:
    """The text of a note that the key has signed; raises BadNote for any other note."""
    text, lines = _split(note)
    ours = [raw[4:] for name, raw in lines if name == key.name and raw[:4] == key.id]
    if not ours:
        raise BadNote("no signature by this key")
    for signature in ours:
        try:
            Ed25519PublicKey.from_public_bytes(key.public).verify(signature, text.encode())
        except (InvalidSignature, ValueError):
            raise BadNote("the signature does not hold") from None
    return text


def parse_checkpoint(text: str) -> CheckpointBody:
    """The checkpoint in a note's text; raises BadNote unless it is three exact lines."""
    origin, size, root = (*text.split("\n"), "", "", "")[:3]
    if not origin or not SIZE.fullmatch(size) or text.count("\n") != 3 or not text.endswith("\n"):
        raise BadNote("not a checkpoint of three lines")
    return CheckpointBody(origin=origin, size=int(size), root=_decode(root, 32))


def _split(note: str) -> tuple[str, list[tuple[str, bytes]]]:
    """The text and the signature lines: (name, key id and signature)."""
    if any(ord(character) < 32 and character != "\n" for character in note):
        raise BadNote("a note holds no control characters")
    text, separator, signatures = note.rpartition("\n\n")
    lines = signatures.split("\n")
    if not separator or not text or lines.pop() != "" or not 1 <= len(lines) <= MAX_SIGNATURES:
        raise BadNote("not a signed note")
    return text + "\n", [_signature_line(line) for line in lines]


def _signature_line(line: str) -> tuple[str, bytes]:
    mark, name, encoded = (*line.split(" "), "", "", "")[:3]
    if mark != "\u2014" or line.count(" ") != 2 or not NAME.fullmatch(name):
        raise BadNote("not a signature line")
    raw = _decode(encoded, None)
    if len(raw) <= 4:
        raise BadNote("a signature line without a signature")
    return name, raw


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode()


def _decode(text: str, size: int | None) -> bytes:
    """Canonical base64 of the size asked for; other spellings of the same bytes are refused."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise BadNote("not base64") from None
    if _encode(data) != text or (size is not None and len(data) != size):
        raise BadNote("not canonical base64 of the right length")
    return data
