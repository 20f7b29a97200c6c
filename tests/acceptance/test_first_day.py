"""The main job over HTTP on a server of its own: twelve requests in, one accepted, the record taken and checked."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest

from service.matching.evaluation import DEV_LABELS
from tests.conftest import DATABASES, empty_postgres

COMMAND = str(Path(sys.executable).parent / "mandate-desk")
LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")
# Two requests of each language from the labelled set, none of which the demo sends itself.
SENT = [f"dev-{language}-{number:03}" for language in LANGUAGES for number in (2, 31)]
BY_LANGUAGE = {"ar": "IRQ", "en": "JAM", "es": "COL", "fr": "NER", "ru": "KAZ", "zh": "MYS"}


@pytest.fixture(scope="module", params=DATABASES)
def database(request) -> Iterator[dict[str, str]]:
    """The setting of an empty database; none for the embedded one."""
    if request.param == "sqlite":
        yield {}
        return
    with empty_postgres(request.getfixturevalue("postgres")) as url:
        yield {"MANDATE_DESK_DATABASE_URL": url}


@pytest.fixture(scope="module")
def folder(tmp_path_factory, database) -> Path:
    return tmp_path_factory.mktemp("first-day")


@pytest.fixture(scope="module")
def command(folder, database):
    environment = database | {
        "PATH": os.environ["PATH"],
        "MANDATE_DESK_DATA_DIR": str(folder / "data"),
        "MANDATE_DESK_PROVISIONAL_ACCEPTANCE_ALLOWED_BY": "Office for Demonstrations (made up)",
    }

    def run(*arguments: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [COMMAND, *arguments], capture_output=True, text=True, check=False, cwd=folder, env=environment
        )

    run.environment = environment
    return run


@pytest.fixture(scope="module")
def server(folder, command):
    """What ``make run`` does, on a port of its own; gives the client and the demo's keys."""
    assert command("db", "upgrade").returncode == 0
    loaded = command("demo", "load")
    assert loaded.returncode == 0, loaded.stderr
    keys = dict(re.findall(r"^(\w+)=(mdk_\S+)$", loaded.stdout, re.MULTILINE))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (folder / "serve.log").open("w")
    running = subprocess.Popen([COMMAND, "serve", "--port", str(port)], cwd=folder, env=command.environment, stderr=log)
    # Asks again while the connection is refused; no fixed wait.
    transport = httpx2.HTTPTransport(retries=12)
    with httpx2.Client(base_url=f"http://127.0.0.1:{port}", transport=transport, timeout=60) as client:
        assert client.get("/readyz").json()["status"] == "ok"
        yield client, keys
    running.terminate()
    # Served to the end, then ended by the signal it was sent.
    assert running.wait(timeout=30) in (0, -signal.SIGTERM)
    log.close()


def letters() -> dict[str, dict]:
    return {record["id"]: record for record in map(json.loads, DEV_LABELS.read_text("utf-8").splitlines())}


def post(client, keys, record: dict) -> httpx2.Response:
    state = BY_LANGUAGE[record["lang"]]
    payload = {
        "member_state": state,
        "title": record["title"],
        "text": record["text"],
        "note_verbale": {"reference": f"First day {record['id']}", "date": "2026-11-20"},
        "submitting_authority": {"name": "Ministry of Justice", "kind": "ministry"},
        "focal_point": {"name": "A. Focal-Point", "email": "focal@first-day.example"},
    }
    headers = bearer(keys, f"PORTAL_{state}") | {"Idempotency-Key": record["id"]}
    return client.post("/v1/requests", json=payload, headers=headers)


def bearer(keys, name: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {keys[name]}"}


def test_the_main_job(server, command, folder):
    client, keys = server
    records = letters()
    answers = [post(client, keys, records[one]) for one in SENT]
    assert [answer.status_code for answer in answers] == [201] * 12, [answer.text[:300] for answer in answers]
    requests = [answer.json() for answer in answers]
    needs = [request["needs"][0] for request in requests]
    assert [need["finding"]["language"] for need in needs] == [one[4:6] for one in SENT]
    right = sum(need["finding"]["primary"] == records[one]["primary"] for one, need in zip(SENT, needs, strict=True))
    assert right >= 10
    assert len({request["leaf_index"] for request in requests}) == 12

    # The portal follows its own; another State's is not there.
    mine = client.get(f"/v1/requests/{requests[0]['id']}", headers=bearer(keys, "PORTAL_IRQ"))
    foreign = client.get(f"/v1/requests/{requests[0]['id']}", headers=bearer(keys, "PORTAL_COL"))
    assert (mine.json()["state"], foreign.status_code) == ("authenticated", 404)

    # Two officers: one takes the item, the other is told so; the first accepts.
    chosen = next(need for need in needs if need["finding"]["disposition"] == "authorised")
    one, two = bearer(keys, "OFFICER_1"), bearer(keys, "OFFICER_2")
    queue = client.get(f"/v1/queues/{chosen['route']['team']}/items?limit=200", headers=one).json()["items"]
    item = next(line for line in queue if line["need"] == chosen["id"])
    claimed = client.post(f"/v1/items/{item['id']}/claim", headers=one)
    assert claimed.status_code == 200
    assert client.post(f"/v1/items/{item['id']}/claim", headers=two).status_code == 409
    rulings = [
        {"ask": ask["id"], "ruling": "accepted" if ask["covered"] else "noted"} for ask in chosen["finding"]["asks"]
    ]
    decided = client.post(
        f"/v1/items/{item['id']}/decide",
        json={"rulings": rulings, "reason": "Within the mandate."},
        headers=one | {"If-Match": claimed.headers["etag"]},
    )
    assert (decided.status_code, decided.json()["state"]) == (200, "decided")
    made = decided.json()["subject"]["decisions"]
    assert {one["allowed_by"] for one in made if one["ruling"] == "accepted"} == {"Office for Demonstrations (made up)"}

    # The auditor takes the record and checks it with the verifier alone.
    export = client.get("/v1/ledger/export", headers=bearer(keys, "AUDITOR"))
    (folder / "ledger.zip").write_bytes(export.content)
    vkey = command("ledger", "vkey").stdout.strip()
    good = command("ledger", "verify", "ledger.zip", "--vkey", vkey)
    assert (good.returncode, json.loads(good.stdout)["result"]) == (0, "good")

    # One byte changed: refused.
    with zipfile.ZipFile(folder / "ledger.zip") as archive:
        archive.extractall(folder / "ledger")
    leaves = bytearray((folder / "ledger" / "leaves.jsonl").read_bytes())
    place = leaves.index(b'"event":"casework.need.decided"') + 20
    leaves[place] ^= 1
    (folder / "ledger" / "leaves.jsonl").write_bytes(leaves)
    bad = command("ledger", "verify", "ledger", "--vkey", vkey)
    assert (bad.returncode, json.loads(bad.stdout)["result"]) == (1, "tampered")


def test_a_second_start_keeps_the_data(server, command):
    again = command("demo", "load")

    assert again.returncode == 0
    assert "Sample requests sent now: 0." in again.stdout


def test_the_log_holds_no_words_of_the_requests(server, folder):
    log = (folder / "serve.log").read_text("utf-8")

    assert all(json.loads(line) for line in log.splitlines())
    assert '"route": "/v1/requests"' in log
    assert "\\u001b" not in log
    assert "Context impl" not in log
    for word in ("focal@first-day.example", "Focal-Point", "First day", "mdk_"):
        assert word not in log
