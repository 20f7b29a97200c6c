"""The queue: one officer to an item, versions as the fence, rulings that rest on an authority."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from starlette.testclient import TestClient

from service.app import create_app
from tests.conftest import with_settings
from tests.letters import BORDERS, ROOF, lead_item, send


def claim(client, officer, item):
    return client.post(f"/v1/items/{item['id']}/claim", headers=officer)


def act(client, officer, item, verb, version=None, **body):
    tag = {} if version is None else {"If-Match": f'"{version}"'}
    return client.post(f"/v1/items/{item['id']}/{verb}", headers=officer | tag, **({"json": body} if body else {}))


@pytest.fixture
def second(make, desk):
    return make("officer", teams=frozenset(desk.routing.teams))


def test_a_queue_is_worked_by_urgency_then_time(client, portal, officer):
    routine = send(client, portal)["id"]
    urgent = send(client, portal, urgency="urgent", urgency_reason="A summit next week.")["id"]
    priority = send(client, portal, urgency="priority", urgency_reason="An election.")["id"]

    items = client.get("/v1/queues/borders/items", headers=officer).json()["items"]

    assert [item["request"] for item in items if item["role"] == "lead"] == [urgent, priority, routine]


def test_pages_of_a_queue_hold_each_item_once(client, portal, officer):
    sent = [send(client, portal)["id"] for _ in range(5)]
    seen, path = [], "/v1/queues/borders/items?limit=2"
    while path:
        page = client.get(path, headers=officer)
        seen += [item["request"] for item in page.json()["items"]]
        path = page.links["next"]["url"] if "next" in page.links else None

    assert seen == sent


def test_the_queues_say_how_much_waits_and_since_when(client, portal, officer):
    sent = send(client, portal)

    queues = {queue["team"]: queue for queue in client.get("/v1/queues", headers=officer).json()}

    assert queues["borders"]["waiting"] == 1
    assert queues["borders"]["oldest_waiting_at"] == sent["received_at"]
    assert queues["heritage"] == {
        "team": "heritage",
        "name": "Cultural heritage",
        "waiting": 0,
        "waiting_capped": False,
        "oldest_waiting_at": None,
    }


def test_team_names_follow_the_reader(client, officer):
    [queue] = [
        one
        for one in client.get("/v1/queues", headers=officer | {"Accept-Language": "zh"}).json()
        if one["team"] == "borders"
    ]
    assert queue["name"] == "边境管理"


def test_a_second_theme_gets_a_supporting_item(client, portal, officer):
    text = (
        BORDERS
        + "\n\nSeparately, we request training for prosecutors on tracing and freezing the financing of terrorism."
    )
    route = send(client, portal, text=text)["needs"][0]["route"]

    assert route["supporting"]
    [item] = client.get(f"/v1/queues/{route['supporting'][0]}/items", headers=officer).json()["items"]
    assert item["role"] == "supporting"
    claim(client, officer, item)
    lead_alone = client.get(f"/v1/queues/{item['team']}/items?role=lead", headers=officer).json()["items"]
    assert lead_alone == []
    assert client.post(f"/v1/queues/{item['team']}/claim-next", headers=officer).status_code == 204
    refused = act(client, officer, item, "decide", 2, ruling="noted")
    assert (refused.status_code, refused.json()["possible"]) == (409, ["release"])


def test_claiming_holds_the_item_and_moves_the_request(client, portal, officer):
    sent = send(client, portal)
    item = lead_item(client, officer, sent)

    claimed = claim(client, officer, item)

    assert claimed.status_code == 200
    assert claimed.headers["etag"] == '"2"'
    assert claimed.json()["state"] == "claimed"
    assert claimed.json()["holder"]["name"].startswith("officer")
    assert client.get(f"/v1/requests/{sent['id']}", headers=portal).json()["state"] == "in_work"


def test_claiming_again_changes_nothing(client, portal, officer):
    item = lead_item(client, officer, send(client, portal))
    first = claim(client, officer, item).json()

    again = claim(client, officer, item)

    assert again.status_code == 200
    assert again.json() == first | {"leaf_index": None}


def test_anothers_item_is_refused_with_team_and_time(client, portal, officer, second):
    item = lead_item(client, officer, send(client, portal))
    held = claim(client, officer, item).json()

    refused = claim(client, second, item)

    assert refused.status_code == 409
    assert refused.json()["team"] == "borders"
    assert refused.json()["claimed_at"] == held["claimed_at"]


def test_many_officers_at_once_never_hold_one_item(client, portal, make, desk):
    officers = [make("officer", teams=frozenset({"borders"})) for _ in range(8)]
    sent = [send(client, portal)["id"] for _ in range(6)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: client.post("/v1/queues/borders/claim-next", headers=one), officers))

    taken = [answer.json()["request"] for answer in answers if answer.status_code == 200]
    assert sorted(taken) == sorted(sent)
    assert [answer.status_code for answer in answers].count(204) == 2


def test_many_claims_of_one_item_have_one_winner(client, portal, make, officer):
    item = lead_item(client, officer, send(client, portal))
    officers = [make("officer", teams=frozenset({"borders"})) for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda one: claim(client, one, item), officers))

    assert sorted(answer.status_code for answer in answers) == [200] + [409] * 7


def test_claim_next_takes_from_the_head(client, portal, officer):
    send(client, portal)
    urgent = send(client, portal, urgency="urgent", urgency_reason="A summit.")

    assert client.post("/v1/queues/borders/claim-next", headers=officer).json()["request"] == urgent["id"]


def test_an_empty_queue_gives_nothing(client, officer):
    assert client.post("/v1/queues/heritage/claim-next", headers=officer).status_code == 204


def test_a_released_item_waits_in_its_old_place(client, portal, officer, second):
    first = lead_item(client, officer, send(client, portal))
    send(client, portal)
    claim(client, officer, first)

    released = act(client, officer, first, "release", 2)

    assert released.status_code == 200
    assert (released.json()["state"], released.json()["holder"], released.json()["version"]) == ("waiting", None, 3)
    assert client.post("/v1/queues/borders/claim-next", headers=second).json()["id"] == first["id"]


@pytest.mark.parametrize(
    ("verb", "body"), [("release", {}), ("decide", {"ruling": "noted"})], ids=["release", "decide"]
)
def test_errors_come_in_their_order(client, portal, officer, second, make, verb, body):
    item = lead_item(client, officer, send(client, portal))
    outsider = make("officer", teams=frozenset({"heritage"}))

    assert act(client, outsider, {"id": "nothing"}, verb, **body).status_code == 404
    assert act(client, outsider, item, verb, **body).status_code == 403
    assert act(client, officer, item, verb, **body).status_code == 428
    assert act(client, officer, item, verb, 9, **body).status_code == 412
    assert act(client, officer, item, verb, 1, **body).status_code == 409
    claim(client, officer, item)
    assert act(client, second, item, verb, 2, **body).json()["type"] == "/problems/not-holder"
    assert act(client, officer, item, verb, 2, **body).status_code == 200


@pytest.mark.parametrize("tag", ["*", "2", 'W/"2"', '"x"', '"2", "3"', '"02"'])
def test_an_if_match_that_is_no_version_is_412(client, portal, officer, tag):
    item = lead_item(client, officer, send(client, portal))
    claim(client, officer, item)

    answer = client.post(f"/v1/items/{item['id']}/release", headers=officer | {"If-Match": tag})

    assert answer.status_code == 412


def test_of_two_writers_on_one_version_one_wins(client, portal, officer):
    item = lead_item(client, officer, send(client, portal))
    claim(client, officer, item)
    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(lambda _: act(client, officer, item, "release", 2), range(6)))

    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 5


# Rulings


def test_accepting_closes_need_and_request(client, portal, officer):
    sent = send(client, portal)
    item = lead_item(client, officer, sent)
    claim(client, officer, item)

    decided = act(client, officer, item, "decide", 2, ruling="accepted", reason="In line with OP 10.")

    assert decided.status_code == 200, decided.text
    assert decided.json()["state"] == "decided"
    request = client.get(f"/v1/requests/{sent['id']}", headers=portal).json()
    assert request["state"] == "decided"
    decisions = request["needs"][0]["decisions"]
    assert [one["ask"] for one in decisions] == [ask["id"] for ask in sent["needs"][0]["finding"]["asks"]]
    assert {one["ruling"] for one in decisions} == {"accepted"}
    assert {one["allowed_by"] for one in decisions} == {"Office made up for the tests"}


def test_a_request_is_decided_with_its_last_need(client, portal, officer):
    needs = [{"title": "Airport", "text": BORDERS}, {"title": "Roof", "text": ROOF}]
    sent = send(client, portal, text=None, needs=needs)
    states = []
    for number in (0, 1):
        item = lead_item(client, officer, sent, number)
        claim(client, officer, item)
        assert act(client, officer, item, "decide", 2, ruling="noted").status_code == 200
        states.append(client.get(f"/v1/requests/{sent['id']}", headers=portal).json()["state"])

    assert states == ["in_work", "decided"]


def test_each_ask_gets_its_own_ruling(client, portal, officer):
    sent = send(client, portal)
    asks = [ask["id"] for ask in sent["needs"][0]["finding"]["asks"]]
    item = lead_item(client, officer, sent)
    claim(client, officer, item)

    missing = act(client, officer, item, "decide", 2, rulings=[{"ask": "other", "ruling": "noted"}])
    assert missing.status_code == 422
    assert {error["pointer"] for error in missing.json()["errors"]} == {"/rulings/0/ask", "/rulings"}

    rulings = [{"ask": ask, "ruling": "accepted"} for ask in asks]
    assert act(client, officer, item, "decide", 2, rulings=[*rulings, rulings[0]]).status_code == 422
    assert act(client, officer, item, "decide", 2, rulings=rulings).status_code == 200


def test_without_an_allowing_office_a_draft_cannot_be_accepted_on(desk, portal, officer):
    client = TestClient(create_app(with_settings(desk, provisional_acceptance_allowed_by=None)))
    item = lead_item(client, officer, send(client, portal))
    claim(client, officer, item)

    refused = act(client, officer, item, "decide", 2, ruling="accepted")

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/provisional-authority")
    assert act(client, officer, item, "decide", 2, ruling="noted").status_code == 200


def test_what_no_paragraph_covers_cannot_be_accepted(client, portal, officer):
    item = lead_item(client, officer, send(client, portal, text=ROOF, title="Roof"))
    claim(client, officer, item)

    refused = act(client, officer, item, "decide", 2, ruling="accepted")

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/ask-not-covered")


def test_an_unauthenticated_request_cannot_be_accepted(client, make, officer):
    item = lead_item(client, officer, send(client, make("portal", member_state="KEN")))
    claim(client, officer, item)

    refused = act(client, officer, item, "decide", 2, ruling="accepted")

    assert (refused.status_code, refused.json()["type"]) == (409, "/problems/not-authenticated")


@pytest.mark.parametrize("ruling", ["declined", "referred", "yes"])
def test_rulings_that_do_not_exist_yet_are_not_offered(client, portal, officer, ruling):
    item = lead_item(client, officer, send(client, portal))
    claim(client, officer, item)

    assert act(client, officer, item, "decide", 2, ruling=ruling).status_code == 422


# Who may


def test_an_officer_works_only_the_teams_that_are_theirs(client, portal, make):
    send(client, portal)
    outsider = make("officer", teams=frozenset({"heritage"}))

    assert [queue["team"] for queue in client.get("/v1/queues", headers=outsider).json()] == ["heritage"]
    assert client.get("/v1/queues/borders/items", headers=outsider).status_code == 403
    assert client.post("/v1/queues/borders/claim-next", headers=outsider).status_code == 403
    assert client.get("/v1/queues/nothing/items", headers=outsider).status_code == 404


def test_a_supervisor_works_every_team(client, portal, make):
    send(client, portal)

    assert client.post("/v1/queues/borders/claim-next", headers=make("supervisor")).status_code == 200
