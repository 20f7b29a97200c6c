"""The officers' queue over HTTP."""

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Query, Request, Response

from service.access.permissions import Action, works_for
from service.casework.queries import check_team, team_items, team_queue
from service.casework.schemas import DecideIn, QueueOut
from service.clock import now, to_text
from service.desk import Desk
from service.errors import NotFound
from service.flows.schemas import ItemOut, ItemPage
from service.flows.views import item_view
from service.flows.work import claim_item, claim_next_item, decide_item, release_item
from service.web.answer import private
from service.web.conditional import IfMatch, seen_version, version_tag
from service.web.desk import DeskOf
from service.web.language import wanted_language
from service.web.paging import Cursor, Limit, decode_cursor, encode_cursor, identifier, link_next, moment, small
from service.web.principal import Caller, may
from service.web.problem import problems

router = APIRouter(tags=["queues"])
ItemId = Annotated[str, Path(description="The item's id.")]
Team = Annotated[str, Path(description="The team's key, such as borders.")]
State = Literal["waiting", "claimed", "decided", "transferred"]
Role = Literal["lead", "supporting"]


@router.get(
    "/v1/queues",
    response_model=list[QueueOut],
    responses=problems(401, 403),
    dependencies=[may(Action.QUEUE_READ)],
)
def list_queues(request: Request, response: Response, desk: DeskOf, caller: Caller) -> list[QueueOut]:
    """Lists the queues that you work, with how much waits on each and since when."""
    language = wanted_language(request)
    response.headers.update({"Cache-Control": "no-store", "Content-Language": language, "Vary": "Accept-Language"})
    with desk.sessions.read() as session:
        return [
            team_queue(session, team, names[language])
            for team, names in desk.routing.teams.items()
            if works_for(caller, team)
        ]


@router.get(
    "/v1/queues/{team}/items",
    response_model=ItemPage,
    responses=problems(401, 403, 404),
    dependencies=[may(Action.QUEUE_READ)],
)
def list_items(
    request: Request,
    response: Response,
    team: Team,
    desk: DeskOf,
    caller: Caller,
    state: Annotated[State, Query(description="Items in this state.")] = "waiting",
    role: Annotated[Role | None, Query(description="Lead items alone, or supporting ones alone.")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> ItemPage:
    """Lists a team's items in the order of work: priority, then time of receipt, then id."""
    _check(desk, team, caller)
    after = decode_cursor(cursor, (small, moment, identifier))
    with desk.sessions.read() as session:
        items = team_items(session, team, state=state, role=role, limit=limit + 1, after=after)
    last = items[limit - 1] if len(items) > limit else None
    following = encode_cursor(last and [last.priority, to_text(last.received_at), last.id])
    link_next(request, response, following)
    response.headers["Cache-Control"] = "no-store"
    return ItemPage(items=items[:limit], next_cursor=following)


@router.post(
    "/v1/queues/{team}/claim-next",
    response_model=ItemOut,
    responses={204: {"description": "Nothing waits on this queue."}, **problems(400, 401, 403, 404, 413, 415)},
    dependencies=[may(Action.ITEM_CLAIM)],
)
def claim_the_next(request: Request, team: Team, desk: DeskOf, caller: Caller) -> Response:
    """Claims the lead item at the head of the queue; no two officers are ever given one item."""
    _check(desk, team, caller)
    with desk.sessions.begin() as session:
        claimed = claim_next_item(session, team, caller=caller, at=now())
    if claimed is None:
        return Response(status_code=204)
    return _shown(request, claimed[0], desk, caller, claimed[1])


@router.get(
    "/v1/items/{item_id}",
    response_model=ItemOut,
    responses=problems(401, 403, 404),
    dependencies=[may(Action.ITEM_READ)],
)
def read_item(request: Request, item_id: ItemId, desk: DeskOf, caller: Caller) -> Response:
    """Shows an item with its need, the finding and why, and the letter around it; the ETag is its version."""
    return _shown(request, item_id, desk, caller, None)


@router.post(
    "/v1/items/{item_id}/claim",
    response_model=ItemOut,
    responses=problems(400, 401, 403, 404, 409, 413, 415),
    dependencies=[may(Action.ITEM_CLAIM)],
)
def claim_one(request: Request, item_id: ItemId, desk: DeskOf, caller: Caller) -> Response:
    """Claims an item: again by its holder is 200 and changes nothing; another's is 409 with team and time."""
    with desk.sessions.begin() as session:
        leaf_index = claim_item(session, item_id, caller=caller, at=now())
    return _shown(request, item_id, desk, caller, leaf_index)


@router.post(
    "/v1/items/{item_id}/release",
    response_model=ItemOut,
    responses=problems(400, 401, 403, 404, 409, 412, 413, 415, 428),
    dependencies=[may(Action.ITEM_RELEASE)],
)
def release_one(request: Request, item_id: ItemId, desk: DeskOf, caller: Caller, if_match: IfMatch = None) -> Response:
    """Gives an item that you hold back to its queue, in its old place."""
    with desk.sessions.begin() as session:
        leaf_index = release_item(session, item_id, seen=seen_version(if_match), caller=caller, at=now())
    return _shown(request, item_id, desk, caller, leaf_index)


@router.post(
    "/v1/items/{item_id}/decide",
    response_model=ItemOut,
    responses=problems(400, 401, 403, 404, 409, 412, 413, 415, 428),
    dependencies=[may(Action.NEED_DECIDE)],
)
def decide_one(
    request: Request, item_id: ItemId, payload: DecideIn, desk: DeskOf, caller: Caller, if_match: IfMatch = None
) -> Response:
    """Rules on the need of a lead item that you hold, ask by ask or as a whole."""
    with desk.sessions.begin() as session:
        leaf_index = decide_item(
            session,
            item_id,
            desk=desk,
            payload=payload,
            seen=seen_version(if_match),
            caller=caller,
            at=now(),
        )
    return _shown(request, item_id, desk, caller, leaf_index)


def _check(desk: Desk, team: str, caller: Caller) -> None:
    if team not in desk.routing.teams:
        raise NotFound("There is no such team.", code="team-not-found")
    check_team(caller, team)


def _shown(request: Request, item_id: str, desk: Desk, caller: Caller, leaf_index: int | None) -> Response:
    with desk.sessions.read() as session:
        view = item_view(
            session,
            item_id,
            desk=desk,
            caller=caller,
            language=wanted_language(request),
            leaf_index=leaf_index,
        )
    return private(request, view, headers={"ETag": version_tag(view.version)})
