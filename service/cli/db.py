"""``mandate-desk db``."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from service import backup as copies
from service.database import Sessions
from service.grants import grants as statements
from service.settings import load_settings
from service.tables import revision, schema_is_current
from service.tables import upgrade as upgrade_schema

COMMAND_SECONDS = 3_600  # an operator at a terminal has more patience than a door
app = typer.Typer(help="The database: its schema, backup and restore.", no_args_is_help=True)


@contextmanager
def database() -> Iterator[Sessions]:
    """The database of the settings, closed at the end."""
    settings = load_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    sessions = Sessions(
        settings.url, pool_size=1, lock_wait_seconds=settings.lock_wait_seconds, statement_seconds=COMMAND_SECONDS
    )
    try:
        yield sessions
    finally:
        sessions.close()


@app.command()
def upgrade() -> None:
    """Bring the database to this version's schema; harmless where it is there already."""
    with database() as sessions:
        upgrade_schema(sessions)
        with sessions.read() as session:
            print(f"The schema is at {revision(session)}.")


@app.command()
def status() -> None:
    """Say which schema the database has, and whether this version can serve it."""
    with database() as sessions, sessions.read() as session:
        current = "current" if schema_is_current(session) else "not current; run: mandate-desk db upgrade"
        print(f"{sessions.dialect}: {revision(session) or 'no schema'} ({current})")


@app.command()
def grants(role: Annotated[str, typer.Argument(help="The role that the service logs in as.")]) -> None:
    """Print the SQL that lets a PostgreSQL role run the service without ever changing a leaf; run it as the owner."""
    print("\n".join(statements(role)))


@app.command()
def backup(out: Annotated[Path, typer.Argument(help="The file to write; it must not be there yet.")]) -> None:
    """Write one consistent copy while the service runs, by the database's own tool.

    The folder ledger/ beside the data is no part of it: the signing key and its memory must not go back in time.
    """
    copies.backup(load_settings().url, out)
    print(f"{out}: {out.stat().st_size} bytes")


@app.command()
def restore(source: Annotated[Path, typer.Argument(exists=True, help="A file that backup wrote.")]) -> None:
    """Fill an empty database from a backup."""
    copies.restore(load_settings().url, source)
    print("Restored. Where leaves were signed after the backup, the signer refuses the log now: set a new")
    print("MANDATE_DESK_LEDGER_ORIGIN and run `mandate-desk ledger new-origin --reason ...` (see docs/operations.md).")
