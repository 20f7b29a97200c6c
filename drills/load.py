"""Clients that send requests and hold the server to what it acknowledged."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx2
from sqlalchemy import func, select

from drills.desks import Desk, Server
from service.access.models import IdempotencyRow
from service.intake.models import AssistanceRequestRow
from service.ledger.events import EventName
from service.ledger.models import LeafRow
from tests.letters import letter

RETRIES = 12  # of a refused connection; the waits between them double from half a second
LONGEST = 60.0  # seconds a call may take
PATIENCE = 120.0  # seconds until a client gives up; a database that recovers on a busy machine takes its time


@dataclass(kw_only=True, slots=True)
class Load:
    """What clients were told: an id and a leaf for each key, and what they were told that they should not have been."""

    acknowledged: dict[str, tuple[str, int]] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    calls: int = 0
    retried: int = 0
    refused: int = 0
    ended: threading.Event = field(default_factory=threading.Event)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def wait_for_more(self, count: int) -> None:
        """Returns when so many more requests are acknowledged, or when something is broken."""
        with self.changed:
            until = len(self.acknowledged) + count
            self.changed.wait_for(lambda: len(self.acknowledged) >= until or self.broken, timeout=LONGEST)

    def wait_for_refusals(self, count: int) -> None:
        """Returns when so many more calls were told to come again later, or when something is broken."""
        with self.changed:
            until = self.refused + count
            self.changed.wait_for(lambda: self.refused >= until or self.broken, timeout=LONGEST)

    def refuse(self) -> None:
        """Counts an answer that says when to come again."""
        with self.changed:
            self.refused += 1
            self.changed.notify_all()

    def say(self, problem: str) -> None:
        """Keeps what should not have happened."""
        with self.changed:
            self.broken.append(problem)
            self.changed.notify_all()

    def acknowledge(self, key: str, body: dict) -> None:
        """Keeps an answer."""
        with self.changed:
            self.acknowledged[key] = (body["id"], body["leaf_index"])
            self.changed.notify_all()


@contextmanager
def clients(desk: Desk, servers: list[Server], count: int, *, name: str = "client") -> Iterator[Load]:
    """So many clients send letter after letter until the block ends; each then ends the call that it has begun."""
    load = Load()
    threads = [
        threading.Thread(target=_work, args=(load, desk, servers[number % len(servers)], f"{name}-{number}"))
        for number in range(count)
    ]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        load.ended.set()
        for thread in threads:
            thread.join()


def _work(load: Load, desk: Desk, server: Server, name: str) -> None:
    count = 0
    while not load.ended.is_set():
        count += 1
        key = f"{name}-call-{count}"
        deliver(load, desk, server, key, letter(note_verbale={"reference": key, "date": "2026-11-02"}))


def deliver(load: Load, desk: Desk, server: Server, key: str, body: dict) -> str | None:
    """Sends one letter under one key until it is answered, and gives the request's id; None where it was not taken.

    A broken call leaves its outcome unknown: the key, sent again, tells it.
    """
    headers = desk.portal | {"Idempotency-Key": key}
    until, first = time.monotonic() + PATIENCE, True
    while time.monotonic() < until:
        load.calls += 1
        load.retried += not first
        first = False
        try:
            with httpx2.Client(transport=transport(), timeout=LONGEST) as client:
                answer = client.post(f"{server.url}/v1/requests", json=body, headers=headers)
        except httpx2.TransportError:
            continue
        if answer.status_code == 201:
            load.acknowledge(key, answer.json())
            return answer.json()["id"]
        if answer.status_code != 503 or "retry-after" not in answer.headers:
            load.say(f"{key} was answered {answer.status_code}: {answer.text[:200]}")
            return None
        load.refuse()
        time.sleep(0.1)  # what Retry-After asks for is longer; this presses harder
    load.say(f"{key} was not taken in {PATIENCE:.0f} seconds")
    return None


def transport() -> httpx2.HTTPTransport:
    """Asks again while the connection is refused; without certificates, whose loading takes longer than a call."""
    return httpx2.HTTPTransport(retries=RETRIES, verify=False)


def record_holds(desk: Desk, load: Load) -> list[str]:
    """What of the record does not agree with what was acknowledged, or with itself."""
    broken = []
    with desk.sessions() as sessions, sessions.read() as session:
        requests = set(session.scalars(select(AssistanceRequestRow.id)))
        keys = session.execute(select(IdempotencyRow.key, func.count()).group_by(IdempotencyRow.key)).all()
        received = session.execute(
            select(LeafRow.stream, LeafRow.leaf_index).where(LeafRow.event == str(EventName.REQUEST_RECEIVED))
        ).all()
    leaves = dict(received)
    for key, (request, leaf) in load.acknowledged.items():
        if request not in requests:
            broken.append(f"{key} was acknowledged, and its request {request} is lost")
        elif leaves.get(request) != leaf:
            broken.append(f"{key} was told leaf {leaf}, and has {leaves.get(request)}")
    broken += [f"the key {key} stands {count} times" for key, count in keys if count != 1]
    if len(received) != len(leaves) or set(leaves) != requests:
        broken.append(f"{len(requests)} requests, {len(received)} leaves of {len(leaves)} requests")
    if len(keys) != len(requests):
        broken.append(f"{len(keys)} keys made {len(requests)} requests")
    return broken + ledger_holds(desk) + load.broken


def ledger_holds(desk: Desk, **settings: str) -> list[str]:
    """What the standalone verifier says against an export."""
    out = desk.folder / "ledger.zip"
    out.unlink(missing_ok=True)
    taken = desk.command("ledger", "export", "--out", str(out), **settings)
    if taken.returncode:
        return [f"no export: {taken.stderr[-300:]}"]
    key = desk.command("ledger", "vkey", **settings).stdout.strip()
    checked = desk.command("ledger", "verify", str(out), "--vkey", key)
    return [] if checked.returncode == 0 else [f"the export is not good: {checked.stdout[-300:]}"]
