"""What a drill is: a check under hard conditions, and deliberate faults that it must catch."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, kw_only=True, slots=True)
class Result:
    """What one run showed: ``broken`` says what did not hold, empty where all did; ``facts`` count what was done."""

    broken: Sequence[str]
    facts: dict = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True, slots=True)
class Drill:
    """``run(seed, mutant)`` with no mutant must hold; with each of ``mutants`` it must break in the words beside it.

    The words keep a drill from passing because something else went wrong.
    """

    name: str
    run: Callable[[int, str | None], Result]
    mutants: Mapping[str, str] = field(default_factory=dict)
