"""Whether the service lives and can work."""

from fastapi import APIRouter, Response

from service.errors import ServiceError
from service.tables import schema_is_current
from service.web.desk import DeskOf

router = APIRouter(tags=["health"])


@router.get("/healthz")
def live() -> dict[str, str]:
    """Says that the process answers; nothing else is looked at."""
    return {"status": "ok"}


@router.get("/readyz", responses={503: {"description": "Some part is not ready; checks says which."}})
def ready(desk: DeskOf, response: Response) -> dict:
    """Says whether requests can be taken: the database answers and has the schema that this code needs."""
    checks = {"database": _database(desk), "catalogue": desk.catalogue.digest, "engine": desk.reader.matcher.engine}
    if checks["database"] != "ok":
        response.status_code = 503
    return {"status": "ok" if checks["database"] == "ok" else "not ready", "checks": checks}


def _database(desk: DeskOf) -> str:
    try:
        with desk.sessions.read() as session:
            return "ok" if schema_is_current(session) else "schema is not current; run mandate-desk db upgrade"
    except ServiceError as error:
        return error.code
