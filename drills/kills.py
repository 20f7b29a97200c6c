"""The server is killed under load: every acknowledged request is there once, with its leaf."""

import random

from drills.desks import DATABASES, desk_on
from drills.drill import Drill, Result
from drills.load import clients, record_holds

KILLS, CLIENTS, MUTANT_KILLS = 60, 8, 15


def _run(database: str, seed: int, mutant: str | None) -> Result:
    chance, kills = random.Random(seed), 0
    with desk_on(database) as desk:
        server = desk.serve(mutant or "", MANDATE_DESK_WORKER="apart" if mutant else "inside")
        with clients(desk, [server], CLIENTS) as load:
            for _ in range(MUTANT_KILLS if mutant else KILLS):
                load.wait_for_more(chance.randint(3, 30))
                if load.broken:
                    break
                server.kill()
                kills += 1
                server.start()
        return Result(
            broken=record_holds(desk, load),
            facts={
                "kills": kills,
                "acknowledged": len(load.acknowledged),
                "calls": load.calls,
                "sent again": load.retried,
            },
        )


def _on(database: str) -> Drill:
    return Drill(
        name=f"kill-server-{database}",
        run=lambda seed, mutant: _run(database, seed, mutant),
        mutants={"commit-after-response": "is lost", "leaf-outside-transaction": "requests, "},
    )


DRILLS = [_on(database) for database in DATABASES]
