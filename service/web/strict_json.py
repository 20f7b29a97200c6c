"""Strict reading of a JSON body: UTF-8 alone, no duplicate keys, NaN, NUL, lone surrogates or deep nests (RFC 8259)."""

import json
import re

from service.errors import Fault

MAX_DEPTH = 32
MAX_DIGITS = 16
# The closing quote is optional: an open string is then read once to the end, not once from each quote in it.
TOKEN = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)
LONE = re.compile("[\ud800-\udfff]")


class Refused(ValueError):
    """The body is no JSON that we take; ``fault`` says where and what to mend."""

    def __init__(self, pointer: str, detail: str) -> None:
        super().__init__(detail)
        self.fault = Fault(pointer=pointer, detail=detail)


class _Twice:
    """Stands in a parsed body for an object that names a key twice, until its place is known."""

    def __init__(self, key: str) -> None:
        self.key = key


def parse(body: bytes) -> object:
    """The body's value; raises Refused with a pointer to the first thing that may not stand there."""
    text = _decode(body)
    _check_depth(text)
    try:
        value = json.loads(text, object_pairs_hook=_object, parse_constant=_constant, parse_int=_integer)
    except json.JSONDecodeError as error:
        raise Refused("", f"Not JSON: {error.msg} at line {error.lineno}, column {error.colno}.") from None
    _check(value, "")
    return value


def _decode(body: bytes) -> str:
    if body.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
        raise Refused("", "The body begins with a byte order mark; send plain UTF-8.")
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refused("", f"The body is not UTF-8 (byte {error.start}); send UTF-8.") from None


def _check_depth(text: str) -> None:
    """Counts brackets outside strings before parsing, so that a deep nest never reaches the recursive parser."""
    depth = 0
    for token in TOKEN.finditer(text):
        mark = token.group()[0]
        depth += (mark in "[{") - (mark in "]}")
        if depth > MAX_DEPTH:
            raise Refused("", f"The body nests deeper than {MAX_DEPTH}.")


def _object(pairs: list[tuple[str, object]]) -> object:
    seen: dict[str, object] = {}
    for key, value in pairs:
        if key in seen:
            return _Twice(key)
        seen[key] = value
    return seen


def _constant(name: str) -> object:
    raise Refused("", f"{name} is no JSON number.")


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS + 1:
        raise Refused("", f"A whole number may have {MAX_DIGITS} digits at most.")
    return int(digits)


def _check(value: object, pointer: str) -> None:
    if isinstance(value, _Twice):
        raise Refused(f"{pointer}/{_escape(value.key)}", "This key stands twice in its object.")
    if isinstance(value, str):
        _check_string(value, pointer)
    elif isinstance(value, float) and value in (float("inf"), float("-inf")):
        raise Refused(pointer, "This number is too large.")
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_string(key, pointer)
            _check(item, f"{pointer}/{_escape(key)}")
    elif isinstance(value, list):
        for index, item in enumerate(value):
            _check(item, f"{pointer}/{index}")


def _check_string(value: str, pointer: str) -> None:
    if "\x00" in value:
        raise Refused(pointer, "The text holds the character NUL; take it out.")
    if LONE.search(value):
        raise Refused(pointer, "The text holds half of a surrogate pair; send whole characters.")


def _escape(key: str) -> str:
    """RFC 6901 escapes; a hostile key is cut and cleaned, for the pointer goes back to the caller."""
    clean = LONE.sub("\ufffd", key[:100])
    return clean.replace("~", "~0").replace("/", "~1")
