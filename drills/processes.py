"""Two serving processes on one embedded database: writers wait for each other and nobody is sent away."""

from drills.desks import desk_on
from drills.drill import Drill, Result
from drills.load import clients, record_holds

REQUESTS, CLIENTS = 300, 8


def _run(_seed: int, mutant: str | None) -> Result:
    with desk_on("sqlite") as desk:
        servers = [desk.serve(mutant or "", MANDATE_DESK_WORKER="apart") for _ in range(2)]
        with clients(desk, servers, CLIENTS) as load:
            load.wait_for_more(REQUESTS)
        sent_away = [f"{load.refused} calls were sent away"] if load.refused else []
        return Result(broken=sent_away + record_holds(desk, load), facts={"acknowledged": len(load.acknowledged)})


DRILLS = [Drill(name="two-processes-sqlite", run=_run, mutants={"deferred-begin": "sent away"})]
