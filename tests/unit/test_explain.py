"""What an officer reads at a terminal: nothing of the text is lost, nothing in it steers the terminal."""

import re
import unicodedata

import pytest

from service.cli.explain import explain, isolated, safe
from service.matching.evaluation import DEV_LABELS
from service.matching.labels import read_labels

LABELS = read_labels(DEV_LABELS)[::60]
COLOURS = re.compile(r"\x1b\[[0-9;]*m")
MARKS = re.compile(r"\[OP [0-9, ]+: |[\]\s\u2068\u2069]")


def shown(matcher, title: str, text: str, language: str) -> list[str]:
    return [COLOURS.sub("", line) for line in explain("x", title, text, matcher.match(title, text, language))]


@pytest.mark.parametrize("label", LABELS, ids=lambda label: label.id)
def test_the_whole_text_stands_there_with_its_evidence_marked(matcher, label):
    report = matcher.match(label.title, label.text, label.lang)
    lines = shown(matcher, label.title, label.text, label.lang)

    whole = "\n".join(lines)
    assert MARKS.sub("", label.text) in MARKS.sub("", whole)
    for match in report.matches:
        assert any(line.startswith(f"  OP {match.paragraph} ") for line in lines)
        assert re.search(rf"\[OP [0-9, ]*\b{match.paragraph}\b[0-9, ]*: ", whole)
        assert all(any(isolated(span.quote) in line for line in lines) for span in match.evidence)


def test_every_line_of_the_request_is_isolated_from_the_words_around_it(matcher):
    lines = shown(matcher, "طلب", "نطلب تدريب القضاة على محاكمة الإرهابيين.\nمع الشكر.", "ar")

    for line in lines:
        if any(unicodedata.bidirectional(c) == "AL" for c in line):
            assert line.count("\u2068") == line.count("\u2069") >= 1


def test_nothing_in_a_text_steers_the_terminal(matcher):
    text = "Please train our judges.\x1b[2J\x1b]0;owned\x07 \u202eterrorist\u202c trials\r\x9b31m"
    raw = "\n".join(explain("\x1b[31mid", "t\x00itle", text, matcher.match("t", text, "en")))

    assert "\x1b[2J" not in raw
    assert not set("\x00\x07\x9b\r\u202e\u202c") & set(raw)
    assert "<U+001B>" in raw
    assert safe("a\tb") == "a\tb"


def test_an_id_forges_no_finding(matcher):
    lines = list(explain("a\nfake: authorised, OP 10", "t", "Hello.", matcher.match("t", "Hello.", "en")))

    assert all("\n" not in line for line in lines)


def test_an_ask_that_nothing_covers_is_named(matcher):
    text = (
        "Please train our prosecutors in the investigation of terrorist financing and the freezing of assets. "
        "We also request two patrol boats and forty rifles."
    )
    lines = shown(matcher, "Request", text, "en")

    assert any("covered by no cited paragraph" in line and "rifles" in line for line in lines)
