"""A progress bar on standard error for long work; its label alone where that is no terminal."""

import contextlib
import sys
from collections.abc import Callable, Iterator

import typer


@contextlib.contextmanager
def bar(label: str, length: int) -> Iterator[Callable[[str], None]]:
    """A function that is called after each of ``length`` parts, with the part's name."""
    with typer.progressbar(length=length, label=label, file=sys.stderr, show_pos=True) as shown:
        yield lambda _: shown.update(1)
