"""The migrations make the tables that the code speaks of, on both databases, and can be run at once."""

import os
import subprocess
import sys

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import text

from service.database import Sessions
from service.tables import metadata, schema_is_current, upgrade


def test_the_migrated_schema_is_the_models(sessions):
    with sessions.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []


def test_the_schema_is_current_and_migrating_again_is_harmless(sessions):
    upgrade(sessions)
    with sessions.read() as session:
        assert schema_is_current(session)


def test_an_empty_database_is_not_current(tmp_path):
    empty = Sessions(f"sqlite:///{tmp_path / 'empty.sqlite3'}")
    with empty.read() as session:
        assert not schema_is_current(session)
    empty.close()


def test_two_migrations_at_once_make_one_schema(sessions, database_url, tmp_path):
    url = _emptied(sessions, database_url, tmp_path)
    environment = os.environ | {"MANDATE_DESK_DATABASE_URL": url, "MANDATE_DESK_DATA_DIR": str(tmp_path)}
    command = [sys.executable, "-c", "from service.cli.main import main; main()", "db", "upgrade"]
    both = [subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) for _ in range(2)]

    assert [(one.communicate()[1], one.returncode) for one in both] == [(b"", 0)] * 2
    made = Sessions(url)
    with made.read() as session:
        assert schema_is_current(session)
    made.close()


def _emptied(sessions, url: str, tmp_path) -> str:
    if sessions.dialect == "sqlite":
        return f"sqlite:///{tmp_path / 'second.sqlite3'}"
    with sessions.begin() as session:
        session.execute(text("DROP SCHEMA public CASCADE"))
        session.execute(text("CREATE SCHEMA public"))
    return url
