"""``mandate-desk worker``."""

import signal
import threading

import structlog

from service.cli.serve import ready_desk
from service.gauges import served
from service.worker import running

log = structlog.get_logger()


def worker() -> None:
    """Sign checkpoints, match again what could not be matched, return idle claims, until told to stop.

    `serve` does this by itself unless MANDATE_DESK_WORKER is "apart". Several workers may run on one database.
    """
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    with ready_desk() as desk, served(desk), running(desk):
        log.info("worker started")
        stop.wait()
    log.info("worker stopped")
