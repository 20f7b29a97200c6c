"""``mandate-desk match``: requests in as JSON lines, reports out as JSON lines, in the order given."""

import contextlib
import json
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, TextIO

import typer

from service.cli.explain import explain
from service.errors import Fault, Invalid, NotFound
from service.mandate.catalogue import load_catalogue
from service.matching.matcher import Matcher, load_matcher
from service.matching.report import MatchReport
from service.settings import load_settings

FIELDS = {"id": str, "title": str, "text": str}


def match(
    source: Annotated[Path | None, typer.Option("--in", help="JSON lines to read; standard input by default.")] = None,
    target: Annotated[Path | None, typer.Option("--out", help="Where to write; standard output by default.")] = None,
    explained: Annotated[
        bool, typer.Option("--explain", help="Print for a person: the words marked, and why. Colours on a terminal.")
    ] = False,
) -> None:
    """Read requests ({"id", "lang"?, "title", "text"} a line) against the mandate and write a report for each."""
    matcher = load_matcher(load_catalogue(), use_encoder=load_settings().encoder != "none")
    matcher.warm_up()
    with _reading(source) as lines, _writing(target) as out:
        for record, report in reports(matcher, lines):
            if explained:
                for line in explain(record["id"], record["title"], record["text"], report):
                    typer.echo(line, file=out)
            else:
                out.write(printable({"id": record["id"], **report.to_json()}) + "\n")


def reports(matcher: Matcher, lines: Iterable[bytes]) -> Iterator[tuple[dict, MatchReport]]:
    """Request and report per line that is not blank; raises Invalid naming the line that is no request."""
    for number, line in enumerate(lines, start=1):
        if line.strip():
            record = parse(line, number)
            yield record, matcher.match(record["title"], record["text"], record.get("lang"))


def parse(line: bytes, number: int) -> dict:
    """The request on one line."""
    try:
        record = json.loads(line.decode("utf-8-sig" if number == 1 else "utf-8"))
    except (ValueError, RecursionError) as problem:
        raise Invalid(f"line {number}: not JSON in UTF-8: {problem}") from problem
    if not isinstance(record, dict):
        raise Invalid(f"line {number}: not a JSON object")
    faults = [
        Fault(pointer=f"/{name}", detail="is missing" if name not in record else "must be a string")
        for name, kind in FIELDS.items()
        if not isinstance(record.get(name), kind)
    ]
    if record.get("lang") is not None and not isinstance(record["lang"], str):
        faults.append(Fault(pointer="/lang", detail="must be a string"))
    if faults:
        raise Invalid(f"line {number}: not a request", faults=tuple(faults))
    return record


def printable(value: dict) -> str:
    """JSON as it reads, but for lone surrogates, which UTF-8 cannot hold and which are escaped."""
    text = json.dumps(value, ensure_ascii=False)
    return "".join(f"\\u{ord(c):04x}" if "\ud800" <= c <= "\udfff" else c for c in text) if _broken(text) else text


def _broken(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return True
    return False


@contextlib.contextmanager
def _reading(source: Path | None) -> Iterator[Iterable[bytes]]:
    if source is None:
        yield sys.stdin.buffer
        return
    if not source.is_file():
        raise NotFound(f"there is no file {source}")
    with source.open("rb") as lines:
        yield lines


@contextlib.contextmanager
def _writing(target: Path | None) -> Iterator[TextIO]:
    if target is None:
        sys.stdout.reconfigure(encoding="utf-8")
        yield sys.stdout
        return
    with target.open("w", encoding="utf-8", newline="\n") as out:
        yield out
