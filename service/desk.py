"""What every door shares, put together once from the settings."""

from dataclasses import dataclass
from functools import cached_property

from service.casework.routing_table import RoutingTable, check_table, load_table
from service.database import Sessions
from service.flows.reading import Reader
from service.ledger.signer import Signer, load_signer
from service.mandate.catalogue import Catalogue, load_catalogue
from service.mandate.states import States, load_states
from service.matching.matcher import load_matcher
from service.settings import Settings


@dataclass(frozen=True, kw_only=True)
class Desk:
    """The service without its doors: settings, database, catalogue, States, routing, and what reads texts."""

    settings: Settings
    sessions: Sessions
    catalogue: Catalogue
    states: States
    routing: RoutingTable
    reader: Reader

    @cached_property
    def signer(self) -> Signer:
        """The ledger's signer; its key is made on first use."""
        return load_signer(self.settings.data_dir, self.settings.ledger_origin)

    def close(self) -> None:
        """Ends the readings under way and closes the database."""
        self.reader.close()
        self.sessions.close()


def build_desk(settings: Settings) -> Desk:
    """The desk of these settings; raises Invalid, before anything is served, where catalogue or routing is wrong."""
    catalogue, states, routing = load_catalogue(), load_states(), load_table()
    themes = [paragraph.theme for paragraph in catalogue.current.operative]
    check_table(routing, themes=themes, regions={state.region for state in states.all()})
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    return Desk(
        settings=settings,
        sessions=Sessions(
            settings.url,
            pool_size=settings.pool_size,
            lock_wait_seconds=settings.lock_wait_seconds,
            statement_seconds=settings.statement_seconds,
        ),
        catalogue=catalogue,
        states=states,
        routing=routing,
        reader=Reader(
            load_matcher(catalogue, use_encoder=settings.encoder != "none"),
            catalogue=catalogue.digest,
            workers=settings.match_workers,
            wait_seconds=settings.match_wait_seconds,
        ),
    )
