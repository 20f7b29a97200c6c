"""The outermost layer: request id, body limit and strict JSON, before anything else reads the call."""

import re

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service.clock import ticks
from service.ids import new_id
from service.metrics import CALL_SECONDS, CALLS, UNFORESEEN
from service.web.problem import problem
from service.web.strict_json import Refused, parse

LIMIT = 1024 * 1024
TRACEPARENT = re.compile(r"00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}")
JSON_TYPE = re.compile(r'application/json(\s*;\s*charset\s*=\s*"?utf-8"?)?\s*', re.IGNORECASE)

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

log = structlog.get_logger()


class Doorkeeper:
    """ASGI middleware: gives every call an id, logs it in one line, and lets no oversize or malformed body pass.

    Sets ``scope["request_id"]``; every answer carries ``X-Request-Id``. A failure that nobody foresaw becomes a 500
    problem that holds no more than the id.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        call = _Call(scope, send)
        try:
            answer, receive = await _admit(scope, receive)
            await (answer or self.app)(scope, receive, call.send)
        except Exception:
            UNFORESEEN.inc()
            log.exception("unforeseen", request_id=call.id)
            if not call.status:
                await _failure(call.id)(scope, receive, call.send)
        finally:
            call.log()


class _Call:
    """One call under way: its id, its answer's status, its time."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self.id = scope["request_id"] = new_id()
        self.scope, self.status, self._send, self._start = scope, 0, send, ticks()
        traceparent = TRACEPARENT.fullmatch(Headers(scope=scope).get("traceparent", ""))
        self.trace = traceparent and traceparent.group(1)
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=self.id)

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            MutableHeaders(scope=message)["X-Request-Id"] = self.id
        await self._send(message)

    def log(self) -> None:
        """One line per call: the route's template, never the path, for that holds what the caller typed."""
        route = getattr(self.scope.get("route"), "path", None)
        seconds, method = ticks() - self._start, _method(self.scope["method"])
        CALLS.labels(method, route or "none", self.status).inc()
        CALL_SECONDS.labels(method, route or "none").observe(seconds)
        log.info(
            "http",
            request_id=self.id,
            trace_id=self.trace,
            method=self.scope["method"],
            route=route,
            status=self.status,
            milliseconds=round(seconds * 1000, 1),
        )


def _method(name: str) -> str:
    """The method where it is a known one: what callers make up must not become a label each."""
    return name if name in METHODS else "other"


async def _admit(scope: Scope, receive: Receive) -> tuple[ASGIApp | None, Receive]:
    """A refusal, or None and a ``receive`` that gives the body again."""
    if scope["method"] in ("GET", "HEAD", "OPTIONS"):
        return None, receive
    headers, request_id = Headers(scope=scope), scope["request_id"]
    body = await _read(headers, receive)
    if body is None:
        detail = f"The body is larger than {LIMIT} bytes."
        return problem(413, "body-too-large", detail, request_id=request_id, headers={"Connection": "close"}), receive
    if body:
        if not JSON_TYPE.fullmatch(headers.get("content-type", "")) or headers.get("content-encoding"):
            detail = "Send the body as application/json in UTF-8, without Content-Encoding."
            return problem(415, "media-type", detail, request_id=request_id), receive
        try:
            parse(body)
        except Refused as error:
            detail = "The body is not JSON that this service takes; errors name the place."
            refusal = problem(400, "malformed-body", detail, request_id=request_id, faults=(error.fault,))
            return refusal, receive
    return None, _replay(body, receive)


async def _read(headers: Headers, receive: Receive) -> bytes | None:
    """The whole body, or None where it is over the limit, declared or streamed."""
    declared = headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > len(str(LIMIT)) or int(declared) > LIMIT):
        return None
    parts, size, more = [], 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        parts.append(message.get("body", b""))
        size, more = size + len(parts[-1]), message.get("more_body", False)
        if size > LIMIT:
            return None
    return b"".join(parts)


def _replay(body: bytes, receive: Receive) -> Receive:
    given = False

    async def again() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return again


def _failure(request_id: str) -> ASGIApp:
    detail = "Something failed that we did not foresee; nothing was acknowledged. Quote the instance when you ask."
    return problem(500, "unforeseen", detail, request_id=request_id)
