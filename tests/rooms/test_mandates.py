"""The mandate over HTTP: for anybody, in the reader's language, cached by its digest."""

import pytest


def test_the_list_says_what_is_cited_now(client, desk):
    body = client.get("/v1/mandates").json()

    assert body["current"] == "draft-resolution-iii"
    assert body["catalogue"] == desk.catalogue.digest
    [one] = body["instruments"]
    assert (one["symbol"], one["status"], one["standing"]) == (None, "draft", "provisional")


def test_a_resolution_is_shown_whole(client, desk):
    body = client.get("/v1/mandates/draft-resolution-iii").json()

    assert [one["text"] for one in body["operative"]] == [one.text for one in desk.catalogue.current.operative]
    assert [one["paragraph"] for one in body["preamble"]] == list(range(1, 15))
    assert body["notes"][3]["cited"][0]["symbol"] == "60/288"
    assert {mark["paragraph"] for mark in body["unresolved_marks"]} == {17}


@pytest.mark.parametrize(
    ("accept", "language", "name"),
    [
        ("fr", "fr", "Gestion des frontières"),
        ("zh-Hant, en;q=0.3", "zh", "边境管理"),
        ("de, *;q=0.1", "en", "Border management"),
        ("en;q=0.2, ru;q=0.9", "ru", "Пограничный контроль"),
    ],
)
def test_a_paragraph_is_labelled_for_its_reader_and_quoted_as_adopted(client, accept, language, name):
    answer = client.get("/v1/mandates/draft-resolution-iii/paragraphs/10", headers={"Accept-Language": accept})

    assert answer.headers["content-language"] == language
    assert answer.headers["vary"] == "Accept-Language"
    assert answer.json()["theme_name"] == name
    assert answer.json()["authority"]["language"] == "en"
    assert answer.json()["authority"]["clause"] in answer.json()["text"]


@pytest.mark.parametrize(
    "path",
    [
        "/v1/mandates",
        "/v1/mandates/draft-resolution-iii",
        "/v1/mandates/draft-resolution-iii/paragraphs/1",
        "/v1/states",
    ],
)
def test_what_the_reader_has_is_not_sent_again(client, path):
    first = client.get(path)
    again = client.get(path, headers={"If-None-Match": first.headers["etag"]})
    other = client.get(path, headers={"If-None-Match": '"other"'})

    assert first.headers["cache-control"].startswith("public")
    assert (again.status_code, again.content) == (304, b"")
    assert other.status_code == 200


def test_another_language_is_another_version(client):
    tags = {
        client.get("/v1/states", headers={"Accept-Language": language}).headers["etag"]
        for language in ("ar", "en", "es", "fr", "ru", "zh")
    }
    assert len(tags) == 6


def test_the_states_are_named_for_their_reader(client):
    states = client.get("/v1/states", headers={"Accept-Language": "ar"}).json()["states"]

    assert len(states) == 195
    assert next(state for state in states if state["code"] == "EGY")["name"] == "مصر"


@pytest.mark.parametrize(
    ("path", "status", "code"),
    [
        ("/v1/mandates/nothing", 404, "instrument-not-found"),
        ("/v1/mandates/draft-resolution-iii/paragraphs/20", 404, "paragraph-not-found"),
        ("/v1/mandates/draft-resolution-iii/paragraphs/x", 422, "invalid"),
        ("/v1/mandates/draft-resolution-iii/paragraphs/0", 422, "invalid"),
    ],
)
def test_what_is_not_there_is_a_problem(client, path, status, code):
    answer = client.get(path)

    assert (answer.status_code, answer.json()["type"]) == (status, f"/problems/{code}")
