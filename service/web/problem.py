"""Problem details (RFC 9457) for every error: the one place where an error's kind becomes a status."""

from http import HTTPStatus

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from service.errors import Conflict, Fault, Forbidden, Invalid, NotFound, ServiceError, Stale, Unavailable, Unfenced

# The first kind that fits decides, so that the special stands before the general.
STATUS = {Stale: 412, Unfenced: 428, NotFound: 404, Conflict: 409, Forbidden: 403, Invalid: 422, Unavailable: 503}
MEDIA_TYPE = "application/problem+json"

PROBLEM_SCHEMA = {
    "type": "object",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": {"type": "string", "description": "A stable name of the kind of error."},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string", "description": "What went wrong, and what to mend."},
        "instance": {"type": ["string", "null"], "description": "The call's id; quote it when you ask."},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}

log = structlog.get_logger()


class HttpError(ServiceError):
    """An error that only HTTP knows: its own status and headers."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        code: str,
        headers: dict[str, str] | None = None,
        faults: tuple[Fault, ...] = (),
    ) -> None:
        super().__init__(detail, code=code)
        self.status = status
        self.headers = headers or {}
        self.faults = faults


def problem(
    status: int,
    code: str,
    detail: str,
    *,
    request_id: str | None,
    faults: tuple[Fault, ...] = (),
    headers: dict[str, str] | None = None,
    **members: object,
) -> JSONResponse:
    """The answer for one error: type, title, status, detail, instance (the request id), errors and extra members."""
    body = {
        "type": f"/problems/{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": f"urn:uuid:{request_id}" if request_id else None,
        **members,
    }
    if faults:
        body["errors"] = [{"pointer": fault.pointer, "detail": fault.detail} for fault in faults]
    return JSONResponse(body, status_code=status, headers=headers, media_type=MEDIA_TYPE)


def problems(*statuses: int) -> dict[int | str, dict]:
    """The error answers of a route, for the published contract: these, and those that every route may give."""
    return {
        status: {"description": HTTPStatus(status).phrase, "content": {MEDIA_TYPE: {"schema": PROBLEM_SCHEMA}}}
        for status in (*statuses, 422, 500, 503)
    }


def install(app: FastAPI) -> None:
    """Sets the handlers, so that no error leaves the service in another form."""
    app.add_exception_handler(ServiceError, _service_error)
    app.add_exception_handler(RequestValidationError, _validation_error)
    app.add_exception_handler(HTTPException, _http_exception)


def _service_error(request: Request, error: ServiceError) -> JSONResponse:
    status = error.status if isinstance(error, HttpError) else _status_of(error)
    headers = dict(getattr(error, "headers", {}))
    if isinstance(error, Unavailable):
        headers["Retry-After"] = str(error.retry_after)
        log.warning("unavailable", code=error.code)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = 'Bearer realm="mandate-desk"'
    faults = getattr(error, "faults", ())
    return problem(
        status, error.code, error.detail, request_id=_request_id(request), faults=faults, headers=headers, **error.data
    )


def _status_of(error: ServiceError) -> int:
    return next(status for kind, status in STATUS.items() if isinstance(error, kind))


def _validation_error(request: Request, error: RequestValidationError) -> JSONResponse:
    faults = tuple(Fault(pointer=_pointer(one["loc"]), detail=_advice(one)) for one in error.errors())
    return problem(
        422,
        "invalid",
        "The input does not fit the contract; errors name each place.",
        request_id=_request_id(request),
        faults=faults,
    )


def _pointer(where: tuple) -> str:
    """RFC 6901 pointer into the body; for anything else the part's name first: /query/limit, /header/if-match."""
    parts = where[1:] if where[0] == "body" else where
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in parts)


def _advice(one: dict) -> str:
    """What to mend, without echoing the input: it may hold personal data."""
    if one["type"] == "extra_forbidden":
        return "This field is not in the contract; leave it out."
    if one["type"] == "missing":
        return "This field is required."
    return one["msg"].removeprefix("Value error, ")


def _http_exception(request: Request, error: HTTPException) -> JSONResponse:
    codes = {404: "no-such-route", 405: "method-not-allowed", 400: "malformed-body"}
    return problem(
        error.status_code,
        codes.get(error.status_code, "http-error"),
        {404: "There is nothing at this address.", 405: "This address does not answer to this method."}.get(
            error.status_code, str(error.detail)
        ),
        request_id=_request_id(request),
        headers=dict(error.headers or {}),
    )


def _request_id(request: Request) -> str | None:
    return request.scope.get("request_id")
