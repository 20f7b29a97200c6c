"""Which team a need goes to, and why: a pure reading of the routing table."""

from dataclasses import dataclass

from service.casework.routing_table import TRIAGE, RoutingTable
from service.matching.report import MatchReport


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """Where a need waits: the lead team, the supporting teams, and why; ``would_go_to`` is set while authenticity
    holds the need in triage."""

    lead: str
    supporting: tuple[str, ...]
    why: str
    would_go_to: str | None
    table: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Circumstances:
    """What routing looks at beside the finding."""

    region: str
    urgency: str
    authentic: bool


def choose_route(report: MatchReport, circumstances: Circumstances, table: RoutingTable) -> Route:
    """The route of a need: the primary's team leads, each other cited paragraph's team supports; triage for the rest.

    A request whose authenticity is not established waits in triage, whatever it matches.
    """
    lead, why = _lead(report, circumstances, table)
    if not circumstances.authentic:
        return Route(
            lead=TRIAGE,
            supporting=(),
            why=f"Authenticity is not established yet. Afterwards: {why}",
            would_go_to=lead,
            table=table.digest,
        )
    supporting = _supporting(report, circumstances, table, lead)
    return Route(lead=lead, supporting=supporting, why=why, would_go_to=None, table=table.digest)


def _lead(report: MatchReport, circumstances: Circumstances, table: RoutingTable) -> tuple[str, str]:
    if report.primary is None:
        return TRIAGE, f"The finding is {report.disposition.replace('_', ' ')}; an officer reads it first."
    theme = next(match.theme for match in report.matches if match.paragraph == report.primary)
    team, why = _team_of(theme, report.language, circumstances, table)
    return team, f"Operative paragraph {report.primary} is the primary finding. {why}"


def _supporting(report: MatchReport, circumstances: Circumstances, table: RoutingTable, lead: str) -> tuple[str, ...]:
    if report.primary is None:
        return ()
    teams = [_team_of(match.theme, report.language, circumstances, table)[0] for match in report.matches]
    return tuple(dict.fromkeys(team for team in teams if team != lead))


def _team_of(theme: str, language: str | None, circumstances: Circumstances, table: RoutingTable) -> tuple[str, str]:
    facts = {
        "theme": theme,
        "region": circumstances.region,
        "language": language,
        "urgency": circumstances.urgency,
    }
    for row in table.rows:
        if all(facts[name] == value for name, value in row.when.items()):
            return row.team, row.why
    return table.leads[theme], f"The team {table.leads[theme]} leads on {theme}."
