"""Many officers empty a long queue at once: no item is given twice, none is left."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx2
from sqlalchemy import func, select

from drills.desks import Desk, desk_on
from drills.drill import Drill, Result
from drills.seed import items_waiting
from service.casework.models import QueueItemRow
from service.ledger.events import EventName
from service.ledger.models import LeafRow

OFFICERS, ITEMS, MANY_PROCESSES_ITEMS, MUTANT_ITEMS = 32, 10_000, 2_000, 600


def _run(database: str, processes: int, items: int, mutant: str | None) -> Result:
    count = MUTANT_ITEMS if mutant else items
    with desk_on(database) as desk:
        team = items_waiting(desk, count)
        servers = [desk.serve(mutant or "", MANDATE_DESK_WORKER="apart") for _ in range(processes)]
        urls = [f"{servers[officer % processes].url}/v1/queues/{team}/claim-next" for officer in range(OFFICERS)]
        gate = threading.Barrier(OFFICERS)
        with ThreadPoolExecutor(OFFICERS) as pool:
            taken = [pool.submit(_claim_all, desk, url, gate) for url in urls]
        given = Counter(item for one in taken for item in one.result())
        return Result(
            broken=_broken(desk, given, count, team),
            facts={"officers": OFFICERS, "server processes": processes, "claimed": len(given)},
        )


def _claim_all(desk: Desk, url: str, gate: threading.Barrier) -> list[str]:
    """Claims until nothing waits; an answer that is neither an item nor the end stands as one."""
    given = []
    with httpx2.Client(timeout=120, headers=desk.officer) as client:
        gate.wait()
        while (answer := client.post(url)).status_code == 200:
            given.append(answer.json()["id"])
    return given if answer.status_code == 204 else [*given, f"{answer.status_code}: {answer.text[:200]}"]


def _broken(desk: Desk, given: Counter, count: int, team: str) -> list[str]:
    twice = [item for item, times in given.items() if times > 1]
    broken = [f"{len(twice)} items were given twice, as {twice[0]}"] if twice else []
    if len(given) != count:
        broken.append(f"{count} items waited, {len(given)} were given: {list(given)[-1:]}")
    with desk.sessions() as sessions, sessions.read() as session:
        claims = select(func.count()).where(LeafRow.event == str(EventName.ITEM_CLAIMED))
        leaves = session.scalar(claims)
        left = session.scalar(select(func.count()).where(QueueItemRow.team == team, QueueItemRow.state == "waiting"))
    if (leaves, left) != (count, 0):
        broken.append(f"{leaves} leaves of claims, {left} items still waiting")
    return broken


def _on(database: str, processes: int, items: int, mutants: dict[str, str]) -> Drill:
    return Drill(
        name=f"claims-{database}" + (f"-{processes}-processes" if processes > 1 else ""),
        run=lambda _, mutant: _run(database, processes, items, mutant),
        mutants=mutants,
    )


TWICE = {"naive-claim": "were given twice"}
DRILLS = [
    _on("sqlite", 1, ITEMS, TWICE),
    _on("postgresql", 1, ITEMS, TWICE),
    _on("postgresql", 3, MANY_PROCESSES_ITEMS, TWICE),
    _on("sqlite", 2, MANY_PROCESSES_ITEMS, {"deferred-begin": "503"}),
]
