"""All tables in one place, and the migrations that make them."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.orm import Session

import service.access.models
import service.assessment.models
import service.casework.models
import service.intake.models
import service.ledger.models
import service.tasks.models  # noqa: F401  (imported for their tables)
from service.database import Base, Sessions

MIGRATIONS = Path(__file__).parent.parent / "migrations"
metadata = Base.metadata


def upgrade(sessions: Sessions) -> None:
    """Brings the database to the schema of this code; harmless where it is there already."""
    config = _config()
    with sessions.engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def schema_is_current(session: Session) -> bool:
    """Whether the database has the schema that this code needs."""
    return revision(session) == ScriptDirectory.from_config(_config()).get_current_head()


def revision(session: Session) -> str | None:
    """The database's revision, or None where nothing was ever migrated."""
    return MigrationContext.configure(session.connection()).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
