"""The reader: one layer of attention over a need's segments, which sees what an ask refers back to.

Where the linear classifiers see a segment and its neighbours, the reader sees all: an ask that names no theme takes it
from the sentences around it, and the lead among several asks shows in how they are told. Parameters are a mapping of
float32 arrays; ``forward`` is written against numpy's interface, so that training can trace the same lines.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType

import numpy as np

from service.matching.features import CLASSES, DISPOSITION_CLASSES, OUTSIDE, PARAGRAPHS, chance, place_features, placed
from service.matching.observation import KEYS, Observation

WIDTH, HIDDEN, BRANCHES = 160, 320, 4  # of the layer, of its second half, of its attention; a wider one gained nothing
ANSWERS = PARAGRAPHS + 1  # column 0: an ask that no paragraph covers
EXTRAS = len(KEYS) + 8
_VECTOR_SCALE = 12.0  # a component of a unit vector of 512 becomes about 0.5
_MASKED = -1e4
_NEAR_ONE = 0.9999
_ROOT = 0.7978845608  # of 2 / pi, in the usual approximation of the Gaussian error unit

Parameters = Mapping[str, np.ndarray]
Drop = Callable[[np.ndarray, float], np.ndarray]
SHAPES: dict[str, tuple[int, ...]] = {
    "in/vectors": (512, WIDTH), "in/extras": (EXTRAS, WIDTH), "in/bias": (WIDTH,),
    "norm1/scale": (WIDTH,), "norm1/bias": (WIDTH,), "mix/asks": (WIDTH, WIDTH), "mix/asks_bias": (WIDTH,),
    "mix/keys": (WIDTH, WIDTH), "mix/keys_bias": (WIDTH,), "mix/values": (WIDTH, WIDTH), "mix/values_bias": (WIDTH,),
    "mix/out": (WIDTH, WIDTH), "mix/out_bias": (WIDTH,),
    "norm2/scale": (WIDTH,), "norm2/bias": (WIDTH,), "own/in": (WIDTH, HIDDEN), "own/in_bias": (HIDDEN,),
    "own/out": (HIDDEN, WIDTH), "own/out_bias": (WIDTH,), "norm3/scale": (WIDTH,), "norm3/bias": (WIDTH,),
    "asked": (WIDTH, 1), "asked_bias": (1,), "themed": (WIDTH, ANSWERS), "themed_bias": (ANSWERS,),
    "lead": (WIDTH, 1), "cited": (2 * WIDTH, ANSWERS), "cited_bias": (ANSWERS,), "cited_own": (ANSWERS,),
    "outcome": (2 * WIDTH, 4), "outcome_bias": (4,),
}  # fmt: skip


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Needs side by side: ``vectors`` (b, l, 512), ``extras`` (b, l, EXTRAS), ``mask`` (b, l) with 1 for a segment."""

    vectors: np.ndarray
    extras: np.ndarray
    mask: np.ndarray


@dataclass(frozen=True, kw_only=True, slots=True)
class ReaderOpinion:
    """What the reader says of one need, in probabilities: ``asked`` (n,), ``themed`` (n, CLASSES), ``whole``, ``cited``
    and ``lead`` (CLASSES,)."""

    asked: np.ndarray
    themed: np.ndarray
    whole: np.ndarray
    cited: np.ndarray
    lead: np.ndarray


def inputs(seen: Observation) -> tuple[np.ndarray, np.ndarray]:
    """Vectors (n, 512) and extras (n, EXTRAS) of one need, float32."""
    extras = np.hstack([np.log1p(seen.counts), place_features(seen)])
    return (seen.vectors * _VECTOR_SCALE).astype(np.float32), extras.astype(np.float32)


def batch(needs: Sequence[tuple[np.ndarray, np.ndarray]]) -> Batch:
    """Needs of unlike lengths padded to the longest."""
    longest = max(len(vectors) for vectors, _ in needs)
    held = [np.zeros((len(needs), longest, width), dtype=np.float32) for width in (512, EXTRAS, 1)]
    for row, (vectors, extras) in enumerate(needs):
        for array, values in zip(held, (vectors, extras, 1.0), strict=True):
            array[row, : len(vectors)] = values
    return Batch(vectors=held[0], extras=held[1], mask=held[2][..., 0])


def stacked(readers: Sequence[Parameters]) -> Parameters:
    """Several readers as one set of arrays with a leading axis, to be read in one pass."""
    return {
        name: np.stack([reader[name].reshape(shape if len(shape) == 2 else (1, *shape)) for reader in readers])
        for name, shape in SHAPES.items()
    }


def read_need(readers: Parameters, seen: Observation) -> ReaderOpinion:
    """The mean of ``stacked`` readers on one need with at least one segment."""
    asked, themed, cited, lead, outcome = (
        value[:, 0].astype(float) for value in forward(readers, batch([inputs(seen)]))
    )
    shares, leads = np.exp(themed).mean(0), placed(np.exp(lead).mean(0)[1:])
    spread = np.zeros((len(shares), CLASSES))
    spread[:, 1:ANSWERS], spread[:, OUTSIDE] = shares[:, 1:], shares[:, 0]
    return ReaderOpinion(
        asked=chance(asked).mean(0),
        themed=spread,
        whole=_whole(leads, np.exp(outcome).mean(0)),
        cited=placed(chance(cited).mean(0)[1:]),
        lead=leads / max(leads.sum(), 1e-9),
    )


def _whole(leads: np.ndarray, outcomes: np.ndarray) -> np.ndarray:
    """The dispositions' shares, handed out among their classes as the lead is."""
    whole = np.zeros(CLASSES)
    for share, classes in zip(outcomes, DISPOSITION_CLASSES, strict=True):
        weights = leads[list(classes)] + 1e-9
        whole[list(classes)] = share * weights / weights.sum()
    return whole


def forward(p: Parameters, needs: Batch, xp: ModuleType = np, drop: Drop | None = None) -> tuple[np.ndarray, ...]:
    """What is read of each need, raw, with the axis of ``stacked`` parameters in front.

    Log-odds ``asked`` (b, l) and ``cited`` (b, ANSWERS), log shares ``themed`` (b, l, ANSWERS), ``lead`` (b, ANSWERS)
    and ``outcome`` (b, 4). ``xp`` is numpy or what traces it; ``drop`` blanks values while fitting.
    """
    drop = drop or _keep
    x = _layer(p, needs, xp, drop)
    shape = (*x.shape[:-2], *needs.mask.shape)
    asked = xp.reshape(xp.matmul(x, p["asked"]) + p["asked_bias"], shape)
    themed = xp.reshape(_log_shares(xp.matmul(x, p["themed"]) + p["themed_bias"], xp), (*shape, ANSWERS))
    hidden = np.float32(_MASKED) * (1 - needs.mask)
    rows = xp.reshape(x, (*shape, WIDTH))
    even = (needs.mask / needs.mask.sum(1, keepdims=True))[..., None]
    heard = xp.sum(xp.reshape(_shares(asked + hidden, xp), (*shape, 1)) * rows, axis=-2)
    pooled = drop(xp.concatenate([heard, xp.sum(even * rows, axis=-2)], axis=-1), 0.4)
    leading = _shares(asked + xp.reshape(xp.matmul(x, p["lead"]), shape) + hidden, xp)
    cited = xp.matmul(pooled, p["cited"]) + p["cited_bias"] + p["cited_own"] * _any(asked, themed, needs.mask, xp)
    lead = xp.log(xp.sum(xp.reshape(leading, (*shape, 1)) * xp.exp(themed), axis=-2) + np.float32(1e-6))
    return asked, themed, cited, lead, _log_shares(xp.matmul(pooled, p["outcome"]) + p["outcome_bias"], xp)


def _layer(p: Parameters, needs: Batch, xp: ModuleType, drop: Drop) -> np.ndarray:
    """(b * l, WIDTH): each segment in the light of the others."""
    vectors, extras = (np.reshape(a, (needs.mask.size, -1)) for a in (needs.vectors, needs.extras))
    x = xp.matmul(drop(vectors, 0.2), p["in/vectors"]) + xp.matmul(drop(extras, 0.2), p["in/extras"]) + p["in/bias"]
    x = drop(_unit(x, xp), 0.4)
    x = x + drop(_mixed(p, _normed(p, "norm1", x, xp), needs.mask, xp), 0.4)
    own = drop(_unit(xp.matmul(_normed(p, "norm2", x, xp), p["own/in"]) + p["own/in_bias"], xp), 0.4)
    x = x + drop(xp.matmul(own, p["own/out"]) + p["own/out_bias"], 0.4)
    return _normed(p, "norm3", x, xp)


def _mixed(p: Parameters, x: np.ndarray, mask: np.ndarray, xp: ModuleType) -> np.ndarray:
    """Attention: what each segment takes from the others of its need."""
    split = (*x.shape[:-2], *mask.shape, BRANCHES, WIDTH // BRANCHES)
    asks, keys, values = (
        xp.swapaxes(xp.reshape(xp.matmul(x, p[f"mix/{name}"]) + p[f"mix/{name}_bias"], split), -3, -2)
        for name in ("asks", "keys", "values")
    )
    alike = xp.matmul(asks, xp.swapaxes(keys, -2, -1)) * np.float32((WIDTH // BRANCHES) ** -0.5)
    shares = _shares(alike + (np.float32(_MASKED) * (1 - mask))[:, None, None], xp)
    taken = xp.reshape(xp.swapaxes(xp.matmul(shares, values), -3, -2), x.shape)
    return xp.matmul(taken, p["mix/out"]) + p["mix/out_bias"]


def _any(asked: np.ndarray, themed: np.ndarray, mask: np.ndarray, xp: ModuleType) -> np.ndarray:
    """(b, ANSWERS): log-odds that at least one segment asks under each paragraph."""
    doubts = xp.reshape(xp.logaddexp(np.float32(0), -asked), (*asked.shape, 1))
    joint = xp.exp(themed - doubts) * mask[..., None]
    none = xp.sum(xp.log(1 - np.float32(_NEAR_ONE) * joint), axis=-2)
    some = np.float32(1 - 2e-4) * (1 - xp.exp(none)) + np.float32(1e-4)
    return xp.log(some) - xp.log(1 - some)


def _normed(p: Parameters, name: str, x: np.ndarray, xp: ModuleType) -> np.ndarray:
    x = x - xp.mean(x, axis=-1, keepdims=True)
    spread = xp.sqrt(xp.mean(x * x, axis=-1, keepdims=True) + np.float32(1e-5))
    return x / spread * p[f"{name}/scale"] + p[f"{name}/bias"]


def _unit(x: np.ndarray, xp: ModuleType) -> np.ndarray:
    return np.float32(0.5) * x * (1 + xp.tanh(np.float32(_ROOT) * (x + np.float32(0.044715) * x * x * x)))


def _shares(x: np.ndarray, xp: ModuleType) -> np.ndarray:
    risen = xp.exp(x - xp.max(x, axis=-1, keepdims=True))
    return risen / xp.sum(risen, axis=-1, keepdims=True)


def _log_shares(x: np.ndarray, xp: ModuleType) -> np.ndarray:
    x = x - xp.max(x, axis=-1, keepdims=True)
    return x - xp.log(xp.sum(xp.exp(x), axis=-1, keepdims=True))


def _keep(x: np.ndarray, _: float) -> np.ndarray:
    return x
