"""Who calls: the bearer key becomes a Principal, and every route says which action it needs."""

from typing import Annotated

from fastapi import Depends, Request
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer

from service.access.issue_key import key_digest
from service.access.permissions import Action, require
from service.access.principal import Principal
from service.access.queries import principal_by_digest
from service.web.desk import DeskOf
from service.web.problem import HttpError

scheme = HTTPBearer(auto_error=False, description="The API key: `Authorization: Bearer mdk_...`")


def _principal(request: Request, desk: DeskOf, _declared: Annotated[object, Depends(scheme)]) -> Principal:
    """The holder of the key; one and the same 401 for a missing, malformed, unknown or revoked one."""
    key = _bearer(request.headers.get("authorization", ""))
    with desk.sessions.read() as session:
        principal = principal_by_digest(session, key_digest(key)) if key else None
    if principal is None:
        raise HttpError(401, "Send a valid API key as `Authorization: Bearer <key>`.", code="unauthenticated")
    return principal


Caller = Annotated[Principal, Depends(_principal)]


def may(action: Action) -> object:
    """The dependency of a route that needs this action; ``actions_of`` reads it back for the docs and the tests."""

    def check(caller: Caller) -> None:
        require(caller, action)

    check.action = action
    return Depends(check)


def actions_of(route: APIRoute) -> list[Action]:
    """The actions that a route asks its caller for; none where anybody may call."""
    calls = [dependency.call for dependency in route.dependant.dependencies]
    return [call.action for call in calls if hasattr(call, "action")]


def _bearer(header: str) -> str | None:
    """The key in an Authorization header, or None; a key is ASCII, and anything else cannot be one."""
    scheme_name, _, key = header.partition(" ")
    key = key.strip()
    if scheme_name.lower() != "bearer" or not key or not key.isascii() or len(key) > 200:
        return None
    return key
