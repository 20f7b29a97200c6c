"""Fixtures: every test that takes ``sessions``, ``desk`` or ``client`` runs on SQLite and on a real PostgreSQL."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import create_engine, make_url, text
from starlette.testclient import TestClient

from service.access.principal import Role
from service.app import create_app
from service.casework.routing_table import load_table
from service.clock import now
from service.database import Sessions
from service.desk import Desk
from service.flows.keys import make_principal
from service.flows.reading import Reader
from service.mandate.catalogue import load_catalogue
from service.mandate.states import load_states
from service.matching.matcher import load_matcher
from service.settings import Settings
from service.tables import upgrade
from tests.postgres import postgres_url

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    with postgres_url() as url:
        yield url


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory) -> Path:
    """A migrated, empty SQLite file, to be copied."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    _migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def postgres_template(postgres) -> Iterator[str]:
    """The name of a migrated, empty PostgreSQL database, to be copied."""
    with empty_postgres(postgres) as url:
        _migrate(url)
        yield make_url(url).database


@pytest.fixture(params=DATABASES)
def database_url(request, tmp_path) -> Iterator[str]:
    """A migrated, empty database of its own for this test."""
    if request.param == "sqlite":
        copy = shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "desk.sqlite3")
        yield f"sqlite:///{copy}"
        return
    with empty_postgres(request.getfixturevalue("postgres"), request.getfixturevalue("postgres_template")) as url:
        yield url


@pytest.fixture
def sessions(database_url) -> Iterator[Sessions]:
    opened = Sessions(database_url, pool_size=20)
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def matcher():
    loaded = load_matcher(load_catalogue())
    loaded.warm_up()
    return loaded


@pytest.fixture
def settings(database_url, tmp_path) -> Settings:
    return Settings(
        data_dir=tmp_path / "data",
        database_url=database_url,
        provisional_acceptance_allowed_by="Office made up for the tests",
    )


@pytest.fixture
def desk(settings, sessions, matcher) -> Iterator[Desk]:
    settings.data_dir.mkdir()
    reader = Reader(matcher, catalogue=load_catalogue().digest, workers=2, wait_seconds=60)
    yield Desk(
        settings=settings,
        sessions=sessions,
        catalogue=load_catalogue(),
        states=load_states(),
        routing=load_table(),
        reader=reader,
    )
    reader.close()


@pytest.fixture
def client(desk) -> TestClient:
    return TestClient(create_app(desk))


@pytest.fixture
def make(desk) -> Callable[..., dict[str, str]]:
    """Makes a principal and gives the headers with which it calls."""

    def headers(role: Role | str, **properties) -> dict[str, str]:
        values = {"member_state": None, "teams": frozenset(), "registered": False, **properties}
        values["name"] = values.get("name", f"{role} {uuid4().hex[:8]}")
        with desk.sessions.begin() as session:
            _, key = make_principal(session, role=Role(role), at=now(), **values)
        return {"Authorization": f"Bearer {key}"}

    return headers


@pytest.fixture
def portal(make) -> dict[str, str]:
    """A portal of Kenya, registered by note verbale."""
    return make("portal", member_state="KEN", registered=True)


@pytest.fixture
def officer(make, desk) -> dict[str, str]:
    """An officer of every team."""
    return make("officer", teams=frozenset(desk.routing.teams))


def with_settings(desk: Desk, **changes) -> Desk:
    """The same desk under other settings."""
    return replace(desk, settings=desk.settings.model_copy(update=changes))


@contextmanager
def empty_postgres(server: str, template: str = "template1") -> Iterator[str]:
    """The URL of a new database on the server, dropped afterwards, for the server may be somebody's own."""
    name = f"desk_test_{uuid4().hex}"
    _admin(server, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield make_url(server).set(database=name).render_as_string(hide_password=False)
    _admin(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _migrate(url: str) -> None:
    made = Sessions(url)
    upgrade(made)
    made.close()


def _admin(server: str, statement: str) -> None:
    engine = create_engine(make_url(server).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()
