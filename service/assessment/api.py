"""The dry run over HTTP: what would be found in a text; nothing is stored."""

from fastapi import APIRouter, Request

from service.access.permissions import Action
from service.assessment.finding import finding_of
from service.assessment.schemas import FindingOut, MatchIn
from service.clock import today
from service.web.desk import DeskOf
from service.web.language import wanted_language
from service.web.principal import may
from service.web.problem import problems

router = APIRouter(tags=["matches"])


@router.post(
    "/v1/matches",
    response_model=FindingOut,
    responses=problems(400, 401, 403, 413, 415),
    dependencies=[may(Action.MATCH_TRY)],
)
def try_match(request: Request, payload: MatchIn, desk: DeskOf) -> FindingOut:
    """Reads a text as a request would be read, and stores nothing."""
    [report] = desk.reader.read([(payload.title, payload.text)], payload.language)
    return finding_of(
        report,
        title=payload.title,
        text=payload.text,
        instrument=desk.catalogue.current,
        language=wanted_language(request),
        on=today(),
    )
