"""The service with one deliberate fault in it, served: ``python -m drills.mutants FAULT serve ...``.

Each fault is one that was made somewhere before; a drill that does not catch it proves nothing.
"""

import os
import signal
import sys
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from functools import partial

from sqlalchemy.orm import Session

import service.casework.claim
import service.database
import service.flows.submit
from service.casework.models import QueueItemRow
from service.cli.main import main
from service.database import Sessions
from service.ledger.signer import Signer

BETWEEN = 0.03  # seconds in which a kill finds the fault; a real one would be hit as surely, only less often
_begin, _read = Sessions.begin, Sessions.read
_here = threading.local()


def commit_after_response() -> None:
    """The answer leaves before the commit, as with a session from a ``yield`` dependency."""

    @contextmanager
    def begin(self: Sessions):
        session = Session(self.engine, expire_on_commit=False)
        session.begin()
        try:
            yield session
        except BaseException:
            session.close()
            raise
        _here.pending = session

    @contextmanager
    def read(self: Sessions):
        pending, _here.pending = getattr(_here, "pending", None), None
        if pending is not None:
            yield pending
            threading.Timer(BETWEEN, lambda: (pending.commit(), pending.close())).start()
            return
        with _read(self) as session:
            yield session

    Sessions.begin, Sessions.read = begin, read


def leaf_outside_transaction() -> None:
    """The leaf is written in a transaction of its own, after that of the request."""
    append = service.flows.submit.append

    def later(session, events, *, at) -> None:
        _here.events = (events, at)

    @contextmanager
    def begin(self: Sessions):
        with _begin(self) as session:
            yield session
        left, _here.events = getattr(_here, "events", None), None
        if left is not None:
            time.sleep(BETWEEN)
            with _begin(self) as session:
                append(session, left[0], at=left[1])

    service.flows.submit.append, Sessions.begin = later, begin


def naive_claim() -> None:
    """Looks for the head of the queue in one transaction and takes it in another."""
    find = service.casework.claim.next_waiting

    def next_waiting(session: Session, team: str) -> QueueItemRow | None:
        with Session(_engine(session)) as other:
            other.connection().exec_driver_sql("SELECT 1")
            found = find(other, team)
            item = found and found.id
        return item and session.get(QueueItemRow, item)

    def hold(session: Session, row: QueueItemRow, caller, at) -> None:
        row.state, row.holder_id, row.claimed_at = "claimed", caller.id, at
        row.version += 1
        session.flush()

    service.casework.claim.next_waiting, service.casework.claim._hold = next_waiting, hold


def deferred_begin() -> None:
    """SQLite's transactions begin as readers and ask for the write lock half-way."""
    prepare = service.database._prepare_sqlite

    def deferred(engine, *, begin, **rest) -> None:
        prepare(engine, begin="BEGIN", **rest)

    service.database._prepare_sqlite = deferred


def key_taken_blindly() -> None:
    """The key is looked up before the work and kept, but nobody heeds that it is there: calls at once are all done."""
    keep = service.flows.submit.keep_answer

    def blindly(*given, **named) -> bool:
        keep(*given, **named)
        return True

    service.flows.submit.keep_answer = blindly


def die_between_commit_and_answer() -> None:
    """No fault of the code: every few writes the process dies with the commit done and the answer unsent."""
    count, lock = [0], threading.Lock()
    every = int(os.environ["DRILL_DIE_EVERY"])

    @contextmanager
    def begin(self: Sessions):
        with _begin(self) as session:
            yield session
        with lock:
            count[0] += 1
            if count[0] % every == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    Sessions.begin = begin


def signer_forgets() -> None:
    """The signer takes the database's word for what it signed last."""
    Signer.remembered = lambda _: None


def signs_before_remembering() -> None:
    """The note is stored before the signer's memory is."""
    remember = Signer.remember

    def later(signer: Signer, body) -> None:
        _here.late = partial(remember, signer, body)

    @contextmanager
    def begin(self: Sessions):
        with _begin(self) as session:
            yield session
        late, _here.late = getattr(_here, "late", None), None
        if late is not None:
            late()

    Signer.remember, Sessions.begin = later, begin


def _engine(session: Session):
    """Another connection to the session's database, for SQLite's writer is taken."""
    engine = session.get_bind()
    if engine.dialect.name != "sqlite":
        return engine
    if not hasattr(_here, "other"):
        _here.other = Sessions(engine.url.render_as_string(hide_password=False))
    return _here.other._reads


FAULTS: dict[str, Callable[[], None]] = {
    name.replace("_", "-"): fault
    for name, fault in list(globals().items())
    if callable(fault) and getattr(fault, "__module__", "") == __name__ and not name.startswith("_")
}

if __name__ == "__main__":
    for name in filter(None, sys.argv.pop(1).split(",")):
        FAULTS[name]()
    main()
