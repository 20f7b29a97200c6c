"""The worker: what was not matched is matched again and goes on, the ledger is signed, idle claims return."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, update

import service.worker
from service.assessment.models import AssessmentRow
from service.casework.models import QueueItemRow
from service.clock import now
from service.errors import Conflict
from service.flows.rematch import rematch
from service.ledger.checkpoint import sign_checkpoint
from service.ledger.models import CheckpointRow, LeafRow
from service.ledger.queries import head, latest_checkpoint
from service.ledger.signer import load_signer
from service.matching.report import unavailable_report
from service.tasks.lease import Kind, any_due, put_back, take
from service.tasks.models import TaskRow
from service.worker import LEASE, read_again, return_idle, running, sign
from tests.letters import BORDERS, key, lead_item, letter, send


class Down:
    """A matcher that fails each time."""

    engine = "down"

    def match(self, title, text, language=None):
        raise RuntimeError("no memory")

    def warm_up(self): ...


@pytest.fixture
def missed(client, portal, desk, monkeypatch):
    """Sends a letter while the matcher is down."""

    def send_missed(**changes) -> dict:
        with monkeypatch.context() as patch:
            patch.setattr(desk.reader, "matcher", Down())
            return send(client, portal, **changes)

    return send_missed


@pytest.fixture
def clock(monkeypatch):
    """Moves the worker's clock."""

    def later(**by) -> None:
        monkeypatch.setattr(service.worker, "now", lambda: now() + timedelta(**by))

    return later


def events(desk, request_id: str) -> list[str]:
    with desk.sessions.read() as session:
        query = select(LeafRow.event).where(LeafRow.stream == request_id).order_by(LeafRow.leaf_index)
        return list(session.scalars(query))


def rows(desk, table, *where) -> list:
    with desk.sessions.read() as session:
        found = session.scalars(select(table).where(*where)).all()
        session.expunge_all()
        return found


def test_what_was_not_matched_is_matched_and_goes_to_its_team(client, portal, officer, desk, missed):
    sent = missed()
    assert read_again(desk)

    body = client.get(f"/v1/requests/{sent['id']}", headers=portal).json()
    assert body["needs"][0]["finding"]["primary"] == 10
    assert body["needs"][0]["route"]["team"] == "borders"
    assert lead_item(client, officer, body)["priority"] == 2
    assert lead_item(client, officer, body)["received_at"] == sent["received_at"]
    assert events(desk, sent["id"])[3:] == ["assessment.need.read", "casework.item.rerouted", "casework.item.queued"]
    states = {row.team: row.state for row in rows(desk, QueueItemRow)}
    assert states.pop("triage") == "transferred"
    assert set(states.values()) == {"waiting"}
    assert not read_again(desk)


def test_the_first_answer_is_still_replayed_as_it_was(client, portal, desk, monkeypatch):
    call, tag = letter(), key()
    with monkeypatch.context() as patch:
        patch.setattr(desk.reader, "matcher", Down())
        first = client.post("/v1/requests", json=call, headers=portal | tag)
    read_again(desk)

    assert client.post("/v1/requests", json=call, headers=portal | tag).json() == first.json()


def test_what_triage_must_read_stays_in_triage(client, portal, officer, desk, missed):
    sent = missed(text="Please send us forty desks and mend the roof of our office, which leaks when it rains.")
    read_again(desk)

    body = client.get(f"/v1/requests/{sent['id']}", headers=portal).json()
    assert body["needs"][0]["finding"]["disposition"] == "outside_mandate"
    assert lead_item(client, officer, body)["version"] == 2


def test_a_matcher_that_is_still_down_is_tried_later_and_later(desk, missed, monkeypatch, clock):
    missed()
    monkeypatch.setattr(desk.reader, "matcher", Down())
    waits = []
    for _ in range(3):
        clock(days=len(waits))
        before = service.worker.now()
        assert not read_again(desk)
        [task] = rows(desk, TaskRow)
        waits.append((task.due_at - before).total_seconds())

    assert [round(wait) for wait in waits] == [5, 10, 20]
    assert task.attempts == 3
    assert task.leased_until is None


def test_an_item_that_an_officer_holds_is_not_taken_from_them(client, portal, officer, desk, missed):
    sent = missed()
    item = lead_item(client, officer, sent)
    held = client.post(f"/v1/items/{item['id']}/claim", headers=officer).json()
    read_again(desk)

    seen = client.get(f"/v1/items/{item['id']}", headers=officer).json()
    assert (seen["state"], seen["team"]) == ("claimed", "triage")
    assert seen["subject"]["finding"]["primary"] == 10
    assert seen["subject"]["route"]["team"] == "borders"
    stale = client.post(
        f"/v1/items/{item['id']}/decide",
        json={"ruling": "noted"},
        headers=officer | {"If-Match": f'"{held["version"]}"'},
    )
    assert stale.status_code == 412

    given = client.post(f"/v1/items/{item['id']}/release", headers=officer | {"If-Match": f'"{seen["version"]}"'})
    assert given.json()["state"] == "transferred"
    body = client.get(f"/v1/requests/{sent['id']}", headers=portal).json()
    assert lead_item(client, officer, body)["received_at"] == sent["received_at"]
    assert events(desk, sent["id"])[-3:] == ["casework.item.released", "casework.item.rerouted", "casework.item.queued"]


def test_an_idle_claim_follows_the_reading_that_came_meanwhile(client, portal, officer, desk, missed, clock):
    sent = missed()
    client.post(f"/v1/items/{lead_item(client, officer, sent)['id']}/claim", headers=officer)
    read_again(desk)
    clock(days=8)
    return_idle(desk)

    body = client.get(f"/v1/requests/{sent['id']}", headers=portal).json()
    assert lead_item(client, officer, body)["state"] == "waiting"
    leads = rows(desk, QueueItemRow, QueueItemRow.role == "lead")
    assert {row.team: row.state for row in leads} == {"triage": "transferred", "borders": "waiting"}


def test_a_need_that_was_ruled_on_is_left_alone(client, officer, desk, missed):
    sent = missed()
    item = lead_item(client, officer, sent)
    held = client.post(f"/v1/items/{item['id']}/claim", headers=officer).json()
    tag = {"If-Match": f'"{held["version"]}"'}
    ruled = client.post(f"/v1/items/{item['id']}/decide", json={"ruling": "noted"}, headers=officer | tag)
    assert ruled.status_code == 200, ruled.text
    read_again(desk)

    assert len(rows(desk, AssessmentRow)) == 1
    assert rows(desk, TaskRow) == []


def test_a_lease_is_given_to_one_worker_and_passes_on_when_it_ends(desk, missed):
    missed()
    at = now()
    with desk.sessions.begin() as session:
        first = take(session, Kind.REMATCH, at=at, lease_for=LEASE)
    with desk.sessions.begin() as session:
        assert take(session, Kind.REMATCH, at=at, lease_for=LEASE) is None
        assert not any_due(session, Kind.REMATCH, at=at)
    with desk.sessions.begin() as session:
        second = take(session, Kind.REMATCH, at=at + LEASE, lease_for=LEASE)

    assert (first.fence, second.fence, second.attempts) == (1, 2, 2)


def test_without_the_fence_the_late_worker_would_write(desk, missed, matcher, monkeypatch):
    """The deliberate fault that the next test must catch."""
    missed()
    with desk.sessions.begin() as session:
        lost = take(session, Kind.REMATCH, at=now(), lease_for=LEASE)
    with desk.sessions.begin() as session:
        session.execute(update(TaskRow).values(fence=lost.fence + 1))
    with monkeypatch.context() as patch:
        patch.setattr("service.flows.rematch.finish", lambda *_: None)
        with desk.sessions.begin() as session:
            rematch(session, lost, matcher.match("Passenger information", BORDERS, "en"), desk=desk, at=now())

    assert len(rows(desk, AssessmentRow)) == 2


@pytest.mark.parametrize("late", ["done", "put back"])
def test_a_worker_whose_lease_was_lost_writes_nothing(desk, missed, matcher, late):
    missed()
    at = now()
    with desk.sessions.begin() as session:
        lost = take(session, Kind.REMATCH, at=at, lease_for=LEASE)
    with desk.sessions.begin() as session:
        take(session, Kind.REMATCH, at=at + LEASE, lease_for=LEASE)
    report = matcher.match("Passenger information", BORDERS, "en")
    write = partial(rematch, report=report, desk=desk) if late == "done" else put_back
    with pytest.raises(Conflict, match="Another worker"), desk.sessions.begin() as session:
        write(session, lost, at=at)

    assert len(rows(desk, AssessmentRow)) == 1
    [task] = rows(desk, TaskRow)
    assert (task.fence, task.attempts) == (2, 2)


def test_workers_side_by_side_do_each_task_once(desk, missed):
    sent = [missed(title=f"Airport {number}") for number in range(12)]
    gate = threading.Barrier(4)

    def work() -> None:
        gate.wait()
        while read_again(desk):
            pass

    with ThreadPoolExecutor(4) as pool:
        for done in [pool.submit(work) for _ in range(4)]:
            done.result()
    while read_again(desk):  # a worker may have found the last tasks in other hands, and stopped
        pass

    with desk.sessions.read() as session:
        counts = session.execute(select(AssessmentRow.need_id, func.count()).group_by(AssessmentRow.need_id)).all()
    assert sorted(counts) == sorted((one["needs"][0]["id"], 2) for one in sent)
    assert all(events(desk, one["id"]).count("assessment.need.read") == 2 for one in sent)


def test_a_changed_ledger_is_signed_and_an_idle_one_each_hour(client, portal, desk, clock):
    send(client, portal)
    sign(desk)
    [first] = rows(desk, CheckpointRow)
    clock(minutes=59)
    sign(desk)
    assert rows(desk, CheckpointRow)[0].signed_at == first.signed_at
    clock(minutes=61)
    sign(desk)
    [again] = rows(desk, CheckpointRow)
    assert (again.note, again.signed_at > first.signed_at) == (first.note, True)
    send(client, portal)
    sign(desk)

    with desk.sessions.read() as session:
        assert latest_checkpoint(session, desk.settings.ledger_origin).size == head(session).size
    assert len(rows(desk, CheckpointRow)) == 2


def test_one_origin_has_one_key(client, portal, desk, tmp_path):
    send(client, portal)
    sign(desk)
    other = load_signer(tmp_path / "another machine", desk.settings.ledger_origin)

    with pytest.raises(Conflict, match="another key"), desk.sessions.begin() as session:
        sign_checkpoint(session, signer=other, at=now())


def test_idle_claims_return_to_their_old_place(client, portal, officer, desk, clock):
    item = lead_item(client, officer, send(client, portal))
    held = client.post(f"/v1/items/{item['id']}/claim", headers=officer).json()
    clock(days=6, hours=23)
    assert not return_idle(desk)
    assert client.get(f"/v1/items/{item['id']}", headers=officer).json()["state"] == "claimed"
    clock(days=7, minutes=1)
    return_idle(desk)

    back = client.get(f"/v1/items/{item['id']}", headers=officer).json()
    assert (back["state"], back["holder"], back["claimed_at"]) == ("waiting", None, None)
    assert (back["received_at"], back["version"]) == (item["received_at"], held["version"] + 1)
    assert events(desk, item["request"])[-1] == "casework.item.returned"


def test_many_idle_claims_are_returned_in_parts(client, portal, officer, desk, clock, monkeypatch):
    monkeypatch.setattr(service.worker, "RETURNED_TOGETHER", 2)
    for _ in range(3):
        item = lead_item(client, officer, send(client, portal))
        client.post(f"/v1/items/{item['id']}/claim", headers=officer)
    clock(days=8)

    assert return_idle(desk)
    assert not return_idle(desk)
    assert {row.state for row in rows(desk, QueueItemRow, QueueItemRow.role == "lead")} == {"waiting"}


def test_all_jobs_run_until_they_are_told_to_stop(client, desk, missed, monkeypatch):
    monkeypatch.setattr(service.worker, "PAUSE", 0.01)
    missed()
    with running(desk):
        while rows(desk, TaskRow) or not rows(desk, CheckpointRow):
            pass

    assert not [thread for thread in threading.enumerate() if thread.name.startswith("worker-")]


def test_a_failed_job_is_tried_again(desk, monkeypatch):
    monkeypatch.setattr(service.worker, "PAUSE", 0.01)
    tried, again = [], threading.Event()

    def fails(_desk) -> bool:
        tried.append(1)
        if len(tried) == 1:
            raise RuntimeError("the disk")
        if len(tried) == 2:
            raise Conflict("rolled back", code="ledger-rolled-back")
        again.set()
        return False

    monkeypatch.setattr(service.worker, "JOBS", (fails,))
    with running(desk):
        assert again.wait(timeout=30)


def test_an_unread_report_says_so():
    assert unavailable_report(language="en", catalogue="c", engine="e").unread
