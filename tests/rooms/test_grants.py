"""Least privilege on PostgreSQL: the service works whole as a role that cannot touch what is written."""

from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import ProgrammingError
from starlette.testclient import TestClient

import service.worker
from service.access.issue_key import key_prefix
from service.access.principal import Role
from service.app import create_app
from service.clock import now
from service.errors import Invalid
from service.flows.keys import end_key, make_principal
from service.grants import ADD_ONLY, EXTRA, grants
from service.tables import metadata
from service.worker import read_again, return_idle, sign
from tests.conftest import empty_postgres
from tests.letters import lead_item, send
from tests.rooms.test_worker import Down


@pytest.fixture(params=["postgresql"], ids=["postgresql"])
def database_url(request, postgres, postgres_template):
    """PostgreSQL alone: SQLite has no roles."""
    with empty_postgres(postgres, postgres_template) as url:
        yield url


@pytest.fixture
def role(sessions):
    """A role with the printed grants, gone afterwards, for roles belong to the whole server."""
    name = f"desk_{uuid4().hex[:12]}"
    with sessions.engine.begin() as owner:
        owner.execute(text(f"CREATE ROLE {name}"))
        for statement in grants(name):
            owner.execute(text(statement))
    yield name
    sessions.engine.dispose()
    with sessions.engine.connect() as owner:
        owner.execute(text("RESET ROLE"))
        owner.execute(text(f"DROP OWNED BY {name}"))
        owner.execute(text(f"DROP ROLE {name}"))
        owner.commit()


@pytest.fixture
def restricted(desk, role):
    """The desk, all of whose connections act as the role."""

    def become(connection, _record) -> None:
        connection.execute(f"SET ROLE {role}")
        connection.commit()

    desk.sessions.engine.dispose()
    event.listen(desk.sessions.engine, "connect", become)
    yield desk
    event.remove(desk.sessions.engine, "connect", become)


def test_the_service_works_as_the_role(portal, officer, restricted, monkeypatch):
    client = TestClient(create_app(restricted))
    item = lead_item(client, officer, send(client, portal))
    held = client.post(f"/v1/items/{item['id']}/claim", headers=officer)
    tag = {"If-Match": held.headers["etag"]}
    given = client.post(f"/v1/items/{item['id']}/release", headers=officer | tag)

    assert (held.status_code, given.status_code) == (200, 200)
    with monkeypatch.context() as patch:
        patch.setattr(restricted.reader, "matcher", Down())
        send(client, portal)
        assert not read_again(restricted)
    monkeypatch.setattr(service.worker, "now", lambda: now() + timedelta(days=8))
    assert read_again(restricted)
    again = client.post(f"/v1/items/{item['id']}/claim", headers=officer)
    sign(restricted)
    return_idle(restricted)
    last = client.post(f"/v1/items/{item['id']}/claim", headers=officer)
    ruled = client.post(
        f"/v1/items/{item['id']}/decide",
        json={"ruling": "noted", "reason": "For the file."},
        headers=officer | {"If-Match": last.headers["etag"]},
    )
    assert (again.status_code, ruled.status_code) == (200, 200), ruled.text
    with restricted.sessions.begin() as session:
        _, key = make_principal(
            session, role=Role.AUDITOR, name="A", member_state=None, teams=frozenset(), registered=False, at=now()
        )
        end_key(session, key_prefix(key), at=now())


@pytest.mark.parametrize("table", ADD_ONLY)
@pytest.mark.parametrize("change", ["DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET {} = {}"])
def test_what_is_written_cannot_be_changed_or_taken_away(restricted, table, change):
    column = next(iter(metadata.tables[table].columns)).name

    with pytest.raises(ProgrammingError, match="permission denied"), restricted.sessions.begin() as session:
        session.execute(text(change.format(table, column, column)))


def test_every_table_has_its_rights_thought_of():
    changing = {"principal", "api_key", "assistance_request", "need", "queue_item"}

    assert sorted([*ADD_ONLY, *EXTRA, *changing]) == sorted(metadata.tables)


@pytest.mark.parametrize("name", ["desk; DROP TABLE need", "public", "Desk", ""])
def test_a_name_that_is_no_plain_role_is_refused(name):
    with pytest.raises(Invalid):
        grants(name)
