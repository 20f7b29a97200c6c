"""A request in: found, routed, written once, shown to its own State alone."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import func, select

from service.access.models import IdempotencyRow
from service.assessment.models import AssessmentRow
from service.casework.models import QueueItemRow
from service.intake.models import AssistanceRequestRow, NeedRow
from service.ledger.models import LeafRow
from tests.letters import BORDERS, ROOF, key, letter, send


def count(desk, row) -> int:
    with desk.sessions.read() as session:
        return session.scalar(select(func.count()).select_from(row))


def test_a_request_is_answered_with_its_whole_finding(client, portal):
    answer = client.post("/v1/requests", json=letter(), headers=portal | key())

    body = answer.json()
    assert answer.status_code == 201
    assert answer.headers["location"] == f"/v1/requests/{body['id']}"
    assert answer.headers["etag"].startswith('"')
    assert body["state"] == "authenticated"
    [need] = body["needs"]
    finding = need["finding"]
    assert finding["disposition"] == "authorised"
    assert finding["standing"] == "provisional"
    assert finding["primary"] == 10
    assert finding["primary"] in [match["paragraph"] for match in finding["matches"]]
    assert need["route"]["team"] == "borders"
    assert "10" in need["route"]["why"]
    assert isinstance(body["leaf_index"], int)


def test_every_span_is_the_words_it_claims(client, portal):
    body = send(client, portal)

    [need] = body["needs"]
    spans = [span for match in need["finding"]["matches"] for span in match["evidence"]] + need["finding"]["asks"]
    assert need["finding"]["asks"]
    assert spans
    for span in spans:
        assert need[span["in"]][span["start"] : span["end"]] == span["quote"]


def test_every_citation_carries_its_authority(client, portal, desk):
    [need] = send(client, portal)["needs"]

    for match in need["finding"]["matches"]:
        authority, paragraph = match["authority"], desk.catalogue.current.paragraph(match["paragraph"])
        assert authority["clause"] in paragraph.text
        assert authority["sha256"] == paragraph.sha256
        assert authority["symbol"] is None
        assert (authority["language"], authority["direction"]) == ("en", "ltr")


def test_needs_set_apart_are_read_and_routed_one_by_one(client, portal):
    needs = [
        {"title": "Airport", "text": BORDERS, "beneficiaries": ["border"]},
        {"title": "Roof", "text": ROOF},
    ]
    body = send(client, portal, text=None, needs=needs)

    assert [need["ordinal"] for need in body["needs"]] == [1, 2]
    assert [need["route"]["team"] for need in body["needs"]] == ["borders", "triage"]
    assert body["needs"][1]["finding"]["disposition"] == "outside_mandate"
    assert body["needs"][1]["finding"]["matches"] == []


def test_what_is_sent_is_stored_with_a_leaf_for_each_step(client, portal, desk):
    before = count(desk, LeafRow)
    send(client, portal)

    assert count(desk, AssistanceRequestRow) == count(desk, NeedRow) == count(desk, AssessmentRow) == 1
    assert count(desk, QueueItemRow) >= 1
    assert count(desk, LeafRow) - before == 3


def test_reading_it_again_shows_where_it_stands(client, portal):
    sent = send(client, portal)

    read = client.get(f"/v1/requests/{sent['id']}", headers=portal)

    assert read.status_code == 200
    assert read.json() == sent
    assert client.get(read.url, headers=portal | {"If-None-Match": read.headers["etag"]}).status_code == 304


def test_the_language_is_detected_and_said_so(client, portal):
    finding = send(client, portal, language=None)["needs"][0]["finding"]

    assert (finding["language"], finding["language_detected"]) == ("en", True)


def test_a_portal_that_is_not_registered_waits_in_triage(client, make):
    body = send(client, make("portal", member_state="KEN"))

    assert body["state"] == "received"
    assert body["authenticity"] == "not_established"
    assert body["needs"][0]["route"]["team"] == "triage"
    assert body["needs"][0]["route"]["would_go_to"] == "borders"


def test_theme_names_follow_the_reader(client, portal):
    answer = client.post("/v1/requests", json=letter(), headers=portal | key() | {"Accept-Language": "ar-EG, fr;q=0.5"})

    assert any(
        "\u0600" <= character <= "\u06ff"
        for character in answer.json()["needs"][0]["finding"]["matches"][0]["theme_name"]
    )


# Idempotency


def test_the_same_call_again_replays_the_same_answer(client, portal, desk):
    same = portal | key()
    payload = letter()
    first = client.post("/v1/requests", json=payload, headers=same)
    leaves = count(desk, LeafRow)

    again = client.post("/v1/requests", json=payload, headers=same)

    assert (again.status_code, again.content) == (201, first.content)
    assert again.headers["etag"] == first.headers["etag"]
    assert count(desk, AssistanceRequestRow) == 1
    assert count(desk, LeafRow) == leaves


def test_the_replay_is_the_first_answer_even_after_work_began(client, portal, officer):
    same, payload = portal | key(), letter()
    first = client.post("/v1/requests", json=payload, headers=same)
    client.post("/v1/queues/borders/claim-next", headers=officer)
    assert client.get(f"/v1/requests/{first.json()['id']}", headers=portal).json()["state"] == "in_work"

    again = client.post("/v1/requests", json=payload, headers=same)

    assert again.content == first.content


def test_another_body_under_the_key_is_refused(client, portal, desk):
    same = portal | key()
    client.post("/v1/requests", json=letter(), headers=same)

    refused = client.post("/v1/requests", json=letter(title="Another"), headers=same)

    assert refused.status_code == 422
    assert refused.json()["type"] == "/problems/idempotency-key-reused"
    assert count(desk, AssistanceRequestRow) == 1


def test_a_key_is_the_clients_own(client, portal, make):
    same = key()
    first = client.post("/v1/requests", json=letter(), headers=portal | same)
    other = make("portal", member_state="PER", registered=True)

    second = client.post("/v1/requests", json=letter(member_state="PER"), headers=other | same)

    assert second.status_code == 201
    assert second.json()["id"] != first.json()["id"]


def test_calls_at_once_under_one_key_are_done_once(client, portal, desk):
    same, payload = portal | key(), letter()
    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(lambda _: client.post("/v1/requests", json=payload, headers=same), range(12)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert count(desk, AssistanceRequestRow) == count(desk, IdempotencyRow) == 1


def test_a_missing_key_is_named(client, portal, desk):
    refused = client.post("/v1/requests", json=letter(), headers=portal)

    assert refused.status_code == 400
    assert "Idempotency-Key" in refused.json()["detail"]
    assert count(desk, AssistanceRequestRow) == 0


# Notes verbales


def test_one_note_verbale_with_one_text_is_one_request(client, portal, desk):
    payload = letter()
    first = client.post("/v1/requests", json=payload, headers=portal | key()).json()

    again = client.post("/v1/requests", json=payload, headers=portal | key())

    assert again.status_code == 409
    assert again.json()["request"] == f"/v1/requests/{first['id']}"
    assert count(desk, AssistanceRequestRow) == 1


def test_the_same_note_at_once_under_other_keys_is_one_request(client, portal, desk):
    payload = letter()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.post("/v1/requests", json=payload, headers=portal | key()), range(8)))

    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 7
    assert count(desk, AssistanceRequestRow) == 1


def test_another_text_under_the_note_is_taken_and_linked(client, portal):
    note = {"reference": "NV/77", "date": "2026-10-01"}
    first = send(client, portal, note_verbale=note)
    second = send(client, portal, note_verbale=note, text=BORDERS + " Also at the port.")

    assert second["same_note_verbale"] == [first["id"]]
    assert client.get(f"/v1/requests/{first['id']}", headers=portal).json()["same_note_verbale"] == [second["id"]]


def test_another_state_may_use_the_same_reference(client, portal, make):
    note = {"reference": "1", "date": "2026-10-01"}
    send(client, portal, note_verbale=note)

    assert send(client, make("portal", member_state="PER", registered=True), member_state="PER", note_verbale=note)


# Tenants


def test_another_states_request_is_not_there(client, portal, make):
    sent = send(client, portal)
    stranger = make("portal", member_state="PER", registered=True)

    foreign = client.get(f"/v1/requests/{sent['id']}", headers=stranger)
    absent = client.get(f"/v1/requests/{sent['id'][:-12]}000000000000", headers=stranger)

    assert foreign.status_code == absent.status_code == 404
    assert {**foreign.json(), "instance": 0} == {**absent.json(), "instance": 0}
    assert client.get("/v1/requests", headers=stranger).json()["requests"] == []
    assert client.get(f"/v1/requests/{sent['id']}", headers=portal).status_code == 200


def test_a_related_request_must_be_ones_own(client, portal, make):
    sent = send(client, portal)
    stranger = make("portal", member_state="PER", registered=True)
    payload = letter(member_state="PER", related_request=sent["id"])

    refused = client.post("/v1/requests", json=payload, headers=stranger | key())

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/related_request"
    assert send(client, portal, related_request=sent["id"])["related_request"] == sent["id"]


def test_nobody_sends_in_another_states_name(client, portal, desk):
    refused = client.post("/v1/requests", json=letter(member_state="PER"), headers=portal | key())

    assert refused.status_code == 403
    assert refused.json()["errors"][0]["pointer"] == "/member_state"
    assert count(desk, AssistanceRequestRow) == 0


# Lists


def test_pages_hold_each_request_once_though_more_come_in(client, portal):
    sent = [send(client, portal)["id"] for _ in range(5)]
    seen, path = [], "/v1/requests?limit=2"
    while path:
        page = client.get(path, headers=portal)
        seen += [one["id"] for one in page.json()["requests"]]
        path = page.links["next"]["url"] if "next" in page.links else None
        if len(seen) == 2:
            send(client, portal)

    assert seen == sent[::-1]


@pytest.mark.parametrize(
    "cursor", ["x", "%00", "W10", "WzEsMl0", "a" * 600, "bnVsbA", "WyIyMDI2LTEwLTAxIiwiXHUwMDAwIl0"]
)
def test_a_cursor_that_is_not_ours_is_refused(client, portal, cursor):
    refused = client.get(f"/v1/requests?cursor={cursor}", headers=portal)

    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/query/cursor"


# The matcher


class Broken:
    engine = "broken"

    def match(self, title, text, language=None):
        raise RuntimeError(text)

    def warm_up(self): ...


class Stuck(Broken):
    def __init__(self, gate):
        self.gate = gate

    def match(self, title, text, language=None):
        self.gate.wait()


def test_a_broken_matcher_refuses_nothing(client, portal, desk, monkeypatch):
    monkeypatch.setattr(desk.reader, "matcher", Broken())
    body = send(client, portal)

    assert body["needs"][0]["finding"]["disposition"] == "unclear"
    assert body["needs"][0]["finding"]["reasons"] == ["matcher_unavailable"]
    assert body["needs"][0]["route"]["team"] == "triage"


def test_a_late_matcher_is_not_waited_for(client, portal, desk, monkeypatch):
    gate = threading.Event()
    monkeypatch.setattr(desk.reader, "matcher", Stuck(gate))
    monkeypatch.setattr(desk.reader, "_wait", 0.05)
    try:
        body = send(client, portal)
    finally:
        gate.set()

    assert body["needs"][0]["finding"]["reasons"] == ["matcher_unavailable"]


def test_a_dry_run_stores_nothing(client, portal, desk):
    before = count(desk, LeafRow)
    answer = client.post("/v1/matches", json={"title": "", "text": BORDERS}, headers=portal)

    assert answer.status_code == 200
    assert answer.json()["primary"] == 10
    assert answer.json()["asks"][0]["id"] is None
    assert (count(desk, AssistanceRequestRow), count(desk, LeafRow)) == (0, before)
