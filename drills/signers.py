"""The signer dies at each of its steps, and then meets a database that was rolled back and went on otherwise: never are
there two roots for one size."""

import os
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import select

from drills.desks import Desk, desk_on
from drills.drill import Drill, Result
from drills.mutants import FAULTS
from service.clock import now
from service.database import Sessions
from service.errors import Conflict
from service.ledger.append import append
from service.ledger.checkpoint import sign_checkpoint
from service.ledger.events import Event, EventName
from service.ledger.models import CheckpointRow
from service.ledger.signer import load_signer

ORIGIN = "mandate-desk.example/ledger"
WATCHED = ("ledger/checkpoint.py", "ledger/signer.py", "drills/mutants.py")
MOST = 500  # steps; there are about a hundred


def _run(_seed: int, mutant: str | None) -> Result:
    with desk_on("sqlite") as desk:
        _child(lambda: _sign(desk))
        first = desk.folder / "first"
        shutil.copytree(desk.folder, first, ignore=lambda *_: {"first"})
        broken, step = [], 0
        while not broken and step < MOST:
            step += 1
            _put_back(desk, first, everything=True)
            _child(lambda: _append(desk))
            died = _child(lambda s=step: _sign_and_die(desk, s, mutant))
            roots = _roots(desk)
            _put_back(desk, first, everything=False)  # the database goes back, the signer's folder does not
            _child(lambda: _append(desk))
            _child(lambda: _sign(desk))
            twice = [size for size, root in _roots(desk).items() if roots.get(size, root) != root]
            if twice:
                broken.append(f"killed at step {step}, there are two roots for the size {twice[0]}")
            if not died:
                break
        return Result(broken=broken, facts={"steps": step})


def _put_back(desk: Desk, first: Path, *, everything: bool) -> None:
    for path in desk.folder.glob("desk.sqlite3*"):
        path.unlink()
    shutil.copy(first / "desk.sqlite3", desk.folder)
    if everything:
        shutil.rmtree(desk.folder / "data")
        shutil.copytree(first / "data", desk.folder / "data")


def _child(work: Callable[[], None]) -> bool:
    """Does the work in a process of its own; whether it died on the way. A refusal to sign is no death."""
    sys.stdout.flush()
    process = os.fork()
    if process == 0:
        try:
            work()
        except Conflict:
            pass
        except BaseException:
            os._exit(1)
        os._exit(0)
    status = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    if status not in (0, 9):
        raise RuntimeError("the drill itself failed in a child")
    return status == 9


def _append(desk: Desk) -> None:
    with desk.sessions() as sessions, sessions.begin() as session:
        append(session, [Event(name=EventName.KEY_REVOKED, stream="access", actor="operator", facts={})], at=now())


def _sign(desk: Desk) -> None:
    signer = load_signer(desk.folder / "data", ORIGIN)
    with desk.sessions() as sessions, sessions.begin() as session:
        sign_checkpoint(session, signer=signer, at=now())


def _sign_and_die(desk: Desk, step: int, mutant: str | None) -> None:
    """Signs, and dies before the numbered line of what is watched."""
    if mutant:
        FAULTS[mutant]()
    lines = 0

    def trace(frame, event, _):
        nonlocal lines
        if not frame.f_code.co_filename.endswith(WATCHED):
            return None
        if event == "line":
            lines += 1
            if lines == step:
                os._exit(9)
        return trace

    sys.settrace(trace)
    _sign(desk)
    sys.settrace(None)


def _roots(desk: Desk) -> dict[int, bytes]:
    """The root of each size that was signed and stored, and so may have been given away."""
    sessions = Sessions(desk.url)
    with sessions.read() as session:
        roots = dict(session.execute(select(CheckpointRow.size, CheckpointRow.root)).all())
    sessions.close()
    return roots


DRILLS = [Drill(name="signer-dies", run=_run, mutants={"signs-before-remembering": "two roots"})]
