"""``mandate-desk ledger``."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from service.cli.db import database
from service.clock import now
from service.database import Sessions
from service.errors import Conflict
from service.ledger import verifier
from service.ledger.checkpoint import sign_checkpoint
from service.ledger.export import write_bundle
from service.ledger.origin import declare_origin
from service.ledger.prove import prove_inclusion
from service.ledger.queries import head, latest_checkpoint
from service.ledger.signer import Signer, end_retirement, load_signer
from service.settings import load_settings

app = typer.Typer(help="The record: checkpoints, exports, proofs.", no_args_is_help=True)


@contextmanager
def _ledger() -> Iterator[tuple[Sessions, Signer]]:
    settings = load_settings()
    with database() as sessions:
        yield sessions, load_signer(settings.data_dir, settings.ledger_origin)


@app.command()
def status() -> None:
    """Say how many leaves there are, and how many are signed."""
    with _ledger() as (sessions, signer), sessions.read() as session:
        signed = latest_checkpoint(session, signer.key.name)
        print(f"{signer.key.name}: {head(session).size} leaves, {signed.size if signed else 0} signed")


@app.command()
def vkey() -> None:
    """Print the key that checkpoints are verified with; give it to auditors on paper."""
    with _ledger() as (_, signer):
        print(signer.verifier)


@app.command()
def checkpoint() -> None:
    """Sign the log as it stands and print the note."""
    with _ledger() as (sessions, signer), sessions.begin() as session:
        signed = sign_checkpoint(session, signer=signer, at=now())
    print(signed.note, end="")


@app.command("new-origin")
def new_origin(
    reason: Annotated[str, typer.Option(help="Why, such as the backup that was restored; kept as a salted digest.")],
) -> None:
    """Go on under the origin of the settings after a restore: set MANDATE_DESK_LEDGER_ORIGIN anew, then run this.

    The signer refuses a log that is shorter than what it signed, or another. A new origin has a new key, which
    auditors must be given; a leaf says what was signed last under the old one.
    """
    settings = load_settings()
    with database() as sessions:
        with sessions.begin() as session:
            declare_origin(session, data_dir=settings.data_dir, origin=settings.ledger_origin, reason=reason, at=now())
        end_retirement(settings.data_dir)
        signer = load_signer(settings.data_dir, settings.ledger_origin)
        with sessions.begin() as session:
            signed = sign_checkpoint(session, signer=signer, at=now())
    print(f"{signed.body.origin}: {signed.body.size} leaves signed\n{signer.verifier}")


@app.command()
def export(
    out: Annotated[Path, typer.Option(help="The zip to write; it must not be there yet.")],
) -> None:
    """Sign a checkpoint and write the whole log under it, as a bundle that the verifier checks."""
    if out.exists():
        raise Conflict(f"{out} is there already.", code="file-exists")
    with _ledger() as (sessions, signer):
        with sessions.begin() as session:
            signed = sign_checkpoint(session, signer=signer, at=now())
        with sessions.read() as session, out.open("xb") as file:
            write_bundle(session, file, checkpoint=signed, verifier=signer.verifier)
    print(f"{out}: {signed.body.size} leaves under a checkpoint of {signed.body.origin}")


@app.command()
def proof(index: Annotated[int, typer.Argument(min=0, help="The leaf's index.")]) -> None:
    """Print the inclusion proof of a leaf in the log as it stands."""
    with _ledger() as (sessions, _), sessions.read() as session:
        print(prove_inclusion(session, index=index, size=None).model_dump_json(indent=1))


@app.command()
def verify(
    bundle: Annotated[Path, typer.Argument(help="The export: a zip, or a folder with its files.")],
    vkey: Annotated[str, typer.Option(help="The verifier key.")],
    seen: Annotated[list[Path] | None, typer.Option(help="A checkpoint kept from earlier; repeat for more.")] = None,
) -> None:
    """Check an export; exit status 0 good, 1 tampered with, 2 malformed. The verifier is also a file of its own."""
    notes = [part for note in seen or [] for part in ("--seen", str(note))]
    sys.exit(verifier.main([str(bundle), "--vkey", vkey, *notes]))
