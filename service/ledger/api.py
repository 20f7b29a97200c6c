"""The ledger over HTTP, for auditors."""

import base64
import hashlib
import tempfile
from collections.abc import Iterator
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Path, Query, Response
from fastapi.responses import PlainTextResponse, StreamingResponse

from service.access.permissions import Action
from service.clock import now
from service.errors import NotFound
from service.ledger.checkpoint import sign_checkpoint
from service.ledger.export import write_bundle
from service.ledger.prove import prove_consistency, prove_inclusion
from service.ledger.queries import head, latest_checkpoint
from service.ledger.schemas import ConsistencyOut, InclusionOut, LedgerOut
from service.web.desk import DeskOf
from service.web.principal import may
from service.web.problem import problems

router = APIRouter(tags=["ledger"])
READ = [may(Action.LEDGER_READ)]
LARGEST = 2**53 - 1
Size = Annotated[int | None, Query(ge=1, le=LARGEST, description="Leaves in the tree; all of them when absent.")]
CHUNK = 1024 * 1024


@router.get("/v1/ledger", response_model=LedgerOut, responses=problems(401, 403), dependencies=READ)
def read_ledger(desk: DeskOf, response: Response) -> LedgerOut:
    """Says how large the log is, and with which key its checkpoints are verified."""
    response.headers["Cache-Control"] = "no-store"
    origin = desk.settings.ledger_origin
    with desk.sessions.read() as session:
        signed = latest_checkpoint(session, origin)
        return LedgerOut(
            origin=origin,
            vkey=str(desk.signer.verifier),
            size=head(session).size,
            signed_size=signed and signed.size,
            signed_at=signed and signed.signed_at,
        )


@router.get(
    "/v1/ledger/checkpoint",
    response_class=PlainTextResponse,
    responses=problems(401, 403, 404),
    dependencies=READ,
)
def read_checkpoint(desk: DeskOf) -> Response:
    """Gives the newest signed checkpoint; keep it, and give it to the verifier with --seen next time."""
    with desk.sessions.read() as session:
        signed = latest_checkpoint(session, desk.settings.ledger_origin)
        if signed is None:
            raise NotFound("No checkpoint was signed yet.", code="checkpoint-not-found")
        return PlainTextResponse(signed.note, headers={"Cache-Control": "no-store"})


@router.get(
    "/v1/ledger/leaves/{index}/proof",
    response_model=InclusionOut,
    responses=problems(401, 403, 404),
    dependencies=READ,
)
def read_inclusion(
    index: Annotated[int, Path(ge=0, le=LARGEST, description="The leaf's index.")], desk: DeskOf, size: Size = None
) -> InclusionOut:
    """Proves that a leaf is in the log."""
    with desk.sessions.read() as session:
        return prove_inclusion(session, index=index, size=size)


@router.get("/v1/ledger/consistency", response_model=ConsistencyOut, responses=problems(401, 403), dependencies=READ)
def read_consistency(
    first: Annotated[int, Query(ge=1, le=LARGEST, description="The smaller size.")], desk: DeskOf, second: Size = None
) -> ConsistencyOut:
    """Proves that the log over ``second`` leaves begins with the log over ``first``."""
    with desk.sessions.read() as session:
        return prove_consistency(session, first=first, second=second)


@router.get(
    "/v1/ledger/export",
    response_class=StreamingResponse,
    responses={200: {"content": {"application/zip": {}}}, **problems(401, 403, 409)},
    dependencies=[may(Action.LEDGER_EXPORT)],
)
def export_ledger(desk: DeskOf) -> StreamingResponse:
    """Signs a checkpoint and gives the whole log under it, as a bundle that the standalone verifier checks."""
    with desk.sessions.begin() as session:
        checkpoint = sign_checkpoint(session, signer=desk.signer, at=now())
    bundle = tempfile.TemporaryFile()  # noqa: SIM115  (closed, and so gone, when the last chunk is sent)
    with desk.sessions.read() as session:
        write_bundle(session, bundle, checkpoint=checkpoint, verifier=desk.signer.verifier)
    return StreamingResponse(
        _chunks(bundle),
        media_type="application/zip",
        headers={
            "Content-Disposition": f'attachment; filename="ledger-{checkpoint.body.size}.zip"',
            "Content-Digest": _content_digest(bundle),
            "Content-Length": str(bundle.seek(0, 2)),
            "Cache-Control": "no-store",
        },
    )


def _chunks(bundle: BinaryIO) -> Iterator[bytes]:
    with bundle:
        bundle.seek(0)
        while chunk := bundle.read(CHUNK):
            yield chunk


def _content_digest(bundle: BinaryIO) -> str:
    """RFC 9530: the SHA-256 of the bytes sent."""
    bundle.seek(0)
    return f"sha-256=:{base64.b64encode(hashlib.file_digest(bundle, 'sha256').digest()).decode()}:"
