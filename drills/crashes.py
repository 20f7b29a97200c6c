"""PostgreSQL crashes under load, as in a power cut: nothing acknowledged is lost, and unknown outcomes are told by
sending the key again."""

import random

from drills.desks import desk_on
from drills.drill import Drill, Result
from drills.load import clients, record_holds

CRASHES, CLIENTS, MUTANT_CRASHES = 200, 8, 20
NOT_DURABLE = "synchronous-commit-off"


def _run(seed: int, mutant: str | None) -> Result:
    chance, crashes = random.Random(seed), 0
    options = ("-c synchronous_commit=off -c wal_writer_delay=10s",) if mutant == NOT_DURABLE else ()
    with desk_on("postgresql", *options) as desk:
        server = desk.serve()
        with clients(desk, [server], CLIENTS) as load:
            for _ in range(MUTANT_CRASHES if mutant else CRASHES):
                load.wait_for_more(chance.randint(1, 20))
                if load.broken:
                    break
                desk.cluster.crash()
                crashes += 1
                desk.cluster.start()
        survived = [] if server.running() else ["the server did not survive"]
        return Result(
            broken=survived + record_holds(desk, load),
            facts={"crashes": crashes, "acknowledged": len(load.acknowledged), "sent again": load.retried},
        )


DRILLS = [Drill(name="crash-postgresql", run=_run, mutants={NOT_DURABLE: "is lost"})]
