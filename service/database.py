"""Engines and sessions on both databases, and the column types that behave alike on them."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from sqlalchemy import JSON, DateTime, Engine, MetaData, create_engine, event, literal, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from service.errors import Unavailable

WAL_TRIES = 20
STATEMENT_TIMEOUT = "57014"  # SQLSTATE query_canceled
Json = JSON().with_variant(JSONB(), "postgresql")

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """Parent of every table class; constraints are named so that migrations can speak of them."""

    metadata = MetaData(naming_convention=NAMES)


class UtcDateTime(TypeDecorator):
    """An aware datetime in UTC on both databases; a naive one is refused, for it would be read as local time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Sessions:
    """The two ways to the database: ``begin()`` writes in one transaction, ``read()`` cannot write.

    On SQLite all writes go over a single connection: it is the in-process write lock (without one, 16 connections
    see a p99 of 1 s against 30 ms), and it keeps checkpoints on the writing connection, which the WAL-reset fault of
    SQLite before 3.51.3 needs.
    """

    def __init__(
        self, url: str, *, pool_size: int = 10, lock_wait_seconds: int = 10, statement_seconds: int = 60
    ) -> None:
        self.dialect = make_url(url).get_backend_name()
        make = {"sqlite": _sqlite_engines, "postgresql": _postgresql_engines}.get(self.dialect)
        if make is None:
            raise ValueError(f"no support for the database {self.dialect!r}; use sqlite or postgresql")
        self.engine, self._reads = make(url, pool_size, lock_wait_seconds, statement_seconds)

    @contextmanager
    def begin(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with _translated(), Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def read(self) -> Iterator[Session]:
        """One consistent view of the database that refuses writes."""
        with _translated(), Session(self._reads) as session, session.begin():
            yield session

    def close(self) -> None:
        """Closes every connection."""
        self.engine.dispose()
        self._reads.dispose()


def insert_new(session: Session, table: type[Base], values: dict) -> bool:
    """Inserts the row unless a unique key stands in its way; says whether it did.

    A concurrent insert of the same key is waited for, so that False means: the other row is there, committed.
    """
    dialect = {"sqlite": sqlite, "postgresql": postgresql}[session.get_bind().dialect.name]
    statement = dialect.insert(table).values(**values).on_conflict_do_nothing().returning(literal(True))
    return session.connection().execute(statement).first() is not None


@contextmanager
def _translated() -> Iterator[None]:
    """A database that is down, locked or full is not the caller's fault: 503, try again with the same key."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("The database is busy; try again.", code="database-busy") from error
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) == STATEMENT_TIMEOUT:
            raise Unavailable("The database took too long; try again.", code="statement-timeout") from error
        if isinstance(error, OperationalError) or error.connection_invalidated:
            raise Unavailable("The database cannot be reached or is full; try again.", code="database-down") from error
        raise


def _sqlite_engines(url: str, pool_size: int, lock_wait: int, _statement: int) -> tuple[Engine, Engine]:
    writes = create_engine(url, pool_size=1, max_overflow=0, pool_timeout=lock_wait)
    reads = create_engine(url, pool_size=pool_size, max_overflow=pool_size, pool_timeout=lock_wait)
    _prepare_sqlite(writes, begin="BEGIN IMMEDIATE", pragmas=("synchronous=FULL",), wait=lock_wait, wal=True)
    _prepare_sqlite(reads, begin="BEGIN", pragmas=("query_only=ON",), wait=lock_wait)
    return writes, reads


def _prepare_sqlite(engine: Engine, *, begin: str, pragmas: tuple[str, ...], wait: int, wal: bool = False) -> None:
    """Takes BEGIN out of the driver's hands: its legacy mode starts no transaction before a SELECT."""

    @event.listens_for(engine, "connect")
    def connect(connection, _record) -> None:
        connection.isolation_level = None
        for pragma in (f"busy_timeout={wait * 1000}", "foreign_keys=ON", *pragmas):
            connection.execute(f"PRAGMA {pragma}")
        if wal:
            _switch_to_wal(connection)

    @event.listens_for(engine, "begin")
    def start(connection) -> None:
        connection.exec_driver_sql(begin)


def _switch_to_wal(connection: sqlite3.Connection) -> None:
    """The switch does not heed busy_timeout, so that two first starts at once collide: wait for the other's lock."""
    for _ in range(WAL_TRIES):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
            return
        except sqlite3.OperationalError:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("COMMIT")
    connection.execute("PRAGMA journal_mode=WAL")


def _postgresql_engines(url: str, pool_size: int, lock_wait: int, statement: int) -> tuple[Engine, Engine]:
    limits = {
        "lock_timeout": f"{lock_wait}s",
        "statement_timeout": f"{statement}s",
        "idle_in_transaction_session_timeout": "60s",
        "timezone": "UTC",
    }
    options = " ".join(f"-c {name}={value}" for name, value in limits.items())
    engine = create_engine(
        make_url(url).set(drivername="postgresql+psycopg"),
        pool_size=pool_size,
        max_overflow=pool_size,
        pool_timeout=lock_wait,
        pool_pre_ping=True,
        pool_recycle=1800,
        connect_args={"options": options, "connect_timeout": 5},
    )
    return engine, engine.execution_options(postgresql_readonly=True, isolation_level="REPEATABLE READ")
