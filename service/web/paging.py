"""Keyset pages: opaque cursors, and the Link to the next page (RFC 8288)."""

import base64
import json
from collections.abc import Callable
from datetime import datetime
from typing import Annotated
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from service.errors import Fault, Invalid
from service.ids import is_id

Limit = Annotated[int, Query(ge=1, le=200, description="Entries on a page, 1 to 200.")]
Cursor = Annotated[str | None, Query(max_length=500, description="`next_cursor` of the page before; opaque.")]


def encode_cursor(place: list | None) -> str | None:
    """The opaque form of the last row's sort key."""
    if place is None:
        return None
    return base64.urlsafe_b64encode(json.dumps(place, separators=(",", ":")).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, parts: tuple[Callable[[object], object], ...]) -> tuple | None:
    """The sort key in a cursor that we gave, each part read by its reader; raises Invalid for any other text."""
    if cursor is None:
        return None
    try:
        place = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
        return tuple(read(part) for read, part in zip(parts, place, strict=True))
    except (ValueError, TypeError, RecursionError):
        fault = Fault(pointer="/query/cursor", detail="Use next_cursor of the page before, or leave it out.")
        raise Invalid("The cursor is not one of ours.", faults=(fault,), code="bad-cursor") from None


def moment(part: object) -> datetime:
    """A reader of RFC 3339 times with their zone."""
    value = datetime.fromisoformat(part)
    if value.tzinfo is None:
        raise ValueError("no zone")
    return value


def identifier(part: object) -> str:
    """A reader of our identifiers."""
    if not is_id(part):
        raise ValueError("no identifier")
    return part


def small(part: object) -> int:
    """A reader of whole numbers from 0 to 9."""
    if type(part) is not int or not 0 <= part <= 9:
        raise ValueError("no small number")
    return part


def link_next(request: Request, response: Response, cursor: str | None) -> None:
    """Sets ``Link: <...>; rel="next"`` where there is a next page; a path alone, for a proxy may hide our host."""
    if cursor:
        query = [(key, value) for key, value in request.query_params.multi_items() if key != "cursor"]
        response.headers["Link"] = f'<{request.url.path}?{urlencode([*query, ("cursor", cursor)])}>; rel="next"'
