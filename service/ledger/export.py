"""The bundle that an auditor takes away: every leaf, the signed checkpoint, proofs, and a manifest of it all."""

import hashlib
import json
import zipfile
from collections.abc import Iterable
from typing import BinaryIO

from sqlalchemy.orm import Session

from service.ledger.checkpoint import Checkpoint
from service.ledger.merkle import consistency_proof
from service.ledger.note import VerifierKey
from service.ledger.queries import earlier_sizes, leaves, node_reader

FORMAT = "mandate-desk-ledger-export/1"
PROOFS = 100


def write_bundle(session: Session, out: BinaryIO, *, checkpoint: Checkpoint, verifier: VerifierKey) -> None:
    """Writes the zip: leaves.jsonl (a line is a leaf's bytes), checkpoint.note, proof.json, manifest.json.

    Every leaf below the checkpoint's size is in it, none above; memory does not grow with their number.
    """
    body = checkpoint.body
    with zipfile.ZipFile(out, "w", compression=zipfile.ZIP_DEFLATED) as bundle:
        rows = (leaf + b"\n" for leaf in leaves(session, first=0, end=body.size))
        files = {
            "leaves.jsonl": _add(bundle, "leaves.jsonl", rows),
            "checkpoint.note": _add(bundle, "checkpoint.note", [checkpoint.note.encode()]),
            "proof.json": _add(bundle, "proof.json", [_json(_proofs(session, body.origin, body.size))]),
        }
        manifest = {
            "format": FORMAT,
            "origin": body.origin,
            "vkey": str(verifier),
            "size": body.size,
            "root": body.root.hex(),
            "counts": {"leaves": files["leaves.jsonl"].pop("chunks"), "withheld": 0},
            "files": {name: {"bytes": one["bytes"], "sha256": one["sha256"]} for name, one in files.items()},
        }
        _add(bundle, "manifest.json", [_json(manifest)])


def _proofs(session: Session, origin: str, size: int) -> dict:
    """Consistency proofs from earlier checkpoints, for readers who kept one of those."""
    node = node_reader(session)
    return {
        "consistency": [
            {"first": first, "second": size, "hashes": [one.hex() for one in consistency_proof(first, size, node)]}
            for first in earlier_sizes(session, origin, size=size, limit=PROOFS)
        ]
    }


def _add(bundle: zipfile.ZipFile, name: str, chunks: Iterable[bytes]) -> dict:
    """Writes one file chunk by chunk; says its bytes, its SHA-256 and the number of chunks."""
    digest, size, count = hashlib.sha256(), 0, 0
    with bundle.open(name, "w", force_zip64=True) as file:
        for chunk in chunks:
            file.write(chunk)
            digest.update(chunk)
            size, count = size + len(chunk), count + 1
    return {"bytes": size, "sha256": digest.hexdigest(), "chunks": count}


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=1) + "\n").encode()
