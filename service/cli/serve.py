"""``mandate-desk serve``."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Annotated

import typer
import uvicorn

from service.app import create_app
from service.desk import Desk, build_desk
from service.errors import Unavailable
from service.gauges import served
from service.logs import configure_logs
from service.settings import load_settings
from service.tables import schema_is_current
from service.worker import running


@contextmanager
def ready_desk() -> Iterator[Desk]:
    """The desk of the settings with its matcher loaded, closed at the end; raises Unavailable for another schema."""
    settings = load_settings()
    configure_logs(settings.log_level)
    desk = build_desk(settings)
    try:
        with desk.sessions.read() as session:
            if not schema_is_current(session):
                raise Unavailable("The database's schema is not this version's; run: mandate-desk db upgrade")
        desk.reader.matcher.warm_up()
        yield desk
    finally:
        desk.close()


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; MANDATE_DESK_HOST where absent.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; MANDATE_DESK_PORT where absent.")] = None,
) -> None:
    """Serve the API and its docs (at /docs), and do the worker's jobs beside it, until told to stop."""
    # uvicorn raises the signal that ended it again; so the blocks below are left, and the step under way is ended.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    with (
        ready_desk() as desk,
        served(desk),
        running(desk) if desk.settings.worker == "inside" else nullcontext(),
    ):
        uvicorn.run(
            create_app(desk),
            host=host or desk.settings.host,
            port=port or desk.settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=20,
        )
