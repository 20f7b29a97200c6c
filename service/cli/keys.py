"""``mandate-desk keys``."""

from typing import Annotated

import typer

from service.access import queries
from service.access.principal import Role
from service.casework.routing_table import load_table
from service.cli.db import database
from service.clock import now, to_text
from service.errors import Invalid
from service.flows.keys import end_key, make_key, make_principal
from service.mandate.states import load_states

app = typer.Typer(help="Principals and their API keys.", no_args_is_help=True)


@app.command()
def make(
    name: Annotated[str, typer.Option(help="A name that is not in use yet.")],
    role: Annotated[Role, typer.Option(help="What the holder is.")],
    state: Annotated[str | None, typer.Option(help="For a portal: ISO 3166-1 alpha-3 code of its State.")] = None,
    team: Annotated[list[str] | None, typer.Option(help="For an officer: a team; repeat for more.")] = None,
    registered: Annotated[bool, typer.Option(help="For a portal: its State registered it by note verbale.")] = False,
) -> None:
    """Make a principal and print its key, which is shown this once."""
    _check(state, team or [])
    with database() as sessions, sessions.begin() as session:
        _, key = make_principal(
            session,
            role=role,
            name=name,
            member_state=state,
            teams=frozenset(team or []),
            registered=registered,
            at=now(),
        )
    print(key)


@app.command()
def add(name: Annotated[str, typer.Argument(help="The principal's name.")]) -> None:
    """Make one more key for a principal and print it, which is shown this once."""
    with database() as sessions, sessions.begin() as session:
        key = make_key(session, queries.principal_by_name(session, name), at=now())
    print(key)


@app.command("list")
def list_keys() -> None:
    """List every key by its prefix, with its holder."""
    with database() as sessions, sessions.read() as session:
        for key in queries.keys(session):
            bound = key["member_state"] or ",".join(key["teams"]) or "-"
            ended = f"revoked {to_text(key['revoked_at'])}" if key["revoked_at"] else "live"
            print(f"{key['prefix']}  {key['role']:13}  {bound:12}  {ended}  {key['name']}")


@app.command()
def revoke(prefix: Annotated[str, typer.Argument(help="The key's prefix, as `keys list` shows it.")]) -> None:
    """End a key at once."""
    with database() as sessions, sessions.begin() as session:
        end_key(session, prefix, at=now())
    print(f"Revoked {prefix}.")


def _check(state: str | None, teams: list[str]) -> None:
    if state is not None:
        load_states().get(state)
    known = load_table().teams
    for team in teams:
        if team not in known:
            raise Invalid(f"There is no team {team!r}; the teams are: {', '.join(known)}.")
