"""``mandate-desk schemas``: the published contract, printed from the code."""

import json
from pathlib import Path
from typing import Annotated

import typer

from service.app import routes
from service.assessment.schemas import FindingOut
from service.errors import NotFound
from service.flows.schemas import ItemOut, RequestOut
from service.intake.schemas import AssistanceRequestIn

app = typer.Typer(help="The published contract: OpenAPI and JSON Schemas.", no_args_is_help=True)

SHAPES = {
    "assistance-request": (AssistanceRequestIn, "validation"),
    "request": (RequestOut, "serialization"),
    "finding": (FindingOut, "serialization"),
    "item": (ItemOut, "serialization"),
}


def documents() -> dict[str, str]:
    """Every published document by its file name."""
    shapes = {
        f"{name}.schema.json": {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            **shape.model_json_schema(mode=mode),
        }
        for name, (shape, mode) in SHAPES.items()
    }
    return {name: _text(document) for name, document in {"openapi.json": routes().openapi(), **shapes}.items()}


@app.command("list")
def list_documents() -> None:
    """List the documents' names."""
    print("\n".join(documents()))


@app.command("print")
def print_document(name: Annotated[str, typer.Argument(help="A name from `schemas list`.")] = "openapi.json") -> None:
    """Print one document."""
    found = documents().get(name)
    if found is None:
        raise NotFound(f"There is no document {name!r}; `mandate-desk schemas list` names them.")
    print(found, end="")


@app.command()
def write(folder: Annotated[Path, typer.Argument(help="Where to write them.")] = Path("schemas")) -> None:
    """Write every document into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in documents().items():
        (folder / name).write_text(text, encoding="utf-8")
        print(folder / name)


def _text(document: dict) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"
