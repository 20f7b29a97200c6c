"""Databases and servers that a drill may crash: each of its own, on loopback, gone at the end."""

import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from service.access.principal import Role
from service.clock import now
from service.database import Sessions
from service.flows.keys import make_principal
from service.tables import upgrade
from tests.postgres import Cluster, durable_cluster

DATABASES = ("sqlite", "postgresql")
ROOT = Path(__file__).parent.parent
OFFICE = "Office made up for the drills"


@dataclass(kw_only=True, slots=True)
class Desk:
    """A migrated database with a portal of Kenya and an officer of every team, and the servers started on it."""

    folder: Path
    url: str
    cluster: Cluster | None
    portal: dict[str, str] = field(default_factory=dict)
    officer: dict[str, str] = field(default_factory=dict)
    servers: list["Server"] = field(default_factory=list)

    def serve(self, faults: str = "", **settings: str) -> "Server":
        """Starts a server, with the named faults in it."""
        server = Server(self, faults, settings)
        self.servers.append(server)
        server.start()
        return server

    def command(self, *arguments: str, faults: str = "", **settings: str) -> subprocess.CompletedProcess:
        """Runs a command of the service on this desk."""
        command = [sys.executable, "-m", "drills.mutants", faults, *arguments]
        environment = self.environment(**settings)
        return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)

    def environment(self, **settings: str) -> dict[str, str]:
        """What a process on this desk is told."""
        return {
            "PATH": os.environ["PATH"],
            "MANDATE_DESK_DATA_DIR": str(self.folder / "data"),
            "MANDATE_DESK_DATABASE_URL": self.url,
            "MANDATE_DESK_PROVISIONAL_ACCEPTANCE_ALLOWED_BY": OFFICE,
            "SERVICE_ENCODER": "none",  # a quicker start; what is read does not matter here
            "PYTHONHASHSEED": "0",
        } | settings

    @contextmanager
    def sessions(self) -> Iterator[Sessions]:
        """The database, for looking at it."""
        opened = Sessions(self.url, lock_wait_seconds=60)
        try:
            yield opened
        finally:
            opened.close()


class Server:
    """A serving process that may be killed and started again on the same port."""

    def __init__(self, desk: Desk, faults: str, settings: dict[str, str]) -> None:
        self.desk, self.faults, self.settings = desk, faults, settings
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.process: subprocess.Popen | None = None

    def start(self) -> None:
        """Starts the process and waits until it can take requests."""
        with (self.desk.folder / "serve.log").open("a") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "drills.mutants", self.faults, "serve", "--port", str(self.port)],
                cwd=ROOT,
                env=self.desk.environment(**self.settings),
                stderr=log,
            )
        with httpx2.Client(transport=httpx2.HTTPTransport(retries=12), timeout=30) as client:
            client.get(f"{self.url}/readyz")

    def kill(self) -> None:
        """kill -9: nothing is flushed, nothing said."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def running(self) -> bool:
        """Whether the process lives."""
        return self.process.poll() is None


@contextmanager
def desk_on(database: str, *options: str) -> Iterator[Desk]:
    """A desk on a new database of the kind; ``options`` are PostgreSQL's."""
    with tempfile.TemporaryDirectory(prefix="desk-drill-", ignore_cleanup_errors=True) as name:
        Path(name).chmod(0o755)  # PostgreSQL runs as another user
        with desk_in(Path(name), database, *options) as desk:
            yield desk


@contextmanager
def desk_in(folder: Path, database: str, *options: str) -> Iterator[Desk]:
    """The same in a folder of the caller's."""
    if database == "sqlite":
        yield from _desk(folder, f"sqlite:///{folder / 'desk.sqlite3'}", None)
        return
    with durable_cluster(folder, *options) as cluster:
        yield from _desk(folder, cluster.url, cluster)


def _desk(folder: Path, url: str, cluster: Cluster | None) -> Iterator[Desk]:
    desk = Desk(folder=folder, url=url, cluster=cluster)
    with desk.sessions() as sessions:
        upgrade(sessions)
        desk.portal = _caller(sessions, Role.PORTAL, member_state="KEN", registered=True)
        desk.officer = _caller(sessions, Role.SUPERVISOR)
    try:
        yield desk
    finally:
        for server in desk.servers:
            if server.running():
                server.kill()


def _caller(sessions: Sessions, role: Role, **properties) -> dict[str, str]:
    values = {"member_state": None, "teams": frozenset(), "registered": False, **properties}
    with sessions.begin() as session:
        _, key = make_principal(session, role=role, name=f"Drill's {role}", at=now(), **values)
    return {"Authorization": f"Bearer {key}"}
