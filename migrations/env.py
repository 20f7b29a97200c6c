"""Runs the migrations on the connection that the caller gives, under a lock and with time-outs."""

from alembic import context
from sqlalchemy import Connection, text

from service.tables import metadata

# Any number that nobody else on the database uses; it keeps two migrations from running at once.
LOCK = 7_312_026_1124


def run(connection: Connection) -> None:
    """One transaction for all steps. SQLite's BEGIN IMMEDIATE is lock enough; PostgreSQL takes an advisory one."""
    batches = connection.dialect.name == "sqlite"  # SQLite alters a table by copying it
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=batches)
    with connection.begin(), context.begin_transaction():
        if connection.dialect.name == "postgresql":
            # Another migration is waited for; a busy table is not, for everyone behind us would wait too.
            connection.execute(text("SET LOCAL statement_timeout = '60s'"))
            connection.execute(text("SET LOCAL lock_timeout = '60s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
            connection.execute(text("SET LOCAL lock_timeout = '5s'"))
        context.run_migrations()


run(context.config.attributes["connection"])
