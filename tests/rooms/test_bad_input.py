"""Bad input: a clear 4xx that names the place, nothing stored, the next call answered."""

import json

import pytest
from sqlalchemy import func, select

from service.intake.models import AssistanceRequestRow
from tests.letters import key, letter

NEED = {"title": "One", "text": "Training for border guards."}

# What is sent -> the pointer that the answer must name.
WRONG_FIELDS = {
    "unknown field": ({"colour": "red"}, "/colour"),
    "unknown nested field": ({"note_verbale": {"reference": "1", "date": "2026-01-01", "x": 1}}, "/note_verbale/x"),
    "unknown field of a need": ({"text": None, "needs": [NEED | {"x": 1}]}, "/needs/0/x"),
    "wrong language": ({"language": "de"}, "/language"),
    "empty text": ({"text": ""}, "/text"),
    "blank text": ({"text": " \n\t "}, "/text"),
    "blank title": ({"title": "  "}, "/title"),
    "long text": ({"text": "a" * 60_000}, "/text"),
    "long text in needs": ({"text": None, "needs": [NEED | {"text": "a" * 26_000}] * 2}, "/needs"),
    "long title": ({"title": "a" * 301}, "/title"),
    "no text": ({"text": None}, "/text"),
    "text and needs": ({"needs": [NEED]}, "/needs"),
    "no needs": ({"text": None, "needs": []}, "/needs"),
    "too many needs": ({"text": None, "needs": [NEED] * 21}, "/needs"),
    "types beside needs": ({"text": None, "needs": [NEED], "assistance_types": ["training"]}, "/assistance_types"),
    "unknown type": ({"assistance_types": ["weapons"]}, "/assistance_types/0"),
    "no such State": ({"member_state": "XXX"}, "/member_state"),
    "no State": ({"member_state": None}, "/member_state"),
    "number for text": ({"text": 5}, "/text"),
    "list for text": ({"text": ["a"]}, "/text"),
    "no note verbale": ({"note_verbale": None}, "/note_verbale"),
    "impossible date": ({"note_verbale": {"reference": "1", "date": "2026-02-30"}}, "/note_verbale/date"),
    "date as number": ({"note_verbale": {"reference": "1", "date": 1700000000}}, "/note_verbale/date"),
    "date in the future": ({"note_verbale": {"reference": "1", "date": "2999-01-01"}}, "/note_verbale/date"),
    "blank reference": ({"note_verbale": {"reference": " ", "date": "2026-01-01"}}, "/note_verbale/reference"),
    "urgent without a reason": ({"urgency": "urgent"}, "/urgency_reason"),
    "wanted before the note": ({"wanted_by": "2020-01-01"}, "/wanted_by"),
    "no focal point": ({"focal_point": None}, "/focal_point"),
    "no e-mail": ({"focal_point": {"name": "A", "email": "nobody"}}, "/focal_point/email"),
    "unknown authority": ({"submitting_authority": {"name": "A", "kind": "club"}}, "/submitting_authority/kind"),
    "no such related request": ({"related_request": "abc"}, "/related_request"),
}
# What no contract sees: bodies that are no clean JSON.
SOUND = json.dumps(letter())
WRONG_BODIES = {
    "NUL": (SOUND.replace("Ministry", "\\u0000").encode(), 400, "/submitting_authority/name"),
    "lone surrogate": (SOUND.replace("Ministry", "\\ud83d").encode(), 400, "/submitting_authority/name"),
    "lone surrogate in a key": (SOUND.replace('"kind"', '"\\udc00"').encode(), 400, "/submitting_authority"),
    "NaN": (SOUND.replace('"en"', "NaN").encode(), 400, ""),
    "Infinity": (SOUND.replace('"en"', "-Infinity").encode(), 400, ""),
    "1e999": (SOUND.replace('"en"', "1e999").encode(), 400, "/language"),
    "5,000 digits": (SOUND.replace('"en"', "9" * 5_000).encode(), 400, ""),
    "duplicate key": (SOUND.replace('"language"', '"title"').encode(), 400, "/title"),
    "nested duplicate key": (SOUND.replace('"kind"', '"name"').encode(), 400, "/submitting_authority/name"),
    "UTF-16": (SOUND.encode("utf-16"), 400, ""),
    "UTF-16 without a mark": (SOUND.encode("utf-16-le"), 400, ""),
    "byte order mark": (b"\xef\xbb\xbf" + SOUND.encode(), 400, ""),
    "Latin-1": (SOUND.replace("Ministry", "Ministère").encode("latin-1"), 400, ""),
    "depth 100,000": (b"[" * 100_000, 400, ""),
    "depth 33": (b"[" * 33 + b"]" * 33, 400, ""),
    "cut off": (SOUND[:-1].encode(), 400, ""),
    "2 MB": (SOUND.replace("Ministry", "a" * 2_000_000).encode(), 413, None),
    "an array": (b"[]", 422, ""),
    "null": (b"null", 422, ""),
    "a string": (b'"text"', 422, ""),
    "nothing": (b"", 422, ""),
}
WRONG_KEYS = {
    "missing": {},
    "no scheme": {"Authorization": "mdk_00000000_secret"},
    "other scheme": {"Authorization": "Basic bWRr"},
    "empty": {"Authorization": "Bearer "},
    "unknown": {"Authorization": "Bearer mdk_00000000_" + "a" * 43},
    "not ASCII": {"Authorization": "Bearer mdk_é".encode("latin-1")},
    "very long": {"Authorization": "Bearer " + "a" * 10_000},
}


@pytest.fixture
def nothing_stored(client, portal, desk):
    """Afterwards: no request in the database, and the next sound one is taken."""
    yield
    with desk.sessions.read() as session:
        assert session.scalar(select(func.count()).select_from(AssistanceRequestRow)) == 0
    assert client.post("/v1/requests", json=letter(), headers=portal | key()).status_code == 201


def assert_problem(answer, status: int) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    body = answer.json()
    assert body["status"] == status
    assert body["type"].startswith("/problems/")
    assert body["instance"] == f"urn:uuid:{answer.headers['x-request-id']}"
    assert body["title"]
    assert body["detail"]
    return body


@pytest.mark.parametrize(("changes", "pointer"), WRONG_FIELDS.values(), ids=WRONG_FIELDS)
@pytest.mark.usefixtures("nothing_stored")
def test_a_wrong_field_is_named(client, portal, changes, pointer):
    refused = client.post("/v1/requests", json=letter(**changes), headers=portal | key())

    body = assert_problem(refused, 422)
    assert pointer in [error["pointer"] for error in body["errors"]]
    assert all(error["detail"] for error in body["errors"])


@pytest.mark.parametrize(("body", "status", "pointer"), WRONG_BODIES.values(), ids=WRONG_BODIES)
@pytest.mark.usefixtures("nothing_stored")
def test_a_body_that_is_no_clean_json_is_refused(client, portal, body, status, pointer):
    headers = portal | key() | {"Content-Type": "application/json"}
    problem = assert_problem(client.post("/v1/requests", content=body, headers=headers), status)

    assert pointer is None or pointer in [error["pointer"] for error in problem["errors"]]


@pytest.mark.usefixtures("nothing_stored")
def test_a_streamed_body_is_cut_at_the_limit(client, portal):
    pieces = (b" " * 65_536 for _ in range(40))
    headers = portal | key() | {"Content-Type": "application/json"}

    assert_problem(client.post("/v1/requests", content=pieces, headers=headers), 413)


@pytest.mark.parametrize("media_type", ["text/plain", "application/xml", "application/json; charset=utf-16", ""])
@pytest.mark.usefixtures("nothing_stored")
def test_another_media_type_is_refused(client, portal, media_type):
    headers = portal | key() | {"Content-Type": media_type}

    assert_problem(client.post("/v1/requests", content=SOUND.encode(), headers=headers), 415)


@pytest.mark.parametrize("credentials", WRONG_KEYS.values(), ids=WRONG_KEYS)
@pytest.mark.usefixtures("nothing_stored")
def test_a_wrong_key_is_one_and_the_same_401(client, credentials):
    refused = client.post("/v1/requests", json=letter(), headers=credentials | key())

    body = assert_problem(refused, 401)
    assert refused.headers["www-authenticate"].startswith("Bearer")
    assert {**body, "instance": 0} == {**client.get("/v1/me").json(), "instance": 0}


def test_errors_never_repeat_the_input(client, portal):
    secret = "Zebra-4711"
    refused = client.post(
        "/v1/requests", json=letter(focal_point={"name": "A", "email": secret, "extra": secret}), headers=portal | key()
    )

    assert refused.status_code == 422
    assert secret not in refused.text


@pytest.mark.parametrize(
    "path", ["/v1/requests/%00", "/v1/requests/x", "/v1/requests/%ff", "/v1/nothing", "/v1/items/'"]
)
def test_an_address_without_anything_is_404(client, officer, path):
    assert_problem(client.get(path, headers=officer), 404)


def test_a_wrong_method_is_405(client, portal):
    assert_problem(client.delete("/v1/requests", headers=portal), 405)


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "9" * 400])
def test_a_wrong_limit_is_named(client, portal, limit):
    body = assert_problem(client.get(f"/v1/requests?limit={limit}", headers=portal), 422)

    assert body["errors"][0]["pointer"] == "/query/limit"


def test_what_nobody_foresaw_says_no_more_than_its_id(client, portal, monkeypatch):
    def fail(*_, **__):
        raise RuntimeError("Zebra-4711")

    monkeypatch.setattr("service.intake.api.request_rows", fail)

    refused = client.get("/v1/requests", headers=portal)

    assert_problem(refused, 500)
    assert "Zebra" not in refused.text
