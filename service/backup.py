"""Backup and restore by the database's own tool; the signing key and its memory are kept apart from both."""

import os
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy import URL, make_url

from service.errors import Conflict, Invalid, Unavailable


def backup(url: str, out: Path) -> None:
    """Writes one consistent copy of the database while it is in use; raises Conflict where the file is there already.

    SQLite: a database file, by its online backup. PostgreSQL: pg_dump's custom format.
    """
    if out.exists():
        raise Conflict(f"{out} is there already.", code="file-exists")
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        _copy_sqlite(Path(where.database), out)
    else:
        _run("pg_dump", where, "--format=custom", f"--file={out}")


def restore(url: str, source: Path) -> None:
    """Fills an empty database from a backup; raises Conflict where the database holds anything, Invalid for another
    kind of file."""
    where = make_url(url)
    if where.get_backend_name() == "sqlite":
        _restore_sqlite(Path(where.database), source)
        return
    _run("pg_restore", where, "--exit-on-error", "--single-transaction", "--no-owner", str(source))


def _copy_sqlite(path: Path, out: Path) -> None:
    """A copy that is whole and on the disk before it has its name."""
    aside = out.with_name(out.name + ".new")
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source, closing(sqlite3.connect(aside)) as copy:
        source.backup(copy)
        if copy.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            raise Unavailable("The copy is damaged; check the disk.", code="backup-damaged")
    with aside.open("rb") as file:
        os.fsync(file.fileno())
    aside.rename(out)


def _restore_sqlite(path: Path, source: Path) -> None:
    if path.exists():
        raise Conflict(f"{path} is there already; move it away first, with its -wal and -shm.", code="not-empty")
    with source.open("rb") as file:
        if file.read(16) != b"SQLite format 3\0":
            raise Invalid(f"{source} is no backup of an embedded database.", code="not-a-backup")
    path.parent.mkdir(parents=True, exist_ok=True)
    _copy_sqlite(source, path)


def _run(tool: str, where: URL, *arguments: str) -> None:
    """Runs PostgreSQL's tool on the database; the password goes by the environment, for arguments are seen by all."""
    program = shutil.which(tool)
    if program is None:
        raise Unavailable(f"{tool} is not installed; it comes with PostgreSQL's client.", code="tool-missing")
    name = where.set(drivername="postgresql", password=None).render_as_string(hide_password=False)
    secret = {"PGPASSWORD": where.password} if where.password else {}
    done = subprocess.run(  # noqa: S603  (a tool of PostgreSQL, found on the path)
        [program, f"--dbname={name}", *arguments], env=secret, capture_output=True, text=True, check=False
    )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        kind = Conflict if "already exists" in done.stderr else Invalid if "archive" in last else Unavailable
        raise kind(f"{tool} failed: {last}", code=f"{tool.replace('_', '-')}-failed")
