"""The disk is full under load: refusals say when to come again, nothing is acknowledged without its row, and work goes
on by itself when there is space. Needs root, for a small disk of its own."""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from drills.desks import Desk, desk_in
from drills.drill import Drill, Result
from drills.load import clients, record_holds

CLIENTS, REFUSALS, RESUMES_WITHIN = 8, 40, 10.0
SIZES = {"sqlite": 24, "postgresql": 160}  # MiB; PostgreSQL takes about 60 for itself
LEFT = 2 * 1024 * 1024  # bytes that are free when the load begins


def _run(database: str, mutant: str | None) -> Result:
    with _small_disk(SIZES[database]) as disk, desk_in(disk, database) as desk:
        server = desk.serve(mutant or "", MANDATE_DESK_WORKER="apart")
        filler = disk / "filler"
        with clients(desk, [server], CLIENTS) as load:
            load.wait_for_more(20)
            _fill(disk, filler)
            load.wait_for_refusals(REFUSALS)
            before = len(load.acknowledged)
            filler.unlink()
            _revive(desk)
            freed = time.monotonic()
            load.wait_for_more(1)
            waited = time.monotonic() - freed
            load.wait_for_more(20)
        broken = [] if load.refused >= REFUSALS else [f"refused {load.refused} calls with the disk full"]
        if waited > RESUMES_WITHIN:
            broken.append(f"went on {waited:.1f} s after there was space")
        if not server.running():
            broken.append("the server did not survive")
        return Result(
            broken=broken + record_holds(desk, load),
            facts={"refused": load.refused, "acknowledged until full": before, "went on after": round(waited, 1)},
        )


def _fill(disk: Path, filler: Path) -> None:
    """Takes all but a little of the disk."""
    status = subprocess.run(["df", "--output=avail", "-B1", disk], capture_output=True, text=True, check=True)
    free = int(status.stdout.split()[-1])
    with filler.open("wb") as file:
        file.write(b"\0" * max(0, free - LEFT))


def _revive(desk: Desk) -> None:
    """PostgreSQL stops itself where it cannot write its log; its supervisor starts it again when there is space."""
    if desk.cluster is not None and not desk.cluster.running():
        desk.cluster.start()


@contextmanager
def _small_disk(size: int) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="desk-disk-") as name:
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}m,mode=755", "tmpfs", name], check=True)
        try:
            yield Path(name)
        finally:
            subprocess.run(["umount", "--lazy", name], check=True)


def _on(database: str) -> Drill:
    return Drill(
        name=f"disk-full-{database}",
        run=lambda _, mutant: _run(database, mutant),
        mutants={"commit-after-response": "is lost"},
    )


DRILLS = [_on(database) for database in SIZES]
