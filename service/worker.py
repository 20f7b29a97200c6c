"""The worker: signs the ledger, matches again what could not be matched, and returns idle claims.

Each job has a thread of its own, so that a slow reading delays no signature, and each of its steps a transaction of its
own. Any number of workers may run on one database.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog

from service.casework.idle import any_idle
from service.clock import now
from service.desk import Desk
from service.errors import ServiceError
from service.flows.rematch import rematch, unread
from service.flows.work import return_idle_items
from service.ledger.checkpoint import sign_checkpoint
from service.ledger.queries import head, latest_checkpoint
from service.metrics import JOBS_DONE, JOBS_FAILED
from service.tasks.lease import Kind, any_due, put_back, take

PAUSE = 1.0  # seconds between two looks: a change is signed within 5 s of its commit
LONGEST_PAUSE = 60.0  # after failures, each of which doubles the pause
SIGNED_AGAIN = timedelta(hours=1)  # an idle ledger
READING_SECONDS = 60.0  # the worker's patience with the matcher; the door's is 5 s
LEASE = timedelta(seconds=2 * READING_SECONDS)
RETURNED_TOGETHER = 100

log = structlog.get_logger()
Job = Callable[[Desk], bool]


def sign(desk: Desk) -> bool:
    """Signs the ledger where it has grown, or where nothing was signed for an hour."""
    at = now()
    with desk.sessions.read() as session:
        last = latest_checkpoint(session, desk.settings.ledger_origin)
        if last is not None and last.size == head(session).size and at - last.signed_at < SIGNED_AGAIN:
            return False
    with desk.sessions.begin() as session:
        signed = sign_checkpoint(session, signer=desk.signer, at=at)
    log.info("checkpoint signed", size=signed.body.size)
    return False


def read_again(desk: Desk) -> bool:
    """Matches one need again that waits for it; whether another may wait."""
    with desk.sessions.read() as session:
        if not any_due(session, Kind.REMATCH, at=now()):
            return False
    with desk.sessions.begin() as session:
        lease = take(session, Kind.REMATCH, at=now(), lease_for=LEASE)
    if lease is None:
        return False
    with desk.sessions.read() as session:
        need = unread(session, lease.subject)
    report = need and desk.reader.read_again(need.title, need.text, need.language, wait_seconds=READING_SECONDS)
    with desk.sessions.begin() as session:
        if report is not None and report.unread:
            put_back(session, lease, at=now())
            return False
        rematch(session, lease, report, desk=desk, at=now())
    log.info("need matched again", need=lease.subject, attempts=lease.attempts)
    return True


def return_idle(desk: Desk) -> bool:
    """Returns claims that nobody acted on for the days of the settings; whether more may be idle."""
    at = now()
    since = at - timedelta(days=desk.settings.claim_idle_days)
    with desk.sessions.read() as session:
        if not any_idle(session, since=since):
            return False
    with desk.sessions.begin() as session:
        count = return_idle_items(session, since=since, limit=RETURNED_TOGETHER, at=at)
    log.info("idle claims returned", count=count)
    return count == RETURNED_TOGETHER


JOBS: tuple[Job, ...] = (sign, read_again, return_idle)


@contextmanager
def running(desk: Desk) -> Iterator[None]:
    """The worker's jobs, in threads, while the block runs; the step under way is ended before the block is left."""
    stop = threading.Event()
    threads = [
        threading.Thread(target=_repeat, args=(job, desk, stop), name=f"worker-{job.__name__}", daemon=True)
        for job in JOBS
    ]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(timeout=LONGEST_PAUSE)


def _repeat(job: Job, desk: Desk, stop: threading.Event) -> None:
    pause = PAUSE
    while not stop.is_set():
        try:
            pause = 0 if job(desk) else PAUSE
            JOBS_DONE.labels(job.__name__).inc()
        except ServiceError as error:
            pause = min(LONGEST_PAUSE, 2 * max(pause, PAUSE))
            JOBS_FAILED.labels(job.__name__, error.code).inc()
            log.error("job failed", job=job.__name__, code=error.code, next_in_seconds=pause)
        except Exception:
            pause = min(LONGEST_PAUSE, 2 * max(pause, PAUSE))
            JOBS_FAILED.labels(job.__name__, "unforeseen").inc()
            log.exception("job failed", job=job.__name__, next_in_seconds=pause)
        stop.wait(pause)
