"""Signed notes against published ones, and a strict reader of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.canonical import canonical_bytes, sha256_hex
from service.ledger import verifier
from service.ledger.note import (
    BadNote,
    CheckpointBody,
    open_note,
    parse_checkpoint,
    parse_signing_key,
    parse_verifier_key,
)

C2SP_KEY = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k"
C2SP_NOTE = (
    "This is an example message.\n\n"
    "\u2014 example.com/foo "
    "Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n"
)
NEUMANN = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
NEUMANN_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
NEUMANN_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
NEUMANN_SIGNATURE = (
    "\u2014 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
CHECKPOINT = (
    "PeterNeumann\n8\nXcnaeacGWamtVZy3Ad7ZoqudgjqtL0lgz+Nw7/RgQyg=\n\n"
    "\u2014 PeterNeumann x08gozdSgLMzAnw63LH1RGViJhUfW60EUGKY7Kmr004fQNOSqfrcd1hIk3BCtdcLWIqvGtX67sL24VN+44uTlxMnbAA=\n"
)


def test_the_published_note_opens():
    assert open_note(C2SP_NOTE, parse_verifier_key(C2SP_KEY)) == "This is an example message.\n"
    assert str(parse_verifier_key(C2SP_KEY)) == C2SP_KEY


def test_the_published_key_signs_the_published_signature():
    key = parse_signing_key(NEUMANN_SECRET)

    assert str(key.verifier) == NEUMANN
    assert key.sign(NEUMANN_TEXT) == f"{NEUMANN_TEXT}\n{NEUMANN_SIGNATURE}"
    assert key.to_text() == NEUMANN_SECRET


def test_a_checkpoint_reads_alike_in_writer_and_verifier():
    key = parse_signing_key(NEUMANN_SECRET)
    root = bytes.fromhex("5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328")
    body = CheckpointBody(origin="PeterNeumann", size=8, root=root)

    assert key.sign(body.to_text()) == CHECKPOINT
    assert parse_checkpoint(open_note(CHECKPOINT, key.verifier)) == body
    assert verifier.open_checkpoint(CHECKPOINT.encode(), verifier.parse_key(NEUMANN), "note") == (8, root)


BROKEN = {
    "another text": CHECKPOINT.replace("\n8\n", "\n9\n"),
    "a leading zero": CHECKPOINT.replace("\n8\n", "\n08\n"),
    "no signature": CHECKPOINT.rpartition("\n\n")[0] + "\n\n",
    "no last newline": CHECKPOINT[:-1],
    "a control character": CHECKPOINT.replace("PeterNeumann\n8", "PeterNeumann\x07\n8"),
    "a hyphen for the dash": CHECKPOINT.replace("\u2014", "-"),
    "another key's name": CHECKPOINT.replace("\u2014 PeterNeumann", "\u2014 Somebody"),
    "a cut signature": CHECKPOINT.replace("bAA=\n", "bAA\n"),
    "a short root": CHECKPOINT.replace("gQyg=", "gQw=="),
    "too many signatures": CHECKPOINT + CHECKPOINT.rpartition("\n\n")[2] * 16,
    "empty": "",
}


@pytest.mark.parametrize("note", BROKEN.values(), ids=BROKEN)
def test_a_broken_checkpoint_opens_in_neither(note):
    with pytest.raises(BadNote):
        parse_checkpoint(open_note(note, parse_verifier_key(NEUMANN)))
    with pytest.raises((verifier.Tampered, verifier.Malformed)):
        verifier.open_checkpoint(note.encode(), verifier.parse_key(NEUMANN), "note")


@pytest.mark.parametrize(
    "key",
    ["", "name", NEUMANN[:-1], NEUMANN.replace("c74f20a3", "c74f20a4"), NEUMANN.replace("+AR", "+Ag"), " " + C2SP_KEY],
)
def test_a_broken_key_is_refused(key):
    with pytest.raises(BadNote):
        parse_verifier_key(key)


@given(st.binary(min_size=32, max_size=32), st.binary(max_size=200))
def test_the_verifiers_own_ed25519_agrees_with_the_library(seed, message):
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415

    private = Ed25519PrivateKey.from_private_bytes(seed)
    public, signature = private.public_key().public_bytes_raw(), private.sign(message)

    assert verifier.signature_holds(public, message, signature)
    assert not verifier.signature_holds(public, message + b"x", signature)
    assert not verifier.signature_holds(public, message, signature[:32] + bytes(32))


def test_canonical_json_is_that_of_rfc_8785():
    """The ``weird`` vector of the reference implementation: keys sort by UTF-16 code units."""
    weird = {
        "\u20ac": "Euro Sign",
        "\r": "Carriage Return",
        "\n": "Newline",
        "1": "One",
        "\u0080": "Control\u007f",
        "\U0001f602": "Smiley",
        "\u00f6": "Latin Small Letter O With Diaeresis",
        "\ufb33": "Hebrew Letter Dalet With Dagesh",
        "</script>": "Browser Challenge",
    }
    assert sha256_hex(canonical_bytes(weird)) == "6af595a9aa80110b964b4de3f82a05fa6ae7423005019bacfa2620dddc4e94d1"


@pytest.mark.parametrize("value", [1.5, {"a": [0.0]}, 2**53 + 1, float("nan")])
def test_numbers_that_two_languages_may_print_apart_are_refused(value):
    with pytest.raises(ValueError, match=r".+"):
        canonical_bytes(value)
