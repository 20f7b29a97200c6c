"""The rules of a request that no single field can tell."""

from datetime import date

from service.errors import Fault, Invalid
from service.intake.schemas import AssistanceRequestIn
from service.mandate.states import States

TEXT_LIMIT = 50_000


def check_request(payload: AssistanceRequestIn, *, states: States, today: date) -> None:
    """Raises Invalid with a fault for each rule that the request breaks."""
    faults = [
        *_blank(payload),
        *_text_or_needs(payload),
        *_length(payload),
        *_urgency(payload),
        *_dates(payload, today),
        *_state(payload, states),
    ]
    if faults:
        raise Invalid("The request does not fit the contract; errors name each place.", faults=tuple(faults))


def _blank(payload: AssistanceRequestIn) -> list[Fault]:
    """Names every title and text that holds nothing but white space."""
    fields = {"/title": payload.title, "/text": payload.text}
    for index, need in enumerate(payload.needs or []):
        fields |= {f"/needs/{index}/title": need.title, f"/needs/{index}/text": need.text}
    return [
        Fault(pointer=pointer, detail="Write some words; there is only white space here.")
        for pointer, value in fields.items()
        if value is not None and not value.strip()
    ]


def _text_or_needs(payload: AssistanceRequestIn) -> list[Fault]:
    if payload.text is None and payload.needs is None:
        return [Fault(pointer="/text", detail="Send the text of the request, or needs.")]
    if payload.needs is None:
        return []
    faults = []
    if payload.text is not None:
        faults.append(Fault(pointer="/needs", detail="Send either text or needs, not both."))
    for name in ("assistance_types", "beneficiaries"):
        if getattr(payload, name):
            faults.append(Fault(pointer=f"/{name}", detail="With needs, give this in each need."))
    return faults


def _length(payload: AssistanceRequestIn) -> list[Fault]:
    total = sum(len(need.text) for need in payload.needs or [])
    if total <= TEXT_LIMIT:
        return []
    return [Fault(pointer="/needs", detail=f"The texts hold {total} code points together; {TEXT_LIMIT} at most.")]


def _urgency(payload: AssistanceRequestIn) -> list[Fault]:
    if payload.urgency == "routine" or (payload.urgency_reason and payload.urgency_reason.strip()):
        return []
    return [Fault(pointer="/urgency_reason", detail=f"Say why the request is {payload.urgency}.")]


def _dates(payload: AssistanceRequestIn, today: date) -> list[Fault]:
    """A note may carry tomorrow's date where the day has begun further east, hence a day's grace."""
    faults = []
    if (payload.note_verbale.date - today).days > 1:
        faults.append(Fault(pointer="/note_verbale/date", detail="The note verbale's date lies in the future."))
    if payload.wanted_by and payload.wanted_by < payload.note_verbale.date:
        faults.append(Fault(pointer="/wanted_by", detail="This date lies before the note verbale's."))
    return faults


def _state(payload: AssistanceRequestIn, states: States) -> list[Fault]:
    if payload.member_state in states.codes:
        return []
    detail = "Give the ISO 3166-1 alpha-3 code of a Member or observer State, such as KEN; GET /v1/states lists them."
    return [Fault(pointer="/member_state", detail=detail)]
