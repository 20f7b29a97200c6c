"""Many officers empty a long queue at once: no item is given twice, none is left."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx2
from sqlalchemy import func, select

from drills.desks import DATABASES, Desk, desk_on
from drills.drill import Drill, Result
from drills.seed import items_waiting
from service.casework.models import QueueItemRow
from service.ledger.events import EventName
from service.ledger.models import LeafRow

OFFICERS, ITEMS, MUTANT_ITEMS = 32, 10_000, 600


def _run(database: str, mutant: str | None) -> Result:
    count = MUTANT_ITEMS if mutant else ITEMS
    with desk_on(database) as desk:
        team = items_waiting(desk, count)
        server = desk.serve(mutant or "")
        gate = threading.Barrier(OFFICERS)
        with ThreadPoolExecutor(OFFICERS) as pool:
            taken = [
                pool.submit(_claim_all, desk, f"{server.url}/v1/queues/{team}/claim-next", gate)
                for _ in range(OFFICERS)
            ]
        given = Counter(item for one in taken for item in one.result())
        return Result(broken=_broken(desk, given, count, team), facts={"officers": OFFICERS, "claimed": len(given)})


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


def _on(database: str) -> Drill:
    return Drill(
        name=f"claims-{database}",
        run=lambda _, mutant: _run(database, mutant),
        mutants={"naive-claim": "were given twice"},
    )


DRILLS = [_on(database) for database in DATABASES]
