"""Settings, read once from the environment (prefix ``MANDATE_DESK_``) and passed on as arguments."""

import os
from pathlib import Path
from typing import Literal

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Everything that differs between two installations; each field's environment name is MANDATE_DESK_ + its name.

    ``encoder`` is also read from SERVICE_ENCODER, which wins.
    """

    model_config = SettingsConfigDict(env_prefix="MANDATE_DESK_", frozen=True, extra="ignore")

    data_dir: Path = Field(default=Path("data"), description="Folder of the embedded database, signing key and state.")
    database_url: str | None = Field(
        default=None,
        pattern=r"^(sqlite|postgresql)(\+[a-z0-9]+)?://",
        description="SQLAlchemy URL of sqlite or postgresql; SQLite in data_dir when absent.",
    )
    host: str = Field(default="127.0.0.1", description="Address that serve listens on.")
    port: int = Field(default=8000, ge=1, le=65535, description="Port that serve listens on.")
    ledger_origin: str = Field(
        default="mandate-desk.example/ledger",
        pattern=r"^[^\s+]+$",
        description="Origin line of every checkpoint: a schema-less URL that never changes.",
    )
    provisional_acceptance_allowed_by: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Office that allows accepting on a draft resolution; acceptance is refused when absent.",
    )
    encoder: Literal["auto", "none"] = Field(
        default="auto",
        validation_alias=AliasChoices("SERVICE_ENCODER", "MANDATE_DESK_ENCODER"),
        description="none: read with the lexicon alone, also where the sentence encoder is installed.",
    )
    match_wait_seconds: float = Field(default=5.0, gt=0, le=60, description="How long the door waits for the matcher.")
    match_workers: int = Field(default=2, ge=1, le=32, description="Readings that may run at once, stragglers counted.")
    metrics_port: int | None = Field(
        default=None, ge=1, le=65535, description="Port that answers Prometheus; none when absent."
    )
    metrics_host: str = Field(
        default="127.0.0.1", description="Address of that port; it tells volumes of all States, so keep it inside."
    )
    worker: Literal["inside", "apart"] = Field(
        default="inside", description="apart: serve leaves the worker's jobs to processes of `mandate-desk worker`."
    )
    claim_idle_days: int = Field(
        default=7, ge=1, le=365, description="Days after which a claim that nobody acted on goes back to its queue."
    )
    pool_size: int = Field(default=10, ge=1, le=200, description="Database connections held open for reads or writes.")
    lock_wait_seconds: int = Field(default=10, ge=1, le=60, description="How long a write waits for another's lock.")
    statement_seconds: int = Field(
        default=60, ge=1, le=3600, description="How long one statement may run on PostgreSQL."
    )
    log_level: str = Field(default="info", pattern="^(debug|info|warning|error)$", description="Least level logged.")

    @property
    def url(self) -> str:
        """The database's SQLAlchemy URL."""
        return self.database_url or f"sqlite:///{self.data_dir / 'mandate-desk.sqlite3'}"


def tool_environment() -> dict[str, str]:
    """The environment for a tool of the database's that we run: ours, with messages in English."""
    return {**os.environ, "LC_ALL": "C"}


def load_settings() -> Settings:
    """The settings of this process, from the environment; raises pydantic's ValidationError naming a wrong one."""
    return Settings()
