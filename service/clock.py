"""The only place that reads the time."""

import time
from datetime import UTC, date, datetime


def now() -> datetime:
    """This moment in UTC, with its zone, to the microsecond."""
    return datetime.now(UTC)


def today() -> date:
    """The date in UTC."""
    return now().date()


def to_text(moment: datetime) -> str:
    """RFC 3339 text in UTC with six decimals and a ``Z``: 2026-11-24T09:00:00.000000Z."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def ticks() -> float:
    """Seconds on a clock that never goes back: for measuring how long something took, never for dates."""
    return time.monotonic()
