"""The strict reader takes what ``json`` takes; no hostile body makes it slow or raises another error."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.web.strict_json import Refused, parse

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**15), 10**15)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc~/", max_size=3), inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_clean_json_is_read_as_it_is(value):
    assert parse(json.dumps(value).encode()) == value
    assert parse(json.dumps(value, ensure_ascii=False).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(body):
    with suppress(Refused):
        parse(body)


@pytest.mark.parametrize(
    "body",
    [b'"' + b'\\"' * 500_000, b"[" * 1_000_000, b'{"a":' * 200_000, b"[[],[],".ljust(1_000_000, b"["), b"1" * 900_000],
    ids=["open string", "open lists", "open objects", "mixed", "digits"],
)
def test_hostile_megabytes_are_refused(body):
    with pytest.raises(Refused):
        parse(body)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        (b'{"a/b":{"c~d":"\\u0000"}}', "/a~1b/c~0d"),
        (b'[{"x":1},{"x":1,"x":2}]', "/1/x"),
        (b'{"a":[1,2,"\\ud800"]}', "/a/2"),
    ],
)
def test_the_pointer_names_the_place(body, pointer):
    with pytest.raises(Refused) as caught:
        parse(body)

    assert caught.value.fault.pointer == pointer


def test_brackets_in_strings_are_no_depth():
    assert parse(b'["' + b"[" * 100 + b'"]') == ["[" * 100]
