"""Conditional calls (RFC 9110 section 13): versions of staff's items, digests of what is read."""

import re
from typing import Annotated

from fastapi import Header, Request, Response

from service.canonical import sha256_hex

VERSION = re.compile(r'"([1-9][0-9]{0,9})"')


def version_tag(version: int) -> str:
    """The strong ETag of an item: its version in quotes."""
    return f'"{version}"'


IfMatch = Annotated[
    str | None, Header(description='The ETag of the item as you last saw it, such as `"3"`; required (428 without it).')
]


def seen_version(if_match: str | None) -> int | None:
    """The version that the caller saw: None without a header, 0, which no item has, for a tag that is not ours."""
    if if_match is None:
        return None
    found = VERSION.fullmatch(if_match.strip())
    return int(found.group(1)) if found else 0


def tagged(request: Request, body: bytes, *, media_type: str, headers: dict[str, str]) -> Response:
    """The body with a strong ETag over its bytes, or 304 where the caller has it already."""
    tag = f'"{sha256_hex(body)[:32]}"'
    headers = {"ETag": tag, **headers}
    known = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
    if tag in known or "*" in known:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=media_type, headers=headers)
