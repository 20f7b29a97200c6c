"""What Prometheus is told: counts and ages, and nothing of anybody."""

import socket

import httpx2
import pytest

from service.clock import now
from service.errors import Unavailable
from service.gauges import Gauges, served
from service.ledger.checkpoint import sign_checkpoint
from tests.conftest import with_settings
from tests.letters import send
from tests.rooms.test_worker import Down


@pytest.fixture
def scrape(desk):
    """Gives the answer to one scrape as lines by name."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def call(on=desk) -> dict[str, float]:
        with served(with_settings(on, metrics_port=port)):
            text = httpx2.get(f"http://127.0.0.1:{port}/metrics").text
        call.text = text
        lines = (line.rpartition(" ") for line in text.splitlines() if not line.startswith("#"))
        return {name: float(value) for name, _, value in lines}

    return call


def test_queues_tasks_and_ledger_are_measured(client, portal, desk, scrape, monkeypatch):
    send(client, portal)
    with monkeypatch.context() as patch:
        patch.setattr(desk.reader, "matcher", Down())
        send(client, portal)
    found = scrape()

    assert found["mandate_desk_database_up"] == 1
    assert found['mandate_desk_items_waiting{team="borders"}'] == 1
    assert found['mandate_desk_items_waiting{team="triage"}'] == 1
    assert found['mandate_desk_oldest_item_seconds{team="borders"}'] >= 0
    assert found['mandate_desk_tasks_waiting{kind="rematch"}'] == 1
    assert found["mandate_desk_ledger_leaves"] == 8
    assert found["mandate_desk_ledger_unsigned_leaves"] == 8
    assert found["mandate_desk_checkpoint_age_seconds"] == float("inf")

    with desk.sessions.begin() as session:
        sign_checkpoint(session, signer=desk.signer, at=now())
    found = scrape()
    assert found["mandate_desk_ledger_unsigned_leaves"] == 0
    assert 0 <= found["mandate_desk_checkpoint_age_seconds"] < 60


def test_calls_and_readings_are_counted(client, portal, scrape):
    name = 'mandate_desk_calls_total{method="POST",route="/v1/requests",status="201"}'
    before = scrape()
    send(client, portal)
    client.request("BREW", "/v1/requests", headers=portal)
    after = scrape()

    assert after[name] - before.get(name, 0) == 1
    assert after["mandate_desk_reading_seconds_count"] - before["mandate_desk_reading_seconds_count"] == 1
    assert not any("BREW" in name for name in after)


def test_nobody_is_named(client, portal, scrape):
    sent = send(client, portal)
    scrape()

    for word in ("KEN", "Kenya", "example.org", sent["id"], sent["title"]):
        assert word not in scrape.text


def test_a_database_that_is_down_is_said_and_no_error(desk, monkeypatch):
    def gone():
        raise Unavailable("gone", code="database-down")

    monkeypatch.setattr(desk.sessions, "read", gone)

    assert [(metric.name, metric.samples[0].value) for metric in Gauges(desk).collect()] == [
        ("mandate_desk_database_up", 0)
    ]


def test_a_port_that_is_taken_is_named(desk):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = with_settings(desk, metrics_port=other.getsockname()[1])
        with pytest.raises(Unavailable, match="METRICS_PORT"), served(taken):
            pass
    with served(desk):  # nothing was left behind
        pass


def test_no_port_is_opened_unless_one_is_set(desk):
    with served(desk):
        assert desk.settings.metrics_port is None
