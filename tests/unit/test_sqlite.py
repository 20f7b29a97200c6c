"""SQLite as the house opens it: WAL from the first start on, also where two start at once."""

import sqlite3

from service.database import Sessions, _switch_to_wal


class Waiting(sqlite3.Connection):
    """A connection whose wait for the write lock ends because the other lets it go."""

    other: sqlite3.Connection

    def execute(self, statement, *values):
        if statement == "BEGIN IMMEDIATE":
            self.other.execute("COMMIT")
        return super().execute(statement, *values)


def test_the_switch_to_wal_waits_for_anothers_lock(tmp_path):
    other = sqlite3.connect(tmp_path / "desk.sqlite3", isolation_level=None)
    other.execute("CREATE TABLE t (x)")
    other.execute("BEGIN IMMEDIATE")
    ours = sqlite3.connect(tmp_path / "desk.sqlite3", isolation_level=None, factory=Waiting)
    ours.other = other

    _switch_to_wal(ours)

    assert ours.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    ours.close()
    other.close()


def test_writes_are_durable_and_reads_cannot_write(tmp_path):
    opened = Sessions(f"sqlite:///{tmp_path / 'desk.sqlite3'}")
    with opened.begin() as session:
        connection = session.connection()
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2
    with opened.read() as session:
        assert session.connection().exec_driver_sql("PRAGMA query_only").scalar() == 1
    opened.close()
