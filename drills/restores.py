"""A backup is restored that is older than what was signed: the signer refuses until a new origin is declared."""

from pathlib import Path

from sqlalchemy import make_url, text

from drills.desks import DATABASES, Desk, desk_on
from drills.drill import Drill, Result
from drills.load import Load, clients, ledger_holds
from service.database import Sessions

BEFORE, AFTER = 40, 25  # requests before the backup, and after it
ORIGIN = "mandate-desk.example/ledger-after-restore"


def _run(database: str, mutant: str | None) -> Result:
    faults = mutant or ""
    with desk_on(database) as desk:
        kept = desk.folder / "backup"
        early = _sent(desk, BEFORE)
        broken = _said(desk.command("ledger", "checkpoint"), 0, "the first signature")
        broken += _said(desk.command("db", "backup", str(kept)), 0, "the backup")
        _sent(desk, AFTER)
        broken += _said(desk.command("ledger", "checkpoint"), 0, "the second signature")
        _lose(desk)
        broken += _said(desk.command("db", "restore", str(kept)), 0, "the restore")
        broken += _said(desk.command("ledger", "checkpoint", faults=faults), 73, "a signature over the older log")
        renamed = {"MANDATE_DESK_LEDGER_ORIGIN": ORIGIN}
        broken += _said(desk.command("ledger", "checkpoint", **renamed), 69, "an origin that was not declared")
        declare = ("ledger", "new-origin", "--reason", "restored")
        broken += _said(desk.command(*declare, **renamed), 0, "the new origin")
        broken += _said(desk.command(*declare, **renamed), 73, "the new origin twice")
        return Result(
            broken=broken + ledger_holds(desk, **renamed), facts={"requests in the backup": len(early.acknowledged)}
        )


def _sent(desk: Desk, count: int) -> Load:
    server = desk.serve(MANDATE_DESK_WORKER="apart")
    with clients(desk, [server], 4, name=f"{len(desk.servers)}") as load:
        load.wait_for_more(count)
    server.kill()
    return load


def _said(done, code: int, what: str) -> list[str]:
    if done.returncode == code:
        return []
    return [f"{what}: exit code {done.returncode} in place of {code}: {(done.stderr or done.stdout)[-200:]!r}"]


def _lose(desk: Desk) -> None:
    """The disaster: the database is gone, the signer's folder is not."""
    if desk.cluster is None:
        for end in ("", "-wal", "-shm"):
            Path(f"{make_url(desk.url).database}{end}").unlink(missing_ok=True)
        return
    sessions = Sessions(desk.url)
    with sessions.begin() as session:
        session.execute(text("DROP SCHEMA public CASCADE"))
        session.execute(text("CREATE SCHEMA public"))
    sessions.close()


def _on(database: str) -> Drill:
    return Drill(
        name=f"restore-{database}",
        run=lambda _, mutant: _run(database, mutant),
        mutants={"signer-forgets": "a signature over the older log"},
    )


DRILLS = [_on(database) for database in DATABASES]
