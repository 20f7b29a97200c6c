"""Reading needs with the matcher, within the time that a door may wait."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Late
from typing import Protocol

import structlog

from service.clock import ticks
from service.matching.report import MatchReport, unavailable_report
from service.metrics import READING_SECONDS, READINGS_MISSED

log = structlog.get_logger()


class Matcher(Protocol):
    """What reads one text; its ``engine`` names the version that a replay needs."""

    engine: str

    def match(self, title: str, text: str, language: str | None = None) -> MatchReport: ...

    def warm_up(self) -> None: ...


class Reader:
    """A matcher behind a bound on time and on work.

    At most ``workers`` readings run at once, stragglers included: a reading that its door no longer waits for keeps
    its worker until it ends, and one that has not begun is dropped.
    """

    def __init__(self, matcher: Matcher, *, catalogue: str, workers: int, wait_seconds: float) -> None:
        self.matcher, self._catalogue, self._wait = matcher, catalogue, wait_seconds
        self._pool = ThreadPoolExecutor(max_workers=workers, thread_name_prefix="reading")
        self._again = ThreadPoolExecutor(max_workers=1, thread_name_prefix="reading-again")

    def read(self, texts: Sequence[tuple[str, str]], language: str | None) -> list[MatchReport]:
        """A report for each (title, text), in order; what fails or is late is ``matcher_unavailable``, never raised."""
        deadline = ticks() + self._wait
        jobs = [self._pool.submit(self._timed, title, text, language) for title, text in texts]
        return [self._report(job, deadline, self._wait, language) for job in jobs]

    def read_again(self, title: str, text: str, language: str | None, *, wait_seconds: float) -> MatchReport:
        """The same for one text that was missed, at leisure, beside the doors' readings and never in their way."""
        job = self._again.submit(self._timed, title, text, language)
        return self._report(job, ticks() + wait_seconds, wait_seconds, language)

    def close(self) -> None:
        """Drops what has not begun; does not wait for what runs."""
        for pool in (self._pool, self._again):
            pool.shutdown(wait=False, cancel_futures=True)

    def _timed(self, title: str, text: str, language: str | None) -> MatchReport:
        with READING_SECONDS.time():
            return self.matcher.match(title, text, language)

    def _report(self, job: Future, deadline: float, wait: float, language: str | None) -> MatchReport:
        try:
            return job.result(timeout=max(0.0, deadline - ticks()))
        except Late:
            job.cancel()
            READINGS_MISSED.labels("late").inc()
            log.warning("matcher late", waited_seconds=wait)
        except Exception:
            READINGS_MISSED.labels("failed").inc()
            log.exception("matcher failed")
        return unavailable_report(language=language, catalogue=self._catalogue, engine=self.matcher.engine)
