"""The doctor finds what is wrong with an installation, and nothing where all is well."""

from dataclasses import replace

import pytest
from sqlalchemy import delete, text, update

from service.clock import now
from service.doctor import examine
from service.ledger.checkpoint import sign_checkpoint
from service.ledger.models import LeafRow
from tests.letters import send

# The tests' PostgreSQL runs without waiting for the disk, and its tables belong to who looks at them.
BAD_IN_TESTS = {"sqlite": set(), "postgresql": {"fsync", "full_page_writes", "synchronous_commit"}}


@pytest.fixture
def signed(client, portal, desk):
    send(client, portal)
    with desk.sessions.begin() as session:
        sign_checkpoint(session, signer=desk.signer, at=now())


def bad(desk) -> set[str]:
    return {sign.name for sign in examine(desk) if sign.state == "bad"} - BAD_IN_TESTS[desk.sessions.dialect]


def states(desk) -> dict[str, str]:
    return {sign.name: sign.state for sign in examine(desk)}


def test_a_sound_desk_has_no_bad_sign(desk, signed):
    found = states(desk)

    assert bad(desk) == set()
    assert {found[name] for name in ("schema", "leaves", "tree", "checkpoint", "signer", "signing key")} == {"ok"}


def test_a_database_that_does_not_wait_for_the_disk_is_bad(desk):
    if desk.sessions.dialect == "postgresql":
        assert {states(desk)[name] for name in BAD_IN_TESTS["postgresql"]} == {"bad"}
        return
    with desk.sessions.engine.connect() as connection:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("PRAGMA synchronous=NORMAL")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    assert states(desk)["durability"] == "bad"


def test_an_edited_leaf_is_bad(desk, signed):
    with desk.sessions.begin() as session:
        session.execute(update(LeafRow).where(LeafRow.leaf_index == 2).values(leaf=b"{}"))

    assert bad(desk) == {"signer", "tree"}


def test_a_lost_leaf_is_bad(desk, signed):
    with desk.sessions.begin() as session:
        session.execute(delete(LeafRow).where(LeafRow.leaf_index == 1))

    assert bad(desk) >= {"leaves", "tree"}


def test_a_log_shorter_than_what_was_signed_is_bad(desk, signed):
    desk.signer.remember(replace(desk.signer.remembered(), size=1000))

    assert bad(desk) == {"signer"}


def test_a_log_that_is_another_than_what_was_signed_is_bad(desk, signed):
    memory = desk.signer.remembered()
    desk.signer.remember(replace(memory, root=b"\1" * 32))

    assert bad(desk) == {"signer"}


def test_a_database_without_tables_is_bad_and_no_traceback(desk):
    with desk.sessions.begin() as session:
        session.execute(text("DROP TABLE task"))
    found = states(desk)

    assert found["work"] == "bad"
    assert found["disk"] in ("ok", "warning")


def test_a_key_that_others_can_read_is_bad(desk, signed):
    (desk.signer.folder / "signing-key").chmod(0o644)

    assert bad(desk) == {"signing key"}


def test_another_schema_is_bad(desk, signed):
    with desk.sessions.begin() as session:
        session.execute(text("UPDATE alembic_version SET version_num = 'older'"))

    assert "schema" in bad(desk)


def test_unsigned_leaves_are_a_warning(client, portal, desk, signed, monkeypatch):
    send(client, portal)
    assert states(desk)["checkpoint"] == "ok"
    monkeypatch.setattr("service.doctor.SIGNING_SECONDS", -1)

    assert states(desk)["checkpoint"] == "warning"
