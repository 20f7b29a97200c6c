"""``mandate-desk train``: refits the matcher on labelled requests and writes a model folder."""

from pathlib import Path
from typing import Annotated

import typer

from service.errors import Conflict
from service.matching.labels import read_labels
from service.matching.model import CARD, WEIGHTS


def train(
    labels: Annotated[list[Path], typer.Option("--labels", help="Labelled requests as JSON lines; may be repeated.")],
    out: Annotated[Path, typer.Option("--out", help="Folder to write weights and card to.")] = Path("model"),
    folds: Annotated[int, typer.Option(help="Folds of the cross-validation in the card; 0 leaves it out.")] = 5,
    seed: Annotated[int, typer.Option(help="Seed of every split.")] = 0,
) -> None:
    """Fit both modes on all labels, measure them by cross-validation, and write weights.npz, card.json and CARD.md."""
    from service.matching.training import train_model  # noqa: PLC0415  (needs the training extra)

    if out.exists() and not out.is_dir():
        raise Conflict(f"{out} is a file, not a folder")
    records = [record for path in labels for record in read_labels(path)]
    typer.echo(f"{len(records)} labelled requests", err=True)
    digest = train_model(records, out, folds=folds, seed=seed, say=lambda line: typer.echo(line, err=True))
    typer.echo(f"{out / WEIGHTS}\nsha256 {digest}\n{out / CARD}")
