"""``mandate-desk evaluate``: the matcher's figures on labelled requests, per language, and where it errs."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Literal

import typer

from service.cli.explain import safe, safe_lines
from service.cli.progress import bar
from service.errors import Invalid
from service.matching.encoder import load_encoder
from service.matching.evaluation import DEV_LABELS, by_language
from service.matching.folds import cross_validate, grouped_folds, left_out
from service.matching.labels import Label, bundled_sentences, read_all, read_sentences
from service.matching.matcher import Matcher
from service.matching.mistakes import Mistake, confusion, outcome_of, worst
from service.matching.model import seen_in_training, shipped_weights
from service.matching.observation import THEMES
from service.matching.report import MatchReport
from service.settings import load_settings

Reports = dict[str, MatchReport]


def evaluate(
    labels: Annotated[
        list[Path] | None, typer.Argument(help="Labelled requests as JSON lines; the dev set by default.")
    ] = None,
    folds: Annotated[int, typer.Option(help="Refit and test on so many folds; 0 tests the shipped model.")] = 0,
    leave_out: Annotated[
        Literal["language", "writer"] | None,
        typer.Option(help="Refit without each language or writer, and test on it."),
    ] = None,
    seed: Annotated[int, typer.Option(help="Seed of the split into folds and of the fits.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
    lexicon_only: Annotated[
        bool, typer.Option(help="Leave the sentence encoder out (also SERVICE_ENCODER=none).")
    ] = False,
    mistakes: Annotated[int, typer.Option(min=0, help="How many of the worst mistakes to print with their text.")] = 5,
) -> None:
    """Print the figures of the shipped model, or of models refitted without what they are tested on."""
    records = read_all(labels or [DEV_LABELS])
    alone = lexicon_only or load_settings().encoder == "none"
    if folds and not leave_out and not 2 <= folds <= len(records):
        raise Invalid(f"--folds must be 0, or from 2 to the number of labels ({len(records)})")
    assigned = _assigned(records, folds, leave_out, seed)
    reports = _refitted(records, assigned, seed, alone) if assigned else _shipped(records, alone)
    seen = [] if assigned else seen_in_training(records)
    table = by_language(records, reports)
    if as_json:
        pairs = [[*pair, count] for pair, count in sorted(confusion(records, reports).items())]
        wrong = [_as_json(one) for one in worst(records, reports, most=mistakes)]
        said = {"figures": table, "confusion": pairs, "mistakes": wrong, "seen_in_training": seen}
        typer.echo(json.dumps({**said, "folds": folds, "left_out": leave_out, "seed": seed}, indent=1))
        return
    _print_table(table)
    _print_confusion(confusion(records, reports))
    for one in worst(records, reports, most=mistakes):
        _print_mistake(one)
    typer.echo(_seen_line(len(records), seen, len(set(assigned))))


def _assigned(records: Sequence[Label], folds: int, leave_out: str | None, seed: int) -> list[int]:
    """A fold number per record; empty where the shipped model is to be tested."""
    if leave_out:
        return left_out(records, leave_out, folds=folds or 5)
    return grouped_folds(records, folds=folds, seed=seed) if folds else []


def _refitted(records: Sequence[Label], assigned: Sequence[int], seed: int, alone: bool) -> Reports:
    from service.matching.recipe import refitting  # noqa: PLC0415  (needs the training extra)
    from service.matching.training import parts_of  # noqa: PLC0415

    sentences = [] if alone else read_sentences(bundled_sentences())
    with bar("refitting", len(set(assigned)) * parts_of(not alone)) as tick:
        fit = refitting(records, sentences, lexicon_only=alone, seed=seed, tick=tick)
        return cross_validate(records, fit, assigned=assigned)


def _shipped(records: Sequence[Label], alone: bool) -> Reports:
    matcher = Matcher(
        catalogue_digest="none",
        themes=dict(enumerate(THEMES, start=1)),
        weights=shipped_weights(),
        encoder=None if alone else load_encoder(),
    )
    matcher.warm_up()
    with bar("matching", len(records)) as tick:
        return {label.id: _told(matcher, label, tick) for label in records}


def _told(matcher: Matcher, label: Label, tick) -> MatchReport:
    report = matcher.match(label.title, label.text, label.lang)
    tick(label.id)
    return report


def _print_table(table: dict[str, dict]) -> None:
    typer.echo(f"{'figure':26}" + "".join(f"{column:>9}" for column in table))
    for name in table["all"]:
        values = ("-" if table[column][name] is None else table[column][name] for column in table)
        typer.echo(f"{name:26}" + "".join(f"{value:>9}" for value in values))


def _print_confusion(pairs: Mapping[tuple[str, str], int]) -> None:
    """Rows are what is labelled, columns what was said; a dot is none."""
    names = [*map(str, range(1, 20)), "outside", "unclear"]
    shown = [name for name in names if any(name in pair for pair in pairs)]
    typer.echo("\nlabelled (rows) against said (columns)\n" + " " * 9 + "".join(f"{name[:4]:>5}" for name in shown))
    for row in shown:
        cells = (pairs.get((row, column), 0) for column in shown)
        typer.echo(f"{row:9}" + "".join(f"{cell or '.':>5}" for cell in cells))
    typer.echo("")


def _print_mistake(one: Mistake) -> None:
    label, report = one.label, one.report
    said = outcome_of(report.disposition, report.primary)
    sure = f" at {one.sureness // 100} %" if report.primary is not None else ""
    typer.secho(
        f"{label.id} ({label.lang}): {outcome_of(label.disposition, label.primary)} read as {said}{sure}", bold=True
    )
    typer.echo(f"  {safe(label.title)}\n  {safe_lines(label.text)}\n")


def _as_json(one: Mistake) -> dict:
    label, report = one.label, one.report
    return {
        "id": label.id,
        "labelled": outcome_of(label.disposition, label.primary),
        "said": outcome_of(report.disposition, report.primary),
        "probability": one.sureness if report.primary is not None else None,
        "title": label.title,
        "text": label.text,
    }


def _seen_line(count: int, seen: list[str], folds: int) -> str:
    if folds:
        return f"{folds} folds, refitted: none of the {count} records was scored by a model that saw it in training."
    if not seen:
        return f"None of the {count} records was seen in training."
    shown = ", ".join(seen[:5]) + (", ..." if len(seen) > 5 else "")
    return f"{len(seen)} of the {count} records were seen in training ({shown}): their figures say nothing of new ones."
