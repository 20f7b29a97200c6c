"""``mandate-desk serve``."""

from typing import Annotated

import typer
import uvicorn

from service.app import create_app
from service.desk import build_desk
from service.errors import Unavailable
from service.logs import configure_logs
from service.settings import load_settings
from service.tables import schema_is_current


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; MANDATE_DESK_HOST where absent.")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on; MANDATE_DESK_PORT where absent.")] = None,
) -> None:
    """Serve the API and its docs (at /docs) until told to stop."""
    settings = load_settings()
    configure_logs(settings.log_level)
    desk = build_desk(settings)
    with desk.sessions.read() as session:
        if not schema_is_current(session):
            raise Unavailable("The database's schema is not this version's; run: mandate-desk db upgrade")
    try:
        uvicorn.run(
            create_app(desk),
            host=host or settings.host,
            port=port or settings.port,
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=20,
        )
    finally:
        desk.close()
