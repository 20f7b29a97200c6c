"""Who the service takes the caller for."""

from fastapi import APIRouter, Response
from pydantic import BaseModel

from service.access.permissions import PERMISSIONS, Action
from service.web.principal import Caller, may
from service.web.problem import problems

router = APIRouter(tags=["access"])


class MeOut(BaseModel):
    """The caller: role, State or teams, and every action that the role may take."""

    id: str
    role: str
    name: str
    member_state: str | None
    teams: list[str]
    registered: bool
    actions: list[str]


@router.get("/v1/me", response_model=MeOut, responses=problems(401), dependencies=[may(Action.ME_READ)])
def who_am_i(caller: Caller, response: Response) -> MeOut:
    """Says who you are here, and what you may do."""
    response.headers["Cache-Control"] = "no-store"
    return MeOut(
        id=caller.id,
        role=caller.role,
        name=caller.name,
        member_state=caller.member_state,
        teams=sorted(caller.teams),
        registered=caller.registered,
        actions=[action for action, roles in PERMISSIONS.items() if caller.role in roles],
    )
