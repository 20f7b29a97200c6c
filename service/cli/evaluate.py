"""``mandate-desk evaluate``: the matcher's figures on labelled requests, per language."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from service.errors import Invalid
from service.matching.encoder import load_encoder
from service.matching.evaluation import DEV_LABELS, by_language, cross_validate
from service.matching.labels import Label, read_labels
from service.matching.matcher import Matcher
from service.matching.model import seen_in_training, shipped_weights
from service.matching.observation import THEMES
from service.matching.report import MatchReport


def evaluate(
    labels: Annotated[
        Path, typer.Argument(help="Labelled requests as JSON lines; the dev set by default.")
    ] = DEV_LABELS,
    folds: Annotated[int, typer.Option(help="Refit and test on so many folds; 0 tests the shipped model.")] = 0,
    seed: Annotated[int, typer.Option(help="Seed of the split into folds.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    lexicon_only: Annotated[bool, typer.Option(help="Leave the sentence encoder out.")] = False,
) -> None:
    """Print the figures of the shipped model, or of folds refitted without what they are tested on."""
    records = read_labels(labels)
    if folds and not 2 <= folds <= len(records):
        raise Invalid(f"--folds must be 0, or from 2 to the number of labels ({len(records)})")
    reports, seen = _folded(records, folds, seed, lexicon_only) if folds else _shipped(records, lexicon_only)
    table = by_language(records, reports)
    if as_json:
        typer.echo(json.dumps({"figures": table, "seen_in_training": seen, "folds": folds, "seed": seed}, indent=1))
        return
    _print_table(table)
    typer.echo(_seen_line(len(records), seen, folds))


def _folded(
    records: Sequence[Label], folds: int, seed: int, lexicon_only: bool
) -> tuple[dict[str, MatchReport], list[str]]:
    from service.matching.training import refitting  # noqa: PLC0415  (needs the training extra)

    return cross_validate(records, refitting(records, lexicon_only=lexicon_only), folds=folds, seed=seed), []


def _shipped(records: Sequence[Label], lexicon_only: bool) -> tuple[dict[str, MatchReport], list[str]]:
    matcher = Matcher(
        catalogue_digest="none",
        themes=dict(enumerate(THEMES, start=1)),
        weights=shipped_weights(),
        encoder=None if lexicon_only else load_encoder(),
    )
    matcher.warm_up()
    return {label.id: matcher.match(label.title, label.text, label.lang) for label in records}, seen_in_training(
        records
    )


def _print_table(table: dict[str, dict]) -> None:
    typer.echo(f"{'figure':26}" + "".join(f"{column:>9}" for column in table))
    for name in table["all"]:
        values = ("-" if table[column][name] is None else table[column][name] for column in table)
        typer.echo(f"{name:26}" + "".join(f"{value:>9}" for value in values))


def _seen_line(count: int, seen: list[str], folds: int) -> str:
    if folds:
        return f"{folds} folds, refitted: none of the {count} records was scored by a model that saw it in training."
    if not seen:
        return f"None of the {count} records was seen in training."
    shown = ", ".join(seen[:5]) + (", ..." if len(seen) > 5 else "")
    return f"{len(seen)} of the {count} records were seen in training ({shown}): their figures say nothing of new ones."
