"""Identifiers: UUIDv7 (RFC 9562) in text form, opaque to clients."""

import re

import uuid_utils

FORM = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def new_id() -> str:
    """A fresh UUIDv7 as 36 characters; ids made later sort later, to the millisecond."""
    return str(uuid_utils.uuid7())


def is_id(text: str) -> bool:
    """Whether the text could be one of our identifiers; anything else need not be looked for."""
    return FORM.fullmatch(text) is not None
