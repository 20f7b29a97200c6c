"""Looks at an installation as an experienced operator would: settings, durability, schema, ledger, signer, backlog."""

import shutil
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.clock import now
from service.desk import Desk
from service.errors import ServiceError
from service.ledger.merkle import EMPTY, leaf_hash
from service.ledger.models import LeafRow
from service.ledger.note import CheckpointBody
from service.ledger.queries import head, latest_checkpoint, leaves
from service.ledger.signer import KEY
from service.tables import schema_is_current
from service.tasks.lease import backlog

FREE_BYTES = 1024**3  # under which a disk is called nearly full
CLOCK_SECONDS = 5  # by which our clock and the database's may differ
LATE_SECONDS = 3_900  # an idle ledger is signed hourly; five minutes of grace
SIGNING_SECONDS = 60  # a grown one within 5 s; the rest is grace
OLD_SECONDS = 900
WANTED = {
    "fsync": ("on",),
    "full_page_writes": ("on",),
    "synchronous_commit": ("on", "local", "remote_write", "remote_apply"),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Sign:
    """One thing looked at: ``state`` is "ok", "warning" (look at it this week) or "bad" (now); ``detail`` says why."""

    name: str
    state: str
    detail: str


def examine(desk: Desk) -> list[Sign]:
    """All signs; a look that fails is a bad sign beside those found before, not an error."""
    return [sign for look in LOOKS for sign in _signs(look, desk)]


def _signs(look: Callable[[Desk], Iterator[Sign]], desk: Desk) -> Iterator[Sign]:
    try:
        yield from look(desk)
    except (ServiceError, SQLAlchemyError, OSError, ValueError) as error:
        detail = getattr(error, "detail", None) or f"{type(error).__name__}: cannot be looked at"
        yield _sign(look.__name__.strip("_"), "bad", detail)


def _sign(name: str, state: bool | str, detail: object) -> Sign:
    return Sign(name=name, state={True: "ok", False: "bad"}.get(state, state), detail=str(detail))


def _database(desk: Desk) -> Iterator[Sign]:
    with desk.sessions.read() as session:
        current = schema_is_current(session)
        yield _sign("schema", current, "current" if current else "not this version's; run: mandate-desk db upgrade")
        differ = abs((now() - _database_clock(session)).total_seconds())
        yield _sign("clock", differ <= CLOCK_SECONDS or "warning", f"{differ:.1f} s from the database's")
        yield from _postgresql(session) if desk.sessions.dialect == "postgresql" else ()
    if desk.sessions.dialect == "sqlite":
        yield from _sqlite(desk)


def _sqlite(desk: Desk) -> Iterator[Sign]:
    with desk.sessions.engine.connect() as writes:  # durability is a setting of the connection that writes
        journal, synchronous = (writes.scalar(text(f"PRAGMA {name}")) for name in ("journal_mode", "synchronous"))
    yield _sign("durability", (journal, synchronous) == ("wal", 2), f"journal {journal}, synchronous {synchronous}")
    with desk.sessions.read() as session:
        faults = session.scalars(text("PRAGMA quick_check(3)")).all()
        version = session.scalar(text("SELECT sqlite_version()"))
    yield _sign("pages", faults == ["ok"], "; ".join(faults))
    yield _sign("version", True, f"SQLite {version}; production wants PostgreSQL")


def _postgresql(session: Session) -> Iterator[Sign]:
    for name, wanted in WANTED.items():
        value = session.scalar(text("SELECT current_setting(:name)"), {"name": name})
        yield _sign(name, value in wanted, value)
    version = session.scalar(text("SELECT current_setting('server_version_num')::int"))
    yield _sign("version", version >= 130000 or "warning", f"PostgreSQL {version // 10000}; 13 or newer is tested")
    encoding = session.scalar(text("SELECT current_setting('server_encoding')"))
    yield _sign("encoding", encoding == "UTF8", encoding)
    may = session.scalar(text("SELECT has_table_privilege('ledger_leaf', 'UPDATE, DELETE, TRUNCATE')"))
    detail = "the service could rewrite leaves; see `mandate-desk db grants`" if may else "leaves can only be added"
    yield _sign("privileges", "warning" if may else "ok", detail)


def _ledger(desk: Desk) -> Iterator[Sign]:
    memory, at = _memory(desk), now()  # before the log is looked at: it grows meanwhile, and is signed again
    with desk.sessions.read() as session:
        tree, last = head(session), latest_checkpoint(session, desk.settings.ledger_origin)
        age = None if last is None else (at - last.signed_at).total_seconds()
        limit = LATE_SECONDS if last is None or last.size == tree.size else SIGNING_SECONDS
        late = "warning" if age is None or age > limit else "ok"
        yield _sign("checkpoint", late, "none yet" if age is None else f"over {last.size} leaves, {age:.0f} s ago")
        count, highest = session.execute(select(func.count(), func.max(LeafRow.leaf_index)).select_from(LeafRow)).one()
        whole = count == tree.size == (-1 if highest is None else highest) + 1
        yield _sign("leaves", whole, f"{count} rows for {tree.size} leaves, the last is {highest}")
        again, signed = EMPTY, None
        for leaf in leaves(session, first=0, end=tree.size):
            again, _ = again.append(leaf_hash(leaf))
            if memory is not None and again.size == memory.size:
                signed = again.root()
        same = again.root() == tree.root()
        yield _sign("tree", same, "hashes to its root" if same else "the leaves do not hash to the stored root")
    if memory is not None and memory.size:
        yield _sign("signer", signed == memory.root, _signed(memory.size, tree.size, signed == memory.root))


def _signed(size: int, there: int, same: bool) -> str:
    if size > there:
        return f"signed {size} leaves, more than there are: restored?"
    return f"signed {size} leaves{'' if same else ', which were others'}"


def _memory(desk: Desk) -> CheckpointBody | None:
    """What was signed last; None where no key was made yet, for to look must not make one."""
    return desk.signer.remembered() if _key(desk).exists() else None


def _key(desk: Desk) -> Path:
    return desk.settings.data_dir / "ledger" / KEY


def _signing_key(desk: Desk) -> Iterator[Sign]:
    if not _key(desk).exists():
        yield _sign("signing key", "warning", f"none at {_key(desk)}: made at the first signature")
        return
    mode = stat.S_IMODE(_key(desk).stat().st_mode)
    yield _sign("signing key", mode & 0o077 == 0, f"mode {mode:o}, origin {desk.signer.key.name}")


def _work(desk: Desk) -> Iterator[Sign]:
    with desk.sessions.read() as session:
        waiting = backlog(session)
    for kind, count, since in waiting:
        age = (now() - since).total_seconds()
        yield _sign(f"tasks {kind}", "warning" if age > OLD_SECONDS else "ok", f"{count}, the oldest {age:.0f} s old")
    if not waiting:
        yield _sign("tasks", True, "none wait")


def _machine(desk: Desk) -> Iterator[Sign]:
    free = shutil.disk_usage(desk.settings.data_dir).free
    yield _sign("disk", free >= FREE_BYTES or "warning", f"{free // 1024**2} MiB free beside the data")
    engine = desk.reader.matcher.engine
    yield _sign("engine", "warning" if engine.endswith("e.none") else "ok", engine)
    yield _sign("catalogue", True, f"{desk.catalogue.current.slug}, {desk.catalogue.current.status}")


LOOKS = (_database, _ledger, _signing_key, _work, _machine)


def _database_clock(session: Session):
    dialect = session.get_bind().dialect.name
    if dialect == "sqlite":
        return now()  # the same machine's
    return session.scalar(text("SELECT clock_timestamp()"))
