"""``mandate-desk catalogue``."""

import json
from pathlib import Path
from typing import Annotated

import typer

from service.clock import today
from service.errors import Invalid
from service.mandate.authority import authority_of
from service.mandate.catalogue import load_catalogue, read_json
from service.mandate.validate import faults_of

app = typer.Typer(help="The resolutions that findings cite.", no_args_is_help=True)


@app.command()
def validate(file: Annotated[Path, typer.Argument(help="An instrument's JSON file.")]) -> None:
    """Check an instrument's file: hashes, numbers, every span against the text; each fault is named with its place."""
    document = read_json(file)
    faults = faults_of(document)
    if faults:
        raise Invalid(f"{file} has {len(faults)} faults.", faults=faults)
    print(f"{file}: sound; {len(document['preamble'])} preamble and {len(document['operative'])} operative paragraphs.")


@app.command()
def digest() -> None:
    """Print the digest of the catalogue, which every assessment holds."""
    print(load_catalogue().digest)


@app.command()
def show(
    paragraph: Annotated[int | None, typer.Argument(help="An operative paragraph; all of them where absent.")] = None,
    instrument: Annotated[str | None, typer.Option(help="The instrument's slug; the current one where absent.")] = None,
) -> None:
    """Print an operative paragraph as the authority that readers are given, or list them all."""
    catalogue = load_catalogue()
    chosen = catalogue.instrument(instrument) if instrument else catalogue.current
    if paragraph is None:
        for one in chosen.operative:
            print(f"{one.number:2}  {one.theme:34} {one.opening}")
        return
    print(json.dumps(authority_of(chosen, paragraph, on=today()).to_json(), ensure_ascii=False, indent=1))
