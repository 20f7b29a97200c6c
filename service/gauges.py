"""What is measured when Prometheus asks: queues, tasks and the ledger, as the database has them."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

import structlog
from prometheus_client import REGISTRY, start_http_server
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from service.casework.queries import queue_lengths
from service.clock import now
from service.desk import Desk
from service.errors import ServiceError, Unavailable
from service.ledger.queries import head, latest_checkpoint
from service.tasks.lease import backlog

log = structlog.get_logger()


class Gauges(Collector):
    """Reads the database once for each scrape; where it is down, only ``mandate_desk_database_up`` says so."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def describe(self) -> list[Metric]:
        """Nothing beforehand: to know the names the database would have to be there."""
        return []

    def collect(self) -> Iterator[Metric]:
        """The gauges at this moment; ages in seconds."""
        try:
            with self._desk.sessions.read() as session:
                at = now()
                items = _waiting("item", "team", queue_lengths(session), at)
                tasks = _waiting("task", "kind", backlog(session), at)
                found = [*items, *tasks, *_ledger(session, self._desk, at)]
        except (ServiceError, SQLAlchemyError) as error:
            log.warning("not measured", why=getattr(error, "code", type(error).__name__))
            found = []
        yield GaugeMetricFamily("mandate_desk_database_up", "Whether the database answers", value=bool(found))
        yield from found


@contextmanager
def served(desk: Desk) -> Iterator[None]:
    """Answers Prometheus on the port of the settings while the block runs; does nothing where none is set."""
    port = desk.settings.metrics_port
    if port is None:
        yield
        return
    gauges = Gauges(desk)
    REGISTRY.register(gauges)
    try:
        server, thread = start_http_server(port, addr=desk.settings.metrics_host)
    except OSError as error:
        REGISTRY.unregister(gauges)
        raise Unavailable(
            f"The port {port} for metrics is taken; each process needs its own MANDATE_DESK_METRICS_PORT.",
            code="port-taken",
        ) from error
    log.info("metrics served", port=port)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
        REGISTRY.unregister(gauges)


def _waiting(thing: str, label: str, rows: list[tuple[str, int, datetime]], at: datetime) -> Iterator[Metric]:
    """How many wait, and the age of the oldest, by label."""
    count = GaugeMetricFamily(f"mandate_desk_{thing}s_waiting", f"Each {thing} that nobody holds", labels=[label])
    oldest = GaugeMetricFamily(f"mandate_desk_oldest_{thing}_seconds", "Age of the oldest of them", labels=[label])
    for name, number, since in rows:
        count.add_metric([name], number)
        oldest.add_metric([name], (at - since).total_seconds())
    yield from (count, oldest)


def _ledger(session: Session, desk: Desk, at: datetime) -> Iterator[Metric]:
    size, signed = head(session).size, latest_checkpoint(session, desk.settings.ledger_origin)
    unsigned = size - (signed.size if signed else 0)
    yield GaugeMetricFamily("mandate_desk_ledger_leaves", "Leaves in the ledger", value=size)
    yield GaugeMetricFamily("mandate_desk_ledger_unsigned_leaves", "Leaves after the last checkpoint", value=unsigned)
    age = (at - signed.signed_at).total_seconds() if signed else float("inf")
    yield GaugeMetricFamily("mandate_desk_checkpoint_age_seconds", "Since the last signature", value=age)
