"""``mandate-desk db``."""

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from service.database import Sessions
from service.settings import load_settings
from service.tables import revision, schema_is_current
from service.tables import upgrade as upgrade_schema

app = typer.Typer(help="The database's schema.", no_args_is_help=True)


@contextmanager
def database() -> Iterator[Sessions]:
    """The database of the settings, closed at the end."""
    settings = load_settings()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    sessions = Sessions(settings.url, pool_size=1, lock_wait_seconds=settings.lock_wait_seconds)
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
