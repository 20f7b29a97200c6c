"""Backup and restore by the database's own tool; the signing key and its memory are kept apart from both."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, create_engine, inspect, make_url
from sqlalchemy.exc import OperationalError

from service.errors import Conflict, Invalid, Unavailable
from service.settings import tool_environment

SECRETS = ("password", "sslpassword")


def backup(url: str, out: Path) -> None:
    """Writes one consistent copy of the database while it is in use; raises Conflict where the file is there already.

    SQLite: a database file, by its online backup. PostgreSQL: pg_dump's custom format. The file has its name only when
    it is whole and on the disk.
    """
    if out.exists():
        raise Conflict(f"{out} is there already.", code="file-exists")
    where, aside = make_url(url), out.with_name(out.name + ".new")
    try:
        if where.get_backend_name() == "sqlite":
            _copy_sqlite(Path(where.database), aside)
        else:
            _run("pg_dump", where, "--format=custom", f"--file={aside}")
        _keep(aside, out)
    finally:
        aside.unlink(missing_ok=True)


def restore(url: str, source: Path) -> None:
    """Fills an empty database from a backup.

    Raises Conflict where the database holds anything, Invalid for another kind of file. Rights are not restored: grant
    them again.
    """
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        _restore_sqlite(Path(where.database), source)
        return
    _check_empty(url)
    _run("pg_restore", where, "--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges", str(source))


def _check_empty(url: str) -> None:
    engine = create_engine(make_url(url).set(drivername="postgresql+psycopg"))
    try:
        tables = inspect(engine).get_table_names()
    except OperationalError as error:
        raise Unavailable("The database cannot be reached.", code="database-down") from error
    finally:
        engine.dispose()
    if tables:
        raise Conflict(f"The database holds tables, as {tables[0]}; restore into an empty one.", code="not-empty")


def _copy_sqlite(path: Path, out: Path) -> None:
    try:
        with (
            closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source,
            closing(sqlite3.connect(out)) as copy,
        ):
            source.backup(copy)
            sound = copy.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    except sqlite3.Error as error:
        raise Unavailable(f"{path} cannot be copied: {error}", code="backup-failed") from error
    if not sound:
        raise Unavailable("The copy is damaged; check the disk.", code="backup-damaged")


def _keep(aside: Path, out: Path) -> None:
    """Gives the file its name when its bytes are on the disk."""
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    aside.rename(out)


def _restore_sqlite(path: Path, source: Path) -> None:
    """Into an empty place: a write-ahead log left beside it would be played into the restored pages."""
    there = [f"{path}{end}" for end in ("", "-wal", "-shm", "-journal") if Path(f"{path}{end}").exists()]
    if there:
        raise Conflict(f"{there[0]} is there already; move it away first.", code="not-empty")
    with source.open("rb") as file:
        if file.read(16) != b"SQLite format 3\0":
            raise Invalid(f"{source} is no backup of an embedded database.", code="not-a-backup")
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(path.name + ".new")
    try:
        _copy_sqlite(source, aside)
        _keep(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _run(tool: str, where: URL, *arguments: str) -> None:
    """Runs PostgreSQL's tool on the database; passwords go by the environment, for arguments are seen by all."""
    program = shutil.which(tool)
    if program is None:
        raise Unavailable(f"{tool} is not installed; it comes with PostgreSQL's client.", code="tool-missing")
    secret = where.password or where.query.get("password")
    plain = where.set(drivername="postgresql", password=None).difference_update_query(SECRETS)
    name = plain.render_as_string(hide_password=False)
    environment = tool_environment() | ({"PGPASSWORD": str(secret)} if secret else {})
    done = subprocess.run(  # noqa: S603  (a tool of PostgreSQL, found on the path)
        [program, f"--dbname={name}", *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        lines = done.stderr.splitlines()
        said = next((line for line in lines if "error:" in line), "no message")
        kind = Invalid if "archive" in said else Unavailable
        raise kind(f"{tool} failed: {said.rpartition('error:')[2].strip()}", code="backup-tool-failed")
