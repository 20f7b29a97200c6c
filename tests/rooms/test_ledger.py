"""The record: a leaf for every change, exports that the standalone verifier takes, and none that was touched."""

import contextlib
import io
import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from sqlalchemy import delete, select, update

from service.canonical import canonical_bytes
from service.clock import now
from service.errors import Conflict, Invalid
from service.ledger import verifier
from service.ledger.append import append
from service.ledger.checkpoint import sign_checkpoint
from service.ledger.events import Event, EventName
from service.ledger.leaf import secret_digest
from service.ledger.models import DisclosureRow, HeadRow, LeafRow, NodeRow
from service.ledger.queries import head, leaves
from service.ledger.signer import load_signer
from tests.letters import letter, send

VERIFIER = Path(verifier.__file__)


@pytest.fixture
def auditor(make):
    return make("auditor")


@pytest.fixture
def filled(client, portal, officer):
    """A ledger with some fourteen leaves of every kind that a request makes."""
    for _ in range(3):
        send(client, portal)
    item = client.post("/v1/queues/borders/claim-next", headers=officer).json()
    tag = {"If-Match": f'"{item["version"]}"'}
    client.post(f"/v1/items/{item['id']}/decide", json={"ruling": "accepted"}, headers=officer | tag)


@pytest.fixture
def bundle(client, auditor, filled, tmp_path) -> Path:
    """An export, unpacked."""
    answer = client.get("/v1/ledger/export", headers=auditor)
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        archive.extractall(tmp_path / "bundle")
    (tmp_path / "bundle.zip").write_bytes(answer.content)
    return tmp_path / "bundle"


@pytest.fixture
def vkey(desk) -> str:
    return str(desk.signer.verifier)


def check(bundle: Path, vkey: str, *seen: Path) -> tuple[int, dict]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        status = verifier.main([str(bundle), "--vkey", vkey, *(part for one in seen for part in ("--seen", str(one)))])
    return status, json.loads(out.getvalue())


def lines_of(bundle: Path) -> list[bytes]:
    return (bundle / "leaves.jsonl").read_bytes().splitlines(keepends=True)


def leaves_of(desk) -> list[dict]:
    with desk.sessions.read() as session:
        return [json.loads(leaf) for leaf in leaves(session, first=0, end=head(session).size)]


# What is written


def test_each_change_has_its_leaf_in_order(desk, filled):
    events = [leaf["event"] for leaf in leaves_of(desk)]

    assert events == [
        *["access.principal.made", "access.key.made"] * 2,
        *["intake.request.received", "assessment.need.read", "casework.item.queued"] * 3,
        "casework.item.claimed",
        "casework.need.decided",
    ]


def test_a_leaf_is_canonical_json_with_a_nonce_and_its_own_bytes(desk, filled):
    with desk.sessions.read() as session:
        stored = list(leaves(session, first=0, end=head(session).size))
    parsed = [json.loads(one) for one in stored]

    assert all(canonical_bytes(one) == data for one, data in zip(parsed, stored, strict=True))
    assert len({one["nonce"] for one in parsed}) == len(parsed)


def test_no_person_and_no_free_text_is_in_a_leaf(client, portal, desk):
    personal = letter(
        title="Zebra title", urgency="urgent", urgency_reason="Zebra reason", existing_measures="Zebra measures",
        assistance_elsewhere="Zebra elsewhere", cited_instruments=["Zebra treaty"], text="Zebra text: train judges.",
        note_verbale={"reference": "ZEBRA/1", "date": "2026-11-02"},
        submitting_authority={"name": "Zebra ministry", "kind": "ministry"},
        focal_point={"name": "Zebra Odhiambo", "title": "Zebra", "email": "zebra@example.org", "phone": "+254 4711"},
    )  # fmt: skip
    send(client, portal, **personal)

    written = json.dumps(leaves_of(desk), ensure_ascii=False).casefold()
    assert "zebra" not in written
    assert "+254 4711" not in written


def test_a_digest_opens_with_its_salt_and_with_nothing_else(client, portal, desk):
    sent = send(client, portal)
    [received] = [leaf for leaf in leaves_of(desk) if leaf["event"] == "intake.request.received"]
    with desk.sessions.read() as session:
        rows = session.execute(
            select(DisclosureRow.field, DisclosureRow.salt).where(DisclosureRow.leaf_index == sent["leaf_index"])
        )
        salts = {row.field: row.salt for row in rows}

    assert set(salts) == set(received["sd"])
    name = sent["focal_point"]["name"]
    assert secret_digest(salts["focal_point/name"], "focal_point/name", name) == received["sd"]["focal_point/name"]
    assert secret_digest("0" * 64, "focal_point/name", name) != received["sd"]["focal_point/name"]


def test_an_event_that_is_not_in_the_list_cannot_be_written(desk):
    event = Event(name="nothing.like.this", stream="x", actor="system", facts={})
    with pytest.raises(Invalid), desk.sessions.begin() as session:
        append(session, [event], at=now())


def test_a_failed_change_leaves_no_gap(client, portal, desk):
    send(client, portal)
    size = len(leaves_of(desk))
    event = Event(name=EventName.KEY_REVOKED, stream="access", actor="operator", facts={})
    with contextlib.suppress(InterruptedError), desk.sessions.begin() as session:
        append(session, [event], at=now())
        raise InterruptedError
    send(client, portal)

    assert len(leaves_of(desk)) == size + 3


# Over HTTP


def test_the_ledger_tells_its_size_and_key(client, auditor, filled, vkey, desk):
    before = client.get("/v1/ledger", headers=auditor).json()
    assert (before["signed_size"], before["vkey"]) == (None, vkey)
    assert client.get("/v1/ledger/checkpoint", headers=auditor).status_code == 404

    client.get("/v1/ledger/export", headers=auditor)

    after = client.get("/v1/ledger", headers=auditor).json()
    assert after["signed_size"] == after["size"] == len(leaves_of(desk))
    assert client.get("/v1/ledger/checkpoint", headers=auditor).text.startswith(f"{after['origin']}\n{after['size']}\n")


def test_proofs_over_http_hold(client, auditor, filled):
    size = client.get("/v1/ledger", headers=auditor).json()["size"]
    for index in range(size):
        proof = client.get(f"/v1/ledger/leaves/{index}/proof", headers=auditor).json()
        root = climb(proof["leaf_hash"], index, size, proof["hashes"])
        assert root == proof["root"]
    for first in range(1, size):
        proof = client.get(f"/v1/ledger/consistency?first={first}", headers=auditor).json()
        old, new = bytes.fromhex(proof["first_root"]), bytes.fromhex(proof["second_root"])
        assert verifier.consistent(first, size, old, new, [bytes.fromhex(one) for one in proof["hashes"]])


def climb(leaf: str, index: int, size: int, hashes: list[str]) -> str:
    """The root that an inclusion proof leads to, by the recursive rule (RFC 9162 section 2.1.3.1)."""
    if size == 1:
        return leaf
    split = 1 << ((size - 1).bit_length() - 1)
    last = bytes.fromhex(hashes[-1])
    if index < split:
        return verifier.node_hash(bytes.fromhex(climb(leaf, index, split, hashes[:-1])), last).hex()
    return verifier.node_hash(last, bytes.fromhex(climb(leaf, index - split, size - split, hashes[:-1]))).hex()


@pytest.mark.parametrize(
    ("path", "status"),
    [("leaves/999/proof", 404), ("leaves/0/proof?size=999", 422), ("leaves/x/proof", 422), ("consistency?first=0", 422),
     ("consistency?first=99", 422), ("leaves/99999999999999999999/proof", 422)],
)  # fmt: skip
def test_proofs_of_nothing_are_refused(client, auditor, path, status):
    assert client.get(f"/v1/ledger/{path}", headers=auditor).status_code == status


@pytest.mark.parametrize("role", ["portal", "officer", "supervisor", "administrator"])
def test_the_ledger_is_for_auditors(client, make, role):
    bound = {"portal": {"member_state": "KEN"}, "officer": {"teams": frozenset({"borders"})}}.get(role, {})
    caller = make(role, **bound)
    for path in ("", "/checkpoint", "/leaves/0/proof", "/consistency?first=1", "/export"):
        assert client.get(f"/v1/ledger{path}", headers=caller).status_code == 403


def test_an_export_carries_its_digest(client, auditor, filled):
    answer = client.get("/v1/ledger/export", headers=auditor)

    assert answer.headers["content-digest"].startswith("sha-256=:")
    assert int(answer.headers["content-length"]) == len(answer.content)


# The verifier


def test_a_sound_export_is_good_and_says_what_it_does_not_prove(bundle, vkey):
    for form in (bundle, bundle.parent / "bundle.zip"):
        status, report = check(form, vkey)

        assert (status, report["result"]) == (0, "good")
        assert "no earlier checkpoint" in report["not_proven"][0]


def test_the_verifier_stands_alone(bundle, vkey, tmp_path):
    alone = tmp_path / "elsewhere" / "verifier.py"
    alone.parent.mkdir()
    alone.write_bytes(VERIFIER.read_bytes())
    done = subprocess.run(
        [sys.executable, "-I", "-S", str(alone), str(bundle), "--vkey", vkey],
        capture_output=True, text=True, cwd=alone.parent, check=False,
    )  # fmt: skip

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(("key", "status"), [("right", 0), ("wrong", 1), ("none", 2)])
def test_a_reader_who_stops_early_leaves_the_status_as_it_is(bundle, vkey, tmp_path, key, status):
    other = str(load_signer(tmp_path / "other", "mandate-desk.example/ledger").verifier)
    given = {"right": vkey, "wrong": other, "none": "none"}[key]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(
        [sys.executable, str(VERIFIER), str(bundle), "--vkey", given],
        stdout=writing, stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    os.close(writing)

    assert (done.returncode, done.stderr) == (status, b"")


def edited(lines):
    lines[5] = lines[5].replace(b'"v":1', b'"v":2')


def one_bit(lines):
    line = bytearray(lines[3])
    line[len(line) // 2] ^= 1
    lines[3] = bytes(line)


def dropped(lines):
    del lines[4]


def doubled(lines):
    lines.insert(4, lines[4])


def swapped(lines):
    lines[2], lines[3] = lines[3], lines[2]


def truncated(lines):
    del lines[-1]


def longer(lines):
    lines.append(lines[-1])


@pytest.mark.parametrize("change", [edited, one_bit, dropped, doubled, swapped, truncated, longer])
def test_a_touched_row_is_found(bundle, vkey, change):
    lines = lines_of(bundle)
    change(lines)
    (bundle / "leaves.jsonl").write_bytes(b"".join(lines))

    status, report = check(bundle, vkey)

    assert (status, report["result"]) == (1, "tampered"), report


@pytest.mark.parametrize("name", ["leaves.jsonl", "checkpoint.note", "proof.json", "manifest.json"])
def test_no_byte_of_any_file_can_be_changed(bundle, vkey, name):
    whole = (bundle / name).read_bytes()
    for place in range(0, len(whole), max(1, len(whole) // 60)):
        broken = bytearray(whole)
        broken[place] ^= 0x01
        (bundle / name).write_bytes(broken)
        assert check(bundle, vkey)[0] in (1, 2), f"byte {place}"


def test_another_key_opens_nothing(bundle, tmp_path):
    other = str(load_signer(tmp_path / "other", "mandate-desk.example/ledger").verifier)

    assert check(bundle, other)[0] == 1


@pytest.mark.parametrize("broken", ["", "nonsense", "a+b+c"])
def test_a_key_that_is_none_is_malformed(bundle, broken):
    assert check(bundle, broken)[0] == 2


def test_a_file_too_many_or_too_few_is_malformed(bundle, vkey):
    (bundle / "more.txt").write_text("x")
    assert check(bundle, vkey)[0] == 2
    (bundle / "more.txt").unlink()
    (bundle / "proof.json").unlink()
    assert check(bundle, vkey)[0] == 2


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"x" * 1000], ids=["empty", "half", "noise"])
def test_what_is_no_bundle_is_malformed_and_no_traceback(tmp_path, vkey, content):
    (tmp_path / "no.zip").write_bytes(content)

    assert check(tmp_path / "no.zip", vkey)[0] == 2
    assert check(tmp_path / "nowhere", vkey)[0] == 2


# Against a kept checkpoint


@pytest.fixture
def kept(client, auditor, bundle, tmp_path) -> Path:
    path = tmp_path / "kept.note"
    path.write_text((bundle / "checkpoint.note").read_text("utf-8"), "utf-8")
    return path


def grown(client, portal, auditor, tmp_path) -> Path:
    send(client, portal)
    path = tmp_path / "later.zip"
    path.write_bytes(client.get("/v1/ledger/export", headers=auditor).content)
    return path


def test_a_log_that_goes_on_from_the_kept_note_is_good(client, portal, auditor, kept, vkey, tmp_path):
    status, report = check(grown(client, portal, auditor, tmp_path), vkey, kept)

    assert status == 0, report
    assert any("goes on from the note" in line for line in report["checks"])
    assert any("1 consistency proofs hold" in line for line in report["checks"])


def test_a_truncated_tail_is_found_against_a_later_note(client, portal, auditor, bundle, vkey, tmp_path):
    """The older export is whole in itself: only the newer note shows that leaves are missing."""
    later = grown(client, portal, auditor, tmp_path)
    with zipfile.ZipFile(later) as archive:
        archive.extract("checkpoint.note", tmp_path)

    assert check(bundle, vkey)[0] == 0
    status, report = check(bundle, vkey, tmp_path / "checkpoint.note")
    assert status == 1
    assert "rolled back" in report["problem"]


# The signer


def test_signing_the_same_tree_again_gives_the_same_note(desk, filled):
    notes = set()
    for _ in range(3):
        with desk.sessions.begin() as session:
            notes.add(sign_checkpoint(session, signer=desk.signer, at=now()).note)

    assert len(notes) == 1


def sign(desk):
    with desk.sessions.begin() as session:
        return sign_checkpoint(session, signer=desk.signer, at=now())


def test_an_edited_leaf_gets_no_signature(desk, filled):
    with desk.sessions.begin() as session:
        session.execute(update(LeafRow).where(LeafRow.leaf_index == 4).values(leaf=b"{}"))

    with pytest.raises(Conflict) as refused:
        sign(desk)
    assert refused.value.code == "ledger-inconsistent"


def test_a_rolled_back_database_gets_no_signature(desk, filled):
    sign(desk)
    with desk.sessions.begin() as session:
        session.execute(delete(LeafRow))
        session.execute(delete(NodeRow))
        session.execute(update(HeadRow).values(size=0, frontier=b""))

    with pytest.raises(Conflict) as refused:
        sign(desk)
    assert refused.value.code == "ledger-rolled-back"


def test_a_forked_database_gets_no_signature(desk, filled):
    sign(desk)
    size = len(leaves_of(desk))
    event = Event(name=EventName.KEY_REVOKED, stream="access", actor="operator", facts={})
    with desk.sessions.begin() as session:
        session.execute(delete(LeafRow))
        session.execute(delete(NodeRow))
        session.execute(delete(DisclosureRow))
        session.execute(update(HeadRow).values(size=0, frontier=b""))
        append(session, [event] * (size + 1), at=now())

    with pytest.raises(Conflict) as refused:
        sign(desk)
    assert refused.value.code == "ledger-forked"


def test_the_signers_key_is_its_owners_alone(desk, filled):
    sign(desk)
    folder = desk.signer.folder

    assert folder.stat().st_mode & 0o077 == 0
    assert (folder / "signing-key").stat().st_mode & 0o077 == 0
