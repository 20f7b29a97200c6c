"""Answers from shapes, rendered once."""

from fastapi import Request, Response
from pydantic import BaseModel

from service.web.conditional import tagged


def private(request: Request, body: BaseModel, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """An answer about somebody's data: never stored by a cache, with an ETag over its bytes."""
    answer = tagged(
        request,
        body.model_dump_json().encode(),
        media_type="application/json",
        headers={"Cache-Control": "no-store", "Vary": "Accept-Language", **(headers or {})},
    )
    if answer.status_code == 200:
        answer.status_code = status
    return answer
