"""Fifty posts at once under each key, while the server dies between commit and answer: one row and one leaf per key."""

import threading
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor

from drills.desks import DATABASES, Server, desk_on
from drills.drill import Drill, Result
from drills.load import Load, deliver, record_holds
from tests.letters import letter

KEYS, AT_ONCE, DIE_EVERY, MUTANT_KEYS = 200, 50, 80, 10


def _run(database: str, mutant: str | None) -> Result:
    load, answers, deaths = Load(), defaultdict(set), [0]
    with desk_on(database) as desk:
        faults = ",".join(filter(None, ("die-between-commit-and-answer", mutant)))
        server = desk.serve(faults, DRILL_DIE_EVERY=str(DIE_EVERY), MANDATE_DESK_WORKER="apart")
        revived = threading.Thread(target=_revive, args=(server, load, deaths))
        revived.start()
        with ThreadPoolExecutor(AT_ONCE) as pool:
            for number in range(MUTANT_KEYS if mutant else KEYS):
                key = f"key-{number}"
                body = letter(note_verbale={"reference": key, "date": "2026-11-02"})
                for told in pool.map(lambda _, k=key, b=body: deliver(load, desk, server, k, b), range(AT_ONCE)):
                    answers[key].add(told)
        load.ended.set()
        revived.join()
        several = [f"{key} was answered with {len(told)} requests" for key, told in answers.items() if len(told) != 1]
        return Result(
            broken=several + record_holds(desk, load),
            facts={"keys": len(answers), "posts": load.calls, "sent again": load.retried, "deaths": deaths[0]},
        )


def _revive(server: Server, load: Load, deaths: list[int]) -> None:
    """Starts the server again each time that it has died, as its supervisor would."""
    while not load.ended.is_set():
        if not server.running():
            deaths[0] += 1
            server.start()
        load.ended.wait(0.02)


def _on(database: str) -> Drill:
    return Drill(
        name=f"one-key-{database}",
        run=lambda _, mutant: _run(database, mutant),
        # The note verbale stands behind the key as a second guard: a call done twice meets it.
        mutants={"key-taken-blindly": "was answered 409"},
    )


DRILLS = [_on(database) for database in DATABASES]
