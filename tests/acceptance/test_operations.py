"""What an operator does by the command line: the worker apart, backup and restore, a new origin."""

import os
import shutil
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import make_url, text

from service.clock import now
from service.database import Sessions
from service.errors import Conflict
from service.ledger.checkpoint import sign_checkpoint
from service.ledger.queries import latest_checkpoint
from service.ledger.signer import retire
from tests.letters import send

COMMAND = str(Path(sys.executable).parent / "mandate-desk")
RENAMED = {"MANDATE_DESK_LEDGER_ORIGIN": "mandate-desk.example/ledger-2"}


@pytest.fixture
def environment(desk, database_url) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "MANDATE_DESK_DATA_DIR": str(desk.settings.data_dir),
        "MANDATE_DESK_DATABASE_URL": database_url,
    }


@pytest.fixture
def run(environment, tmp_path):
    """Runs the command on the test's database."""

    def call(*arguments: object, **more: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [COMMAND, *map(str, arguments)],
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env=environment | more,
        )

    return call


def lose(url: str) -> None:
    """Empties the database, as a disk that died would."""
    if url.startswith("sqlite"):
        for end in ("", "-wal", "-shm"):
            Path(f"{make_url(url).database}{end}").unlink(missing_ok=True)
        return
    sessions = Sessions(url)
    with sessions.begin() as session:
        session.execute(text("DROP SCHEMA public CASCADE"))
        session.execute(text("CREATE SCHEMA public"))
    sessions.close()


def test_the_worker_signs_and_stops_when_it_is_told(client, portal, desk, environment, tmp_path):
    send(client, portal)
    with subprocess.Popen(
        [COMMAND, "worker"], cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True
    ) as worker:
        lines = iter(worker.stderr.readline, "")
        assert any("checkpoint signed" in line for line in lines)
        worker.send_signal(signal.SIGTERM)
        rest = worker.stderr.read()
    assert worker.returncode == 0
    assert "worker stopped" in rest
    with desk.sessions.read() as session:
        assert latest_checkpoint(session, desk.settings.ledger_origin).size == 5


def test_a_restored_log_is_signed_again_only_under_a_new_origin(client, portal, desk, run, database_url, tmp_path):
    send(client, portal)
    kept = tmp_path / "kept"
    assert run("ledger", "checkpoint").returncode == 0
    assert run("db", "backup", kept).returncode == 0
    again = run("db", "backup", kept)
    assert (again.returncode, "is there already" in again.stderr) == (73, True)
    send(client, portal)
    assert run("ledger", "checkpoint").returncode == 0
    full = run("db", "restore", kept)
    assert full.returncode == 73, full.stderr
    desk.sessions.close()
    lose(database_url)
    back = run("db", "restore", kept)
    assert back.returncode == 0, back.stderr

    refused = run("ledger", "checkpoint")
    assert (refused.returncode, "rolled back" in refused.stderr) == (73, True)
    unknown = run("ledger", "checkpoint", **RENAMED)
    assert (unknown.returncode, "new-origin" in unknown.stderr) == (69, True)
    declared = run("ledger", "new-origin", "--reason", "The disk died.", **RENAMED)
    assert declared.returncode == 0, declared.stderr
    vkey = declared.stdout.splitlines()[-1]
    assert run("ledger", "new-origin", "--reason", "Once more.", **RENAMED).returncode == 73
    assert run("ledger", "new-origin", "--reason", "Back again.").returncode == 73

    out = tmp_path / "ledger.zip"
    assert run("ledger", "export", "--out", out, **RENAMED).returncode == 0
    assert run("ledger", "verify", out, "--vkey", vkey).returncode == 0
    with desk.sessions.read() as session:
        rows = session.execute(text("SELECT leaf FROM ledger_leaf ORDER BY leaf_index DESC LIMIT 1")).scalar_one()
    assert b'"event":"ledger.origin.declared"' in bytes(rows)
    assert b'"before":{"origin":"mandate-desk.example/ledger"' in bytes(rows)
    assert b"disk died" not in bytes(rows)


def test_a_process_with_the_retired_key_signs_no_more(client, portal, desk, run):
    send(client, portal)
    assert run("ledger", "checkpoint").returncode == 0
    held = desk.signer
    assert run("ledger", "new-origin", "--reason", "Moved.", **RENAMED).returncode == 0
    send(client, portal)

    with pytest.raises(Conflict, match="signs no more"), desk.sessions.begin() as session:
        sign_checkpoint(session, signer=held, at=now())


def test_a_declaration_that_was_cut_off_is_ended_by_declaring_again(client, portal, desk, run):
    send(client, portal)
    assert run("ledger", "checkpoint").returncode == 0
    before = desk.signer.remembered()
    assert retire(desk.settings.data_dir, RENAMED["MANDATE_DESK_LEDGER_ORIGIN"]) == before
    half = run("ledger", "checkpoint", **RENAMED)
    assert (half.returncode, "half declared" in half.stderr) == (69, True)

    assert run("ledger", "new-origin", "--reason", "Moved.", **RENAMED).returncode == 0
    assert run("ledger", "checkpoint", **RENAMED).returncode == 0
    with desk.sessions.read() as session:
        leaf = session.execute(text("SELECT leaf FROM ledger_leaf ORDER BY leaf_index DESC LIMIT 1")).scalar_one()
    assert before.root.hex().encode() in bytes(leaf)


def test_a_new_machine_without_the_key_declares_from_the_database(client, portal, desk, run):
    send(client, portal)
    assert run("ledger", "checkpoint").returncode == 0
    last = desk.signer.remembered()
    shutil.rmtree(desk.signer.folder)

    assert run("ledger", "new-origin", "--reason", "The machine burnt.", **RENAMED).returncode == 0
    with desk.sessions.read() as session:
        leaf = session.execute(text("SELECT leaf FROM ledger_leaf ORDER BY leaf_index DESC LIMIT 1")).scalar_one()
    assert last.root.hex().encode() in bytes(leaf)


def test_serve_ends_the_workers_step_before_it_stops(environment, tmp_path):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [COMMAND, "serve", "--port", str(port)]
    with subprocess.Popen(command, cwd=tmp_path, env=environment, stderr=subprocess.PIPE, text=True) as server:
        lines = iter(server.stderr.readline, "")
        assert any("Uvicorn running" in line for line in lines)
        server.send_signal(signal.SIGTERM)
        server.stderr.read()
    assert server.returncode == 0


def test_a_log_left_beside_the_database_is_not_played_into_a_restored_one(desk, run, tmp_path):
    if desk.sessions.dialect != "sqlite":
        return  # PostgreSQL restores into a database, not beside files
    kept = tmp_path / "kept"
    assert run("db", "backup", kept).returncode == 0
    desk.sessions.close()
    path = Path(make_url(desk.settings.url).database)
    path.unlink()
    path.with_name(path.name + "-wal").write_bytes(b"left")

    refused = run("db", "restore", kept)
    assert (refused.returncode, "-wal" in refused.stderr) == (73, True)


def test_what_is_no_backup_is_refused(run, database_url, tmp_path):
    lose(database_url)
    other = tmp_path / "other"
    other.write_text("not a backup")
    refused = run("db", "restore", other)

    assert refused.returncode == 65, refused.stderr
    assert "other" in refused.stderr or "archive" in refused.stderr
