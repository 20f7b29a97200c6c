"""Least privilege on PostgreSQL: the service works whole as a role that cannot touch what is written."""

from uuid import uuid4

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import ProgrammingError
from starlette.testclient import TestClient

from service.app import create_app
from service.errors import Invalid
from service.grants import ADD_ONLY, EXTRA, grants
from service.tables import metadata
from service.worker import read_again, sign
from tests.letters import lead_item, send


@pytest.fixture(params=["postgresql"], ids=["postgresql"])
def database_url(request, postgres, postgres_template):
    """PostgreSQL alone: SQLite has no roles."""
    from tests.conftest import empty_postgres  # noqa: PLC0415  (shadows the fixture of both databases)

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


def test_the_service_works_as_the_role(portal, officer, restricted):
    client = TestClient(create_app(restricted))
    item = lead_item(client, officer, send(client, portal))
    held = client.post(f"/v1/items/{item['id']}/claim", headers=officer)
    tag = {"If-Match": held.headers["etag"]}
    given = client.post(f"/v1/items/{item['id']}/release", headers=officer | tag)

    assert (held.status_code, given.status_code) == (200, 200)
    assert not sign(restricted)
    assert not read_again(restricted)


@pytest.mark.parametrize("table", ADD_ONLY)
@pytest.mark.parametrize("change", ["DELETE FROM {}", "TRUNCATE {}", "UPDATE {} SET {} = {}"])
def test_what_is_written_cannot_be_changed_or_taken_away(restricted, table, change):
    column = next(iter(metadata.tables[table].columns)).name

    with pytest.raises(ProgrammingError, match="permission denied"), restricted.sessions.begin() as session:
        session.execute(text(change.format(table, column, column)))


def test_every_table_has_its_rights_thought_of():
    assert set(ADD_ONLY) | set(EXTRA) <= set(metadata.tables)
    assert set(ADD_ONLY) & set(EXTRA) == set()


def test_a_name_that_needs_quoting_is_refused():
    with pytest.raises(Invalid):
        grants("desk; DROP TABLE need")
