"""Requests over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Path, Request, Response

from service.access.idempotency import Call, answered
from service.access.permissions import Action
from service.canonical import digest_of
from service.clock import now, to_text
from service.flows.schemas import RequestOut, RequestPage
from service.flows.submit import admit, plan, submit
from service.flows.views import created_view, request_view
from service.intake.queries import request_rows, summary_of
from service.intake.schemas import AssistanceRequestIn
from service.web.answer import private
from service.web.desk import DeskOf
from service.web.idempotency import IdempotencyKey
from service.web.language import wanted_language
from service.web.paging import Cursor, Limit, decode_cursor, encode_cursor, identifier, link_next, moment
from service.web.principal import Caller, may
from service.web.problem import problems

router = APIRouter(tags=["requests"])
ROUTE = "POST /v1/requests"
RequestId = Annotated[str, Path(description="The request's id.")]


@router.post(
    "/v1/requests",
    status_code=201,
    response_model=RequestOut,
    responses=problems(400, 401, 403, 409, 413, 415),
    dependencies=[may(Action.REQUEST_SUBMIT)],
)
def send_request(
    request: Request, payload: AssistanceRequestIn, desk: DeskOf, caller: Caller, key: IdempotencyKey
) -> Response:
    """Sends a request for technical assistance: it is read, routed and durably written before this answers."""
    at = now()
    admit(desk, payload, caller=caller, at=at)
    call = Call(principal_id=caller.id, route=ROUTE, key=key, body_sha256=digest_of(payload.model_dump(mode="json")))
    with desk.sessions.read() as session:
        kept = answered(session, call, at=at)
    if kept is None:
        ready = plan(desk, payload, caller=caller)
        with desk.sessions.begin() as session:
            kept = submit(session, desk=desk, plan=ready, call=call, caller=caller, at=at)
    with desk.sessions.read() as session:
        view = created_view(session, kept.object_id, desk=desk, caller=caller, language=wanted_language(request))
    return private(request, view, status=kept.status, headers={"Location": f"/v1/requests/{view.id}"})


@router.get(
    "/v1/requests",
    response_model=RequestPage,
    responses=problems(401, 403),
    dependencies=[may(Action.REQUEST_READ)],
)
def list_requests(
    request: Request, response: Response, desk: DeskOf, caller: Caller, limit: Limit = 50, cursor: Cursor = None
) -> RequestPage:
    """Lists the requests that you may see, newest first."""
    after = decode_cursor(cursor, (moment, identifier))
    with desk.sessions.read() as session:
        rows = request_rows(session, caller=caller, limit=limit + 1, after=after)
        shown = [summary_of(row) for row in rows[:limit]]
    last = shown[-1] if len(rows) > limit else None
    following = encode_cursor(last and [to_text(last.received_at), last.id])
    link_next(request, response, following)
    response.headers["Cache-Control"] = "no-store"
    return RequestPage(requests=shown, next_cursor=following)


@router.get(
    "/v1/requests/{request_id}",
    response_model=RequestOut,
    responses=problems(401, 403, 404),
    dependencies=[may(Action.REQUEST_READ)],
)
def read_request(request: Request, request_id: RequestId, desk: DeskOf, caller: Caller) -> Response:
    """Shows where a request stands: its state, and for each need finding, route and rulings."""
    with desk.sessions.read() as session:
        view = request_view(session, request_id, desk=desk, caller=caller, language=wanted_language(request))
    return private(request, view)
