"""Honest splits: nothing is scored by a fit that saw it, its copy or its translation."""

from dataclasses import replace

import pytest

from service.errors import Invalid
from service.matching.evaluation import DEV_LABELS
from service.matching.folds import cross_validate, grouped_folds, left_out
from service.matching.labels import read_labels
from service.matching.mistakes import confusion, worst

LABELS = read_labels(DEV_LABELS)[:60:3] + read_labels(DEV_LABELS)[100:160:3]


class Seen:
    """A fit that says of each label whether it, or one of its group, was in training."""

    def __init__(self) -> None:
        self.leaks = []

    def __call__(self, labels):
        ids, groups = {label.id for label in labels}, {label.parallel for label in labels} - {None}

        def read(label):
            self.leaks += [label.id] * (label.id in ids or label.parallel in groups)
            return label

        return read


def test_no_fold_is_scored_by_its_own_fit():
    seen = Seen()

    read = cross_validate(LABELS, seen, assigned=grouped_folds(LABELS, folds=3, seed=0))

    assert read == {label.id: label for label in LABELS}
    assert seen.leaks == []


def test_leaving_a_language_out_leaves_its_translations_out_too():
    twins = [replace(label, parallel=f"g{i % 20}") for i, label in enumerate(LABELS)]
    seen = Seen()

    cross_validate(twins, seen, assigned=left_out(twins, "language", folds=0))

    assert seen.leaks == []


def test_a_writer_stands_in_one_fold_alone():
    written = [replace(label, writer=f"w{i % 7}") for i, label in enumerate(LABELS)]
    assigned = left_out(written, "writer", folds=3)

    assert set(assigned) == {0, 1, 2}
    assert len({(label.writer, fold) for label, fold in zip(written, assigned, strict=True)}) == 7
    with pytest.raises(Invalid, match="two writers"):
        left_out(LABELS, "writer", folds=3)


def test_mistakes_are_counted_and_the_surest_stand_first(matcher):
    wrong = [replace(label, disposition="unclear", primary=None) for label in LABELS if label.primary]
    reports = {label.id: matcher.match(label.title, label.text, label.lang) for label in wrong}

    counted, listed = confusion(wrong, reports), worst(wrong, reports, most=5)

    assert sum(counted.values()) == len(wrong)
    assert {row for row, _ in counted} == {"unclear"}
    assert [one.sureness for one in listed] == sorted((one.sureness for one in listed), reverse=True)
    assert len(listed) == 5
