"""``mandate-desk train``: refits the matcher on labelled requests and writes a model folder."""

from pathlib import Path
from typing import Annotated

import typer

from service.cli.progress import bar
from service.errors import Conflict, Invalid
from service.matching.labels import bundled_sentences, read_all, read_sentences, training_paths
from service.matching.model import CARD, WEIGHTS


def train(
    labels: Annotated[
        list[Path] | None,
        typer.Option("--labels", help="Labelled requests as JSON lines, may be repeated; the shipped ones by default."),
    ] = None,
    sentences: Annotated[
        Path | None, typer.Option(help="Labelled sentences as JSON lines; the shipped ones by default.")
    ] = None,
    out: Annotated[Path, typer.Option("--out", help="Folder to write weights and card to.")] = Path("model"),
    folds: Annotated[
        int, typer.Option(min=0, help="Folds of the cross-validation in the card; 0 leaves it out (same weights).")
    ] = 0,
    seed: Annotated[int, typer.Option(help="Seed of every split and fit.")] = 0,
) -> None:
    """Fit both modes on all labels and write weights.npz, card.json and CARD.md, with figures from --folds."""
    from service.matching.recipe import train_model  # noqa: PLC0415  (needs the training extra)
    from service.matching.training import parts_of  # noqa: PLC0415

    if out.exists() and not out.is_dir():
        raise Conflict(f"{out} is a file, not a folder")
    if folds == 1:
        raise Invalid("--folds must be 0, or 2 or more")
    records = read_all(labels or training_paths())
    beside = read_sentences(sentences or bundled_sentences())
    typer.echo(f"{len(records)} labelled requests, {len(beside)} sentences", err=True)
    parts = (1 + folds) * (parts_of(True) + parts_of(False)) + 2
    with bar("training", parts) as tick:
        digest = train_model(records, beside, out, folds=folds, seed=seed, tick=tick)
    typer.echo(f"{out / WEIGHTS}\nsha256 {digest}\n{out / CARD}")
