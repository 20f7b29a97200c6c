"""The reader: the same reading alone and in a batch, the same parameters from one seed, and that it learns."""

import io

import numpy as np
import pytest

from service.errors import Invalid
from service.matching.classifier import from_bytes
from service.matching.learning import Example, fit_reader, rate, start
from service.matching.model import shipped_weights
from service.matching.network import ANSWERS, EXTRAS, SHAPES, batch, forward, stacked
from service.matching.training import _gradients


def need(rng: np.random.Generator, theme: int, length: int) -> Example:
    """A need whose one asking segment, at a random place, points along the axis of its theme."""
    vectors, extras = rng.normal(0, 0.3, (length, 512)), np.zeros((length, EXTRAS))
    asking = rng.integers(length)
    vectors[asking, theme] += 6.0
    extras[asking, 0] = 1.0
    asked, themed, required = np.zeros(length), np.zeros((length, ANSWERS)), np.zeros(ANSWERS)
    asked[asking], themed[asking, theme], required[theme] = 1.0, 1.0, 1.0
    return Example(
        needs=(vectors.astype(np.float32), extras.astype(np.float32)),
        asked=asked,
        themed=themed,
        required=required,
        primary=theme,
    )


@pytest.fixture(scope="module")
def examples():
    rng = np.random.default_rng(5)
    return [need(rng, 1 + i % 4, 1 + i % 5) for i in range(160)]


@pytest.fixture(scope="module")
def reader(examples):
    return fit_reader(examples, examples[:8], seed=1, gradients=_gradients())


def test_a_need_reads_the_same_alone_and_beside_longer_ones(examples):
    parameters = start(np.random.default_rng(0))
    together = forward(parameters, batch([e.needs for e in examples[:10]]))
    for row, example in enumerate(examples[:10]):
        alone = forward(parameters, batch([example.needs]))
        held = len(example.asked)
        for many, one in zip(together, alone, strict=True):
            cut = many[row, :held] if many.ndim == 3 or many.shape[1:2] == (5,) else many[row]
            assert np.allclose(cut, one[0], atol=1e-4)


def test_readers_read_the_same_stacked_and_one_by_one(examples):
    readers = [start(np.random.default_rng(seed)) for seed in range(3)]
    needs = batch([e.needs for e in examples[:4]])
    together = forward(stacked(readers), needs)
    for row, reader in enumerate(readers):
        for many, one in zip(together, forward(reader, needs), strict=True):
            assert np.allclose(many[row], one, atol=1e-4)


def test_it_learns_what_is_asked_and_under_which_paragraph(reader):
    rng = np.random.default_rng(99)
    fresh = [need(rng, 1 + i % 4, 2 + i % 4) for i in range(40)]
    right = 0
    for example in fresh:
        asked, themed, cited, lead, _ = (part[0] for part in forward(reader, batch([example.needs])))
        found = int(asked.argmax())
        right += example.asked[found] == 1 and themed[found].argmax() == example.primary
        right += cited.argmax() == example.primary and lead.argmax() == example.primary

    assert right >= 76


def test_one_seed_gives_one_reader(examples, reader):
    again, other = (fit_reader(examples, examples[:8], seed=seed, gradients=_gradients()) for seed in (1, 2))

    assert all(np.array_equal(again[name], reader[name]) for name in SHAPES)
    assert not np.array_equal(other["themed"], reader["themed"])


def test_steps_rise_and_then_fall_to_almost_nothing():
    rates = [rate(number, 100) for number in range(1, 101)]

    assert rates.index(max(rates)) == 14
    assert rates[0] < max(rates) / 10
    assert rates[-1] < max(rates) / 1000


def test_weights_of_another_shape_are_refused():
    with np.load(io.BytesIO(shipped_weights())) as arrays:
        changed = {name: arrays[name] for name in arrays.files}
    changed["full/readers/lead"] = np.zeros((3, 1))
    held = io.BytesIO()
    np.savez(held, **changed)

    with pytest.raises(Invalid, match="another shape"):
        from_bytes(held.getvalue())
