"""The command as a person runs it: help everywhere, exit codes by the kind of error, files in and out."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from service.matching.evaluation import DEV_LABELS
from service.matching.labels import bundled_sentences

ROOT = Path(__file__).parent.parent.parent
COMMAND = str(Path(sys.executable).parent / "mandate-desk")
NOBODY = "There is no principal"


@pytest.fixture
def run(tmp_path):
    """Runs the command with a data folder of its own."""

    def call(*arguments: object, stdin: str = "", **environment: str) -> subprocess.CompletedProcess:
        return subprocess.run(
            [COMMAND, *map(str, arguments)],
            input=stdin,
            capture_output=True,
            text=True,
            check=False,
            cwd=tmp_path,
            env={"PATH": os.environ["PATH"], "MANDATE_DESK_DATA_DIR": str(tmp_path / "data"), **environment},
        )

    return call


GROUPS = ["db", "keys", "catalogue", "ledger", "schemas", "demo"]
COMMANDS = [
    "serve", "worker", "match", "evaluate", "train", "db upgrade", "db status", "db backup", "db restore",
    "db grants", "doctor",
    "keys make", "keys add", "keys list", "keys revoke", "catalogue validate", "catalogue digest", "catalogue show",
    "ledger status", "ledger vkey", "ledger checkpoint", "ledger export", "ledger proof", "ledger verify",
    "ledger new-origin", "schemas list", "schemas print", "schemas write", "demo load",
]  # fmt: skip


def test_help_names_every_command_and_every_exit_code(run):
    text = run("--help").stdout

    assert all(name.partition(" ")[0] in text for name in COMMANDS)
    assert all(code in text for code in ("65", "66", "69", "73", "77", "78"))


@pytest.mark.parametrize("group", GROUPS)
def test_each_group_helps(run, group):
    done = run(group, "--help")

    assert done.returncode == 0
    assert all(name.partition(" ")[2] in done.stdout for name in COMMANDS if name.startswith(group + " "))


def test_every_command_is_known_to_these_tests():
    from service.cli.main import app  # noqa: PLC0415  (only here is the tree of commands read)

    named = {command.name for command in app.registered_commands}
    for group in app.registered_groups:
        named |= {
            f"{group.name} {command.name or command.callback.__name__}"
            for command in group.typer_instance.registered_commands
        }
    assert named == set(COMMANDS)


# Exit codes


def test_wrong_usage_is_2(run):
    assert run("nothing").returncode == 2
    assert run("keys", "make", "--name", "A", "--role", "king").returncode == 2


def test_no_schema_is_69_and_says_what_to_run(run):
    done = run("serve")

    assert done.returncode == 69
    assert "mandate-desk db upgrade" in done.stderr


def test_a_wrong_setting_is_78_and_named(run):
    done = run("db", "status", MANDATE_DESK_PORT="99999")

    assert done.returncode == 78
    assert "port" in done.stderr


def test_an_unknown_database_is_78(run):
    done = run("db", "status", MANDATE_DESK_DATABASE_URL="mysql://x/y")

    assert done.returncode == 78
    assert "Traceback" not in done.stderr


def test_keys_have_a_life(run):
    assert run("db", "upgrade").returncode == 0
    made = run("keys", "make", "--name", "Portal of Kenya", "--role", "portal", "--state", "KEN", "--registered")
    key = made.stdout.strip()
    assert key.startswith("mdk_")
    assert len(key) > 50

    assert run("keys", "make", "--name", "Portal of Kenya", "--role", "portal", "--state", "KEN").returncode == 73
    assert run("keys", "make", "--name", "B", "--role", "portal", "--state", "XXX").returncode == 66
    assert run("keys", "make", "--name", "B", "--role", "officer", "--team", "astrology").returncode == 65
    assert run("keys", "make", "--name", "B", "--role", "officer").returncode == 65
    assert run("keys", "add", "Nobody").returncode == 66
    second = run("keys", "add", "Portal of Kenya").stdout.strip()

    prefix = "_".join(second.split("_")[:2])
    assert run("keys", "revoke", prefix).returncode == 0
    assert run("keys", "revoke", prefix).returncode == 73
    listed = run("keys", "list").stdout
    assert "revoked" in listed
    assert "live" in listed
    assert key not in listed
    assert [line.split()[0] for line in listed.splitlines()] == ["_".join(key.split("_")[:2]), prefix]


def test_a_key_is_nowhere_in_clear(run, tmp_path):
    run("db", "upgrade")
    key = run("keys", "make", "--name", "A", "--role", "auditor").stdout.strip()

    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            assert key.encode() not in path.read_bytes()


# Catalogue


def test_a_sound_catalogue_is_said_so(run):
    file = ROOT / "service" / "mandate" / "data" / "instruments" / "draft-resolution-iii.json"
    done = run("catalogue", "validate", file)

    assert done.returncode == 0
    assert "19 operative" in done.stdout


def test_each_fault_is_named_with_its_place(run, tmp_path):
    file = ROOT / "service" / "mandate" / "data" / "instruments" / "draft-resolution-iii.json"
    whole = json.loads(file.read_text("utf-8"))
    whole["operative"][2]["theme"] = "astrology"
    whole["operative"][9]["clause"]["start"] += 1
    (tmp_path / "broken.json").write_text(json.dumps(whole), "utf-8")
    done = run("catalogue", "validate", tmp_path / "broken.json")

    assert done.returncode == 65
    assert "/operative/2/theme" in done.stderr
    assert "/operative/9/clause" in done.stderr


@pytest.mark.parametrize(("content", "code"), [(None, 66), ("{", 65), ("[]", 65), ("\udcff", 65)])
def test_a_file_that_is_no_catalogue(run, tmp_path, content, code):
    path = tmp_path / "file.json"
    if content is not None:
        path.write_bytes(content.encode("utf-8", "surrogateescape"))
    done = run("catalogue", "validate", path)

    assert done.returncode == code
    assert "Traceback" not in done.stderr


# Matching

LINES = (
    '{"id":"a","lang":"en","title":"Airport","text":"Please train our border guards to find forged passports of '
    'foreign terrorist fighters."}\n\n'
    '{"id":"b","title":"Demande","text":"Nous demandons une aide pour les victimes du terrorisme."}\n'
)
REPORT = [
    "id", "language", "language_detected", "disposition", "reasons", "primary", "matches", "asks", "probabilities",
    "contrast", "instruments", "catalogue", "engine",
]  # fmt: skip


def test_match_reads_lines_and_writes_lines_in_order(run, tmp_path):
    (tmp_path / "in.jsonl").write_text(LINES, "utf-8")
    from_file = run("match", "--in", "in.jsonl", "--out", "out.jsonl")
    from_stdin = run("match", stdin=LINES)

    written = (tmp_path / "out.jsonl").read_text("utf-8")
    assert (from_file.returncode, from_stdin.returncode) == (0, 0)
    assert from_stdin.stdout == written
    first, second = map(json.loads, written.splitlines())
    assert list(first) == REPORT
    assert (first["id"], first["language_detected"], second["id"], second["language"]) == ("a", False, "b", "fr")
    assert 10 in [match["paragraph"] for match in first["matches"]]
    assert second["primary"] == 13
    assert list(first["probabilities"]) == [str(number) for number in range(1, 20)]


def test_match_explains_to_a_person(run):
    done = run("match", "--explain", stdin=LINES)

    assert done.returncode == 0
    assert "\u2068a\u2069: authorised, OP 10" in done.stdout
    assert "[OP 8" in done.stdout or "[OP 10" in done.stdout
    assert "\x1b" not in done.stdout, "colours are for terminals"
    assert "OP 13 victims_of_terrorism" in done.stdout


def test_the_encoder_can_be_left_out_and_the_report_says_so(run):
    with_encoder, without = run("match", stdin=LINES), run("match", stdin=LINES, SERVICE_ENCODER="none")

    first, second = (json.loads(done.stdout.splitlines()[1]) for done in (with_encoder, without))
    assert first["engine"] != second["engine"]
    assert second["engine"].endswith("+e.none")
    assert second["primary"] == 13
    assert run("match", stdin=LINES, SERVICE_ENCODER="maybe").returncode == 78
    assert run("match", stdin=LINES, ENCODER="utf-8").returncode == 0, "another program's setting"


def test_labels_that_share_an_id_are_refused(run, tmp_path):
    labels = few_labels(tmp_path, 1)
    done = run("evaluate", labels, labels)

    assert done.returncode == 65
    assert "id of their own" in done.stderr


@pytest.mark.parametrize(
    ("line", "word"),
    [("{", "line 1"), ('{"id":"a","title":"x"}', "/text"), ('{"id":1,"title":"x","text":"y"}', "/id"), ("[]", "line 1"),
     ('{"id":"a","title":"x","text":"y","lang":"de"}', "language")],
)  # fmt: skip
def test_a_line_that_is_no_request_is_named(run, line, word):
    done = run("match", stdin=line + "\n")

    assert done.returncode == 65
    assert word in done.stderr
    assert "Traceback" not in done.stderr


def few_labels(tmp_path: Path, each: int) -> Path:
    """The first ``each`` labels of every language and outcome kind, enough to train on in seconds."""
    kept, seen = [], {}
    for line in DEV_LABELS.read_text("utf-8").splitlines():
        record = json.loads(line)
        key = (record["lang"], record["primary"], record["disposition"])
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= each:
            kept.append(line)
    path = tmp_path / "few.jsonl"
    path.write_text("\n".join(kept) + "\n", "utf-8")
    return path


def test_training_on_few_labels_twice_gives_the_same_bytes(run, tmp_path):
    labels, sentences = few_labels(tmp_path, 1), tmp_path / "sentences.jsonl"
    sentences.write_text("\n".join(bundled_sentences().read_text("utf-8").splitlines()[::40]), "utf-8")
    given = ("train", "--labels", labels, "--sentences", sentences)
    done = [run(*given, "--out", tmp_path / name) for name in ("one", "two")]

    assert [one.returncode for one in done] == [0, 0], done[0].stderr
    first, second = ((tmp_path / name / "weights.npz").read_bytes() for name in ("one", "two"))
    assert first == second


def test_evaluate_says_what_was_seen_in_training(run, tmp_path):
    labels = few_labels(tmp_path, 1)
    shipped, folded = run("evaluate", labels), run("evaluate", labels, "--folds", 2, "--seed", 0, "--json")

    assert "seen in training" in shipped.stdout
    assert shipped.stdout.split()[:8] == ["figure", "all", "ar", "en", "es", "fr", "ru", "zh"]
    assert "labelled (rows) against said (columns)" in shipped.stdout
    figures = json.loads(folded.stdout)
    assert sum(count for *_, count in figures["confusion"]) == figures["figures"]["all"]["records"]
    assert all(one["said"] != one["labelled"] and one["text"] for one in figures["mistakes"])
    assert figures["seen_in_training"] == []
    assert figures["figures"]["all"]["evidence_not_verbatim"] == 0


# The contract


def test_the_contract_is_printed(run, tmp_path):
    assert run("schemas", "write", "out").returncode == 0
    names = run("schemas", "list").stdout.split()

    assert sorted(names) == sorted(path.name for path in (tmp_path / "out").iterdir())
    assert run("schemas", "print").stdout == (ROOT / "schemas" / "openapi.json").read_text("utf-8")
    assert run("schemas", "print", "nothing").returncode == 66


# The ledger


def test_the_ledger_from_the_shell(run, tmp_path):
    run("db", "upgrade")
    run("keys", "make", "--name", "A", "--role", "auditor")
    vkey = run("ledger", "vkey").stdout.strip()

    assert run("ledger", "checkpoint").stdout.startswith("mandate-desk.example/ledger\n2\n")
    assert run("ledger", "export", "--out", "one.zip").returncode == 0
    assert run("ledger", "export", "--out", "one.zip").returncode == 73
    assert json.loads(run("ledger", "proof", "0").stdout)["size"] == 2
    assert run("ledger", "proof", "9").returncode == 66
    assert run("ledger", "verify", "one.zip", "--vkey", vkey).returncode == 0
    assert run("ledger", "verify", "one.zip", "--vkey", vkey[:-1]).returncode == 2
    assert "2 leaves, 2 signed" in run("ledger", "status").stdout
