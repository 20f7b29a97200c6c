"""The signer: a key, and its own memory of the tree it signed last, so that no database makes it contradict itself."""

import fcntl
import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from service.errors import Unavailable
from service.ledger.note import CheckpointBody, SigningKey, VerifierKey, parse_signing_key


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
        with (self.folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield

    def remembered(self) -> CheckpointBody | None:
        """What was signed last, or None before the first time."""
        path = self.folder / "state.json"
        if not path.exists():
            return None
        state = json.loads(path.read_text("utf-8"))
        return CheckpointBody(origin=state["origin"], size=state["size"], root=bytes.fromhex(state["root"]))

    def remember(self, body: CheckpointBody) -> None:
        """Keeps the tree, durably, before the signature over it can reach anybody."""
        state = {"origin": body.origin, "size": body.size, "root": body.root.hex()}
        _write(self.folder / "state.json", json.dumps(state))


def load_signer(data_dir: Path, origin: str) -> Signer:
    """The signer below the data folder; its key is made on first use. Raises Unavailable for another origin's key."""
    folder = data_dir / "ledger"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    path = folder / "signing-key"
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _write(path, SigningKey(name=origin, seed=secrets.token_bytes(32)).to_text())
    key = parse_signing_key(path.read_text("utf-8"))
    if key.name != origin:
        raise Unavailable(
            f"The signing key is of the origin {key.name}, and the settings say {origin}.", code="origin-changed"
        )
    return Signer(folder=folder, key=key)


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
