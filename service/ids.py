"""Identifiers: UUIDv7 (RFC 9562) in text form, opaque to clients."""

import uuid_utils


def new_id() -> str:
    """A fresh UUIDv7 as 36 characters; ids made later sort later, to the millisecond."""
    return str(uuid_utils.uuid7())
