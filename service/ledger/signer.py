"""The signer: a key, and its own memory of the tree it signed last, so that no database makes it contradict itself."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.canonical import sha256_hex
from service.errors import Conflict, Unavailable
from service.ledger.note import CheckpointBody, SigningKey, VerifierKey, parse_signing_key

KEY, STATE, BEFORE, RETIRING = "signing-key", "state.json", "before", "retiring"


@dataclass(frozen=True, kw_only=True, slots=True)
class Signer:
    """A key in a folder of its own; ``remembered`` and ``remember`` are used under ``locked``."""

    folder: Path
    key: SigningKey

    @property
    def verifier(self) -> VerifierKey:
        """The public key, which auditors are given on paper."""
        return self.key.verifier

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keeps every other signing away, in this process and in others, while the block runs."""
        with _lock(self.folder):
            if not (self.folder / KEY).exists() or (self.folder / KEY).read_text("utf-8") != self.key.to_text():
                raise Conflict("This key signs no more: another origin was declared.", code="signer-retired")
            yield

    def remembered(self) -> CheckpointBody | None:
        """What was signed last, or None before the first time; raises Conflict for another origin's memory."""
        body = _body(self.folder / STATE)
        if body is not None and body.origin != self.key.name:
            raise Conflict(f"The memory beside the key is of the origin {body.origin}.", code="signer-mixed")
        return body

    def remember(self, body: CheckpointBody) -> None:
        """Keeps the tree, durably, before the signature over it can reach anybody."""
        state = {"origin": body.origin, "size": body.size, "root": body.root.hex()}
        _write(self.folder / STATE, json.dumps(state))


def load_signer(data_dir: Path, origin: str) -> Signer:
    """The signer below the data folder; its key is made on first use.

    Raises Unavailable for another origin's key, and while a new origin is declared and not yet in the log.
    """
    folder = _folder(data_dir)
    with _lock(folder):
        if (folder / RETIRING).exists():
            raise Unavailable(
                "A new origin is half declared; finish with: mandate-desk ledger new-origin",
                code="origin-half-declared",
            )
        if not (folder / KEY).exists():
            _write(folder / KEY, SigningKey(name=origin, seed=secrets.token_bytes(32)).to_text())
        key = parse_signing_key((folder / KEY).read_text("utf-8"))
    if key.name != origin:
        raise Unavailable(
            f"The signing key is of the origin {key.name}, and the settings say {origin}. "
            "A new origin is declared with: mandate-desk ledger new-origin",
            code="origin-changed",
        )
    return Signer(folder=folder, key=key)


def retiring(data_dir: Path, origin: str) -> bool:
    """Whether the declaration of this origin was begun and not ended."""
    marker = _folder(data_dir) / RETIRING
    return marker.exists() and marker.read_text("utf-8") == origin


def retire(data_dir: Path, origin: str) -> CheckpointBody | None:
    """Puts the key and the memory of the origin before away; nobody signs until ``end_retirement``.

    Gives what was signed last under the origin before, or None. May be done again after a crash. Raises Conflict for an
    origin that was in use once, for its old checkpoints would contradict the new ones.
    """
    folder = _folder(data_dir)
    with _lock(folder):
        if (folder / f"retired-{_digest(origin)}").exists():
            raise Conflict(f"{origin} was the origin once; take a new one.", code="origin-used")
        if (folder / KEY).exists():
            old = parse_signing_key((folder / KEY).read_text("utf-8"))
            if old.name == origin:
                raise Conflict(f"{origin} is the origin already.", code="origin-used")
            aside = folder / f"retired-{_digest(old.name)}"
            _write(folder / RETIRING, origin)
            _write(folder / BEFORE, aside.name)
            aside.mkdir(exist_ok=True)
            for name in (STATE, KEY):  # the key last: while it is there, this begins again from the start
                if (folder / name).exists():
                    (folder / name).rename(aside / name)
            _sync(aside)
        _write(folder / RETIRING, origin)
        before = folder / BEFORE
        return _body(folder / before.read_text("utf-8") / STATE) if before.exists() else None


def end_retirement(data_dir: Path) -> None:
    """Lets the new origin sign: its leaf is in the log."""
    folder = _folder(data_dir)
    with _lock(folder):
        (folder / RETIRING).unlink(missing_ok=True)
        _sync(folder)


def _folder(data_dir: Path) -> Path:
    folder = data_dir / "ledger"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    return folder


@contextmanager
def _lock(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _body(path: Path) -> CheckpointBody | None:
    if not path.exists():
        return None
    state = json.loads(path.read_text("utf-8"))
    return CheckpointBody(origin=state["origin"], size=state["size"], root=bytes.fromhex(state["root"]))


def _digest(origin: str) -> str:
    return sha256_hex(origin.encode())[:16]


def _write(path: Path, text: str) -> None:
    """Whole or not at all, and on the disk: written aside, synced, renamed, and the folder synced."""
    aside = path.with_suffix(".new")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(path)
    _sync(path.parent)


def _sync(folder: Path) -> None:
    """Makes the names in the folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
