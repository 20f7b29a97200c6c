"""Work that waits, made quickly: the real way in without HTTP, many requests to a transaction."""

from contextlib import closing
from uuid import uuid4

from drills.desks import Desk
from service.access.idempotency import Call
from service.access.queries import principal_by_name
from service.clock import now
from service.desk import build_desk
from service.flows.submit import plan, submit
from service.intake.schemas import AssistanceRequestIn
from service.settings import Settings
from tests.letters import letter

TOGETHER = 200  # requests in one transaction


def items_waiting(desk: Desk, count: int) -> str:
    """Sends so many letters about borders; the team on whose queue they wait."""
    settings = Settings(data_dir=desk.folder / "data", database_url=desk.url, encoder="none")
    with closing(build_desk(settings)) as inside:
        with inside.sessions.read() as session:
            caller = principal_by_name(session, "Drill's portal")
        for first in range(0, count, TOGETHER):
            letters = [AssistanceRequestIn.model_validate(letter()) for _ in range(min(TOGETHER, count - first))]
            plans = [plan(inside, one, caller=caller) for one in letters]
            with inside.sessions.begin() as session:
                for ready in plans:
                    call = Call(principal_id=caller.id, route="drill", key=uuid4().hex, body_sha256="0" * 64)
                    submit(session, desk=inside, plan=ready, call=call, caller=caller, at=now())
    return plans[0].readings[0][2].lead
