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

KEY, STATE, BEFORE = "signing-key", "state.json", "before"


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
            yield

    def remembered(self) -> CheckpointBody | None:
        """What was signed last, or None before the first time."""
        return _body(self.folder / STATE)

    def remember(self, body: CheckpointBody) -> None:
        """Keeps the tree, durably, before the signature over it can reach anybody."""
        state = {"origin": body.origin, "size": body.size, "root": body.root.hex()}
        _write(self.folder / STATE, json.dumps(state))


def load_signer(data_dir: Path, origin: str) -> Signer:
    """The signer below the data folder; its key is made on first use. Raises Unavailable for another origin's key."""
    folder = data_dir / "ledger"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    with _lock(folder):
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


def retire(data_dir: Path, origin: str) -> CheckpointBody | None:
    """Puts key and memory of the origin before away, so that the next signer begins anew under ``origin``.

    Gives what was signed last under the origin before, or None. Harmless where it was done already; raises Conflict
    for an origin that was in use once, for its old checkpoints would contradict the new ones.
    """
    folder = data_dir / "ledger"
    with _lock(folder):
        old = parse_signing_key((folder / KEY).read_text("utf-8")) if (folder / KEY).exists() else None
        if (folder / f"retired-{_digest(origin)}").exists():
            raise Conflict(f"{origin} was the origin once; take a new one.", code="origin-used")
        if old is not None and old.name != origin:
            aside = folder / f"retired-{_digest(old.name)}"
            _write(folder / BEFORE, aside.name)
            aside.mkdir()
            for name in (STATE, KEY):  # the key last: until it has moved, this can be done again
                if (folder / name).exists():
                    (folder / name).rename(aside / name)
    before = folder / BEFORE
    return _body(folder / before.read_text("utf-8") / STATE) if before.exists() else None


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
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
