"""What an officer may rule, decided before anything is written."""

from collections.abc import Sequence
from dataclasses import dataclass

from service.casework.schemas import DecideIn
from service.errors import Conflict, Fault, Invalid
from service.matching.report import Ask, MatchReport


@dataclass(frozen=True, kw_only=True, slots=True)
class Ruling:
    """A ruling on one ask, or on the need as a whole where ``ask_id`` is None; ``reason`` is free text."""

    ask_id: str | None
    ruling: str
    reason: str | None


def rulings_of(payload: DecideIn, ask_ids: Sequence[str]) -> tuple[Ruling, ...]:
    """One ruling for each ask of the need, or one for the need where it has none; raises Invalid for any other set."""
    if (payload.ruling is None) == (payload.rulings is None):
        fault = Fault(pointer="/ruling", detail="Send ruling for the whole need, or rulings, one for each ask.")
        raise Invalid("One of ruling and rulings is needed.", faults=(fault,))
    if payload.rulings is None:
        return tuple(
            Ruling(ask_id=ask_id, ruling=payload.ruling, reason=payload.reason) for ask_id in ask_ids or (None,)
        )
    _check_each_once([one.ask for one in payload.rulings], ask_ids)
    return tuple(
        Ruling(ask_id=one.ask, ruling=one.ruling, reason=one.reason or payload.reason) for one in payload.rulings
    )


def _check_each_once(named: list[str], ask_ids: Sequence[str]) -> None:
    faults = [
        Fault(pointer=f"/rulings/{index}/ask", detail="The need's current finding has no such ask, or it stands twice.")
        for index, ask in enumerate(named)
        if ask not in ask_ids or ask in named[:index]
    ]
    missing = [ask for ask in ask_ids if ask not in named]
    if missing:
        faults.append(
            Fault(pointer="/rulings", detail=f"No ask may go without a ruling; missing: {', '.join(missing)}.")
        )
    if faults:
        raise Invalid("Every ask of the need gets one ruling.", faults=tuple(faults))


def check_acceptable(
    rulings: Sequence[Ruling],
    asks: dict[str, Ask],
    report: MatchReport,
    *,
    authentic: bool,
    standing: str,
    allowed_by: str | None,
) -> None:
    """Raises Conflict where an ``accepted`` would rest on nothing: no paragraph, no authenticity, or no authority."""
    accepted = [one for one in rulings if one.ruling == "accepted"]
    if not accepted:
        return
    if not authentic:
        raise Conflict(
            "The request's authenticity is not established; it cannot be accepted yet.", code="not-authenticated"
        )
    uncovered = [one.ask_id for one in accepted if not _covered(one, asks, report)]
    if uncovered:
        raise Conflict(
            "No paragraph was found for this; rule it noted, or correct the finding first.",
            code="ask-not-covered",
            asks=uncovered,
        )
    _check_standing(standing, allowed_by)


def _covered(one: Ruling, asks: dict[str, Ask], report: MatchReport) -> bool:
    """An acceptance rests on a paragraph, and never on a notice, which asks for nothing."""
    if report.disposition != "authorised":
        return False
    return one.ask_id is None or asks[one.ask_id].covered


def _check_standing(standing: str, allowed_by: str | None) -> None:
    if standing == "expired":
        raise Conflict("The resolution is no longer in force.", code="expired-authority", standing=standing)
    if standing == "provisional" and allowed_by is None:
        raise Conflict(
            "The resolution is a draft, and no office has allowed accepting on it (see the setting "
            "provisional_acceptance_allowed_by); rule it noted, or wait for its adoption.",
            code="provisional-authority",
            standing=standing,
        )
