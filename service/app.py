"""The HTTP door: rooms' routes behind one doorkeeper, with docs that need no other host."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import APIRouter, FastAPI
from fastapi_offline import FastAPIOffline

from service.access.permissions import PERMISSIONS
from service.assessment import api as matches
from service.casework import api as queues
from service.desk import Desk
from service.intake import api as requests
from service.ledger import api as ledger
from service.mandate import api as mandates
from service.web import health, me, problem
from service.web.body import Doorkeeper
from service.web.principal import actions_of

ROUTERS = tuple(room.router for room in (requests, matches, queues, mandates, ledger, me, health))
DESCRIPTION = """
Takes a Member State's request for technical assistance, finds the operative paragraphs of a General Assembly
resolution that authorise it, shows the words on which each finding rests, and puts it on the right team's queue.

Errors are problem details (RFC 9457). Texts are UTF-8; offsets and lengths count Unicode code points. Times are UTC.
"""


def create_app(desk: Desk) -> FastAPI:
    """The application over this desk; the desk is the caller's to close."""
    app = routes()
    app.state.desk = desk
    return app


def routes() -> FastAPI:
    """The application without a desk: enough to print the contract."""
    app = FastAPIOffline(
        title="Mandate Desk",
        version=version("mandate-desk"),
        description=DESCRIPTION,
        lifespan=_warm_up,
        redirect_slashes=False,
        redoc_url=None,
    )
    for router in ROUTERS:
        _name_the_roles(router)
        app.include_router(router)
    problem.install(app)
    app.add_middleware(Doorkeeper)
    return app


def _name_the_roles(router: APIRouter) -> None:
    """Puts into the published contract which action each operation needs, and which roles have it."""
    for route in router.routes:
        actions = actions_of(route)
        if actions:
            roles = sorted(set.intersection(*(set(PERMISSIONS[action]) for action in actions)))
            route.openapi_extra = {"x-actions": actions, "x-roles": roles}


@asynccontextmanager
async def _warm_up(app: FastAPI) -> AsyncIterator[None]:
    """Loads the model before the first caller waits for it."""
    app.state.desk.reader.matcher.warm_up()
    yield
