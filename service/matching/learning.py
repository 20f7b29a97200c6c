"""Fitting a reader: its losses, its steps, its order of examples, all from one seed.

Gradients come from the library that ``training`` passes in; the rest is numpy, so that the same examples and seed give
the same parameters on one machine.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import ModuleType

import numpy as np

from service.matching.network import ANSWERS, SHAPES, Batch, Parameters, batch, forward

EPOCHS, TOGETHER, BESIDE = 14, 32, 6  # rounds over the needs; needs and single sentences in one step
_RATE, _WARM, _DECAY, _LONGEST_STEP = 1.5e-3, 0.15, 0.02, 2.0
_BESIDE_WEIGHT = 0.3
_FIRST, _SECOND, _TINY = 0.9, 0.999, 1e-8  # Adam's usual constants


@dataclass(frozen=True, kw_only=True, slots=True)
class Example:
    """One need to learn from: ``asked`` (n,), ``themed`` (n, ANSWERS) rows of shares or zeros, ``roles_known`` 0 or 1,
    ``required`` and ``acceptable`` (ANSWERS,), ``primary`` 0 where none, ``outcome`` in the order of DISPOSITIONS."""

    needs: tuple[np.ndarray, np.ndarray]
    asked: np.ndarray
    themed: np.ndarray
    roles_known: float = 1.0
    required: np.ndarray = field(default_factory=lambda: np.zeros(ANSWERS))
    acceptable: np.ndarray = field(default_factory=lambda: np.zeros(ANSWERS))
    primary: int = 0
    outcome: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Gradients:
    """What traces ``forward``: a module with numpy's interface, and ``slopes(function, count)``, which gives the
    derivatives of a function by each of its first ``count`` arguments."""

    xp: ModuleType
    slopes: Callable


@dataclass(frozen=True, kw_only=True, slots=True)
class _Targets:
    """The answers of one batch, padded as its inputs are."""

    asked: np.ndarray
    known: np.ndarray
    themed: np.ndarray
    weighed: np.ndarray
    required: np.ndarray
    primary: np.ndarray
    outcome: np.ndarray


def fit_reader(
    examples: Sequence[Example], sentences: Sequence[Example], *, seed: int, gradients: Gradients
) -> Parameters:
    """The parameters of one reader; ``sentences`` teach roles and themes alone."""
    rng = np.random.default_rng(seed)
    parameters, moments = start(rng), ({}, {})
    slopes = gradients.slopes(lambda *given: _loss(given, xp=gradients.xp), len(SHAPES))
    steps = EPOCHS * math.ceil(len(examples) / TOGETHER)
    for number, chosen in enumerate(_order(examples, rng), start=1):
        beside = [sentences[i] for i in rng.integers(0, len(sentences), BESIDE)] if sentences else []
        drop = _dropper(rng)
        found = slopes(*parameters.values(), *_pack(chosen, beside), drop)
        _step(parameters, dict(zip(SHAPES, found, strict=True)), moments, number, rate(number, steps))
    return {name: parameters[name] for name in SHAPES}


def start(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """First parameters: scales and the own weight at one, biases at zero, the rest small and random."""
    parameters = {}
    for name, shape in SHAPES.items():
        if name.endswith("/scale") or name == "cited_own":
            parameters[name] = np.ones(shape, dtype=np.float32)
        elif len(shape) == 1:
            parameters[name] = np.zeros(shape, dtype=np.float32)
        else:
            parameters[name] = (rng.uniform(-1, 1, shape) / math.sqrt(shape[0])).astype(np.float32)
    return parameters


def rate(number: int, steps: int) -> float:
    """One cycle: up along a cosine over the first steps, then down to almost nothing."""
    warm = max(1, round(_WARM * steps))
    if number <= warm:
        return _RATE * (0.04 + 0.96 * (1 - math.cos(math.pi * number / warm)) / 2)
    return _RATE * (1 + math.cos(math.pi * (number - warm) / max(1, steps - warm))) / 2


def _order(examples: Sequence[Example], rng: np.random.Generator) -> Iterator[list[Example]]:
    """Batches of needs of like lengths, in a new random order each round."""
    sizes = np.array([len(example.asked) for example in examples])
    for _ in range(EPOCHS):
        order = np.argsort(sizes + rng.uniform(0, 4, len(sizes)), kind="stable")
        chunks = [order[at : at + TOGETHER] for at in range(0, len(order), TOGETHER)]
        for chunk in rng.permutation(len(chunks)):
            yield [examples[i] for i in chunks[chunk]]


def _pack(chosen: Sequence[Example], beside: Sequence[Example]) -> tuple[Batch, _Targets]:
    """Needs and sentences in one batch; the answers carry each loss's weights: sentences teach only their part."""
    examples = [*chosen, *beside]
    needs = batch([example.needs for example in examples])
    count, longest = needs.mask.shape
    asked, themed = np.zeros((count, longest), np.float32), np.zeros((count, longest, ANSWERS), np.float32)
    for row, example in enumerate(examples):
        held = len(example.asked)
        asked[row, :held], themed[row, :held] = example.asked, example.themed
    known = needs.mask * np.array([example.roles_known for example in examples], np.float32)[:, None]
    for part, weight in ((slice(len(chosen)), 1.0), (slice(len(chosen), count), _BESIDE_WEIGHT)):
        known[part] *= weight / max(1.0, known[part].sum())
        themed[part] *= weight / max(1.0, (themed[part].sum(-1) > 0).sum())
    required, acceptable = (np.array([getattr(e, name) for e in examples]) for name in ("required", "acceptable"))
    weighed = (1 - acceptable * (1 - required)) / len(chosen)  # what is acceptable is neither right nor wrong
    weighed[:, 0] = weighed[len(chosen) :] = 0
    return needs, _Targets(
        asked=asked,
        known=known,
        themed=themed,
        weighed=weighed.astype(np.float32),
        required=required.astype(np.float32),
        primary=_one_hot([example.primary for example in chosen], ANSWERS, count, skip=0),
        outcome=_one_hot([example.outcome for example in chosen], 4, count),
    )


def _one_hot(classes: Sequence[int], width: int, rows: int, skip: int | None = None) -> np.ndarray:
    """(rows, width) with the mean's weight at each class; rows of the class ``skip``, and those left over, are zero."""
    hot = np.zeros((rows, width), dtype=np.float32)
    hot[np.arange(len(classes)), list(classes)] = 1
    if skip is not None:
        hot[:, skip] = 0
    return hot / max(1.0, hot.sum())


def _loss(given: tuple, *, xp: ModuleType) -> float:
    """The sum of all losses; ``given`` is the arrays of SHAPES, then the batch, its answers and the drop."""
    *arrays, needs, answers, drop = given
    asked, themed, cited, lead, outcome = forward(dict(zip(SHAPES, arrays, strict=True)), needs, xp, drop)
    total = xp.sum(answers.known * _cross(asked, answers.asked, xp)) - xp.sum(answers.themed * themed)
    total = total + 0.5 * xp.sum(answers.weighed * _cross(cited, answers.required, xp))
    return total - 0.5 * xp.sum(answers.primary * lead) - xp.sum(answers.outcome * outcome)


def _cross(odds: np.ndarray, answers: np.ndarray, xp: ModuleType) -> np.ndarray:
    """Cross entropy of a yes or no, from log-odds."""
    return xp.logaddexp(np.float32(0), odds) - answers * odds


def _dropper(rng: np.random.Generator) -> Callable:
    def drop(x: np.ndarray, share: float) -> np.ndarray:
        kept = rng.random(x.shape, dtype=np.float32) >= share
        return x * (kept * np.float32(1 / (1 - share)))

    return drop


def _step(
    parameters: dict[str, np.ndarray], slopes: Parameters, moments: tuple[dict, dict], number: int, size: float
) -> None:
    """One step of Adam with decoupled decay, its gradient no longer than _LONGEST_STEP."""
    length = math.sqrt(sum(float(np.sum(slope.astype(float) ** 2)) for slope in slopes.values()))
    shrink = min(1.0, _LONGEST_STEP / max(length, 1e-12))
    for name, whole in slopes.items():
        slope = whole * np.float32(shrink)
        first = moments[0][name] = _FIRST * moments[0].get(name, 0) + (1 - _FIRST) * slope
        second = moments[1][name] = _SECOND * moments[1].get(name, 0) + (1 - _SECOND) * slope**2
        move = first / (1 - _FIRST**number) / (np.sqrt(second / (1 - _SECOND**number)) + _TINY)
        parameters[name] = (parameters[name] * (1 - size * _DECAY) - size * move).astype(np.float32)
