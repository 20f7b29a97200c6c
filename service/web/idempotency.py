"""The Idempotency-Key header."""

import re
from typing import Annotated

from fastapi import Depends, Header

from service.web.problem import HttpError

FORM = re.compile(r"[\x21\x23-\x7e]{1,255}")


def _key(
    idempotency_key: Annotated[
        str | None, Header(description="Your own name for this call, 1 to 255 visible ASCII characters; kept 7 days.")
    ] = None,
) -> str:
    """The key, with or without the quotes of a structured-field string; 400 where it is missing or malformed."""
    key = (idempotency_key or "").strip()
    if len(key) > 1 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if not FORM.fullmatch(key):
        detail = "Send an Idempotency-Key of 1 to 255 visible ASCII characters, new for each new request."
        raise HttpError(400, detail, code="idempotency-key-required")
    return key


IdempotencyKey = Annotated[str, Depends(_key)]
