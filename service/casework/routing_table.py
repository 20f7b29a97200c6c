"""The routing table: officers' TOML files, loaded and checked."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from service.canonical import digest_of
from service.errors import Fault, Invalid
from service.matching.report import LANGUAGES

DATA = Path(__file__).parent / "data"
TRIAGE = "triage"
URGENCIES = ("routine", "priority", "urgent")
CONDITIONS = ("theme", "region", "language", "urgency")


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """An exception to the leads: conditions that must all hold, the team, and the reason in words."""

    when: dict[str, str]
    team: str
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RoutingTable:
    """Teams with their names in six languages, the lead of each theme, and the rows that go before them."""

    version: str
    teams: dict[str, dict[str, str]]
    leads: dict[str, str]
    rows: tuple[Row, ...]
    digest: str


@cache
def load_table(folder: Path = DATA) -> RoutingTable:
    """The routing table of the folder; raises Invalid with a fault for each thing wrong in it."""
    teams = tomllib.loads((folder / "teams.toml").read_text(encoding="utf-8"))
    routing = tomllib.loads((folder / "routing.toml").read_text(encoding="utf-8"))
    return RoutingTable(
        version=routing["version"],
        teams={team["key"]: team["names"] for team in teams["team"]},
        leads=routing["lead"],
        rows=tuple(Row(**row) for row in routing.get("row", [])),
        digest=digest_of([teams, routing]),
    )


def check_table(table: RoutingTable, *, themes: Iterable[str], regions: Iterable[str]) -> None:
    """Raises Invalid unless every theme has a lead, every team exists, and every row can be reached."""
    known = {
        "theme": set(themes),
        "region": set(regions),
        "language": set(LANGUAGES),
        "urgency": set(URGENCIES),
    }
    faults = [*_lead_faults(table, known["theme"]), *_row_faults(table, known), *_hidden(table), *_names(table)]
    if faults:
        raise Invalid("The routing table is wrong; errors name each place.", faults=tuple(faults))


def _lead_faults(table: RoutingTable, themes: set[str]) -> list[Fault]:
    faults = [
        Fault(pointer=f"/lead/{theme}", detail="This theme has no lead team.") for theme in themes - set(table.leads)
    ]
    faults += [Fault(pointer=f"/lead/{theme}", detail="No such theme.") for theme in set(table.leads) - themes]
    return faults + [
        Fault(pointer=f"/lead/{theme}", detail=f"There is no team {team!r}.")
        for theme, team in table.leads.items()
        if team not in table.teams
    ]


def _row_faults(table: RoutingTable, known: dict[str, set[str]]) -> list[Fault]:
    faults = []
    for index, row in enumerate(table.rows):
        if row.team not in table.teams:
            faults.append(Fault(pointer=f"/row/{index}/team", detail=f"There is no team {row.team!r}."))
        for name, value in row.when.items():
            if name not in CONDITIONS or value not in known[name]:
                detail = f"No need can have {name} = {value!r}, so that this row is never reached."
                faults.append(Fault(pointer=f"/row/{index}/when/{name}", detail=detail))
    return faults


def _hidden(table: RoutingTable) -> list[Fault]:
    """A row is hidden where one above asks for no more than it does."""
    return [
        Fault(pointer=f"/row/{index}", detail=f"Row {above} above takes every need that this row asks for.")
        for index, row in enumerate(table.rows)
        for above in range(index)
        if table.rows[above].when.items() <= row.when.items()
    ]


def _names(table: RoutingTable) -> list[Fault]:
    faults = [
        Fault(pointer=f"/team/{key}/names", detail="Name the team in ar, en, es, fr, ru and zh.")
        for key, names in table.teams.items()
        if set(names) != set(LANGUAGES)
    ]
    if TRIAGE not in table.teams:
        faults.append(Fault(pointer="/team", detail="There must be a team triage."))
    return faults
