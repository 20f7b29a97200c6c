"""Splits of labelled requests for honest measuring: near-duplicates stay together, no fold is scored by its own fit."""

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from itertools import combinations

from service.errors import Invalid
from service.matching.folding import fold
from service.matching.labels import Label
from service.matching.report import MatchReport

_SHINGLE, _COMMON, _ALIKE = 12, 8, 0.3  # code points; shingles in more texts say nothing; share that is a copy
Fit = Callable[[Sequence[Label]], Callable[[Label], MatchReport]]


def grouped_folds(labels: Sequence[Label], *, folds: int, seed: int) -> list[int]:
    """A fold number per label: groups of near-duplicates whole, outcomes and languages spread evenly."""
    members = defaultdict(list)
    for index, group in enumerate(near_duplicates(labels)):
        members[group].append(index)
    order = sorted(members)
    random.Random(seed).shuffle(order)  # noqa: S311 - a reproducible split, not a secret
    order.sort(key=lambda group: (labels[members[group][0]].outcome, labels[members[group][0]].lang))
    assigned, sizes = [0] * len(labels), [0] * folds
    loads: dict[int, list[int]] = defaultdict(lambda: [0] * folds)
    for group in order:
        load = loads[labels[members[group][0]].outcome]
        chosen = min(range(folds), key=lambda k: (load[k], sizes[k], k))
        for index in members[group]:
            assigned[index] = chosen
        load[chosen] += len(members[group])
        sizes[chosen] += len(members[group])
    return assigned


def near_duplicates(labels: Sequence[Label]) -> list[int]:
    """A group number per label; translations under one ``parallel`` value and texts that share much stand together."""
    parent = list(range(len(labels)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    for first, second in _alike(labels):
        parent[root(second)] = root(first)
    return [root(index) for index in range(len(labels))]


def _alike(labels: Sequence[Label]) -> list[tuple[int, int]]:
    pairs, first_of = [], {}
    for index, label in enumerate(labels):
        if label.parallel is not None:
            pairs.append((first_of.setdefault(label.parallel, index), index))
    shingles = [_shingles(f"{label.title}\n{label.text}") for label in labels]
    holders = defaultdict(list)
    for index, own in enumerate(shingles):
        for shingle in own:
            holders[shingle].append(index)
    shared: dict[tuple[int, int], int] = defaultdict(int)
    for held in holders.values():
        if 1 < len(held) <= _COMMON:
            for pair in combinations(held, 2):
                shared[pair] += 1
    pairs += [p for p, n in shared.items() if n >= _ALIKE * max(1, min(len(shingles[p[0]]), len(shingles[p[1]])))]
    return pairs


def _shingles(text: str) -> set[str]:
    plain = " ".join(fold(text).text.split())
    return {plain[i : i + _SHINGLE] for i in range(max(1, len(plain) - _SHINGLE + 1))}


def left_out(labels: Sequence[Label], what: str, *, folds: int) -> list[int]:
    """A fold number per label: one fold a "language", or whole "writer"s dealt to ``folds``, the busiest first.

    Raises Invalid where there is only one; labels that name no writer count as one writer's.
    """
    names = [label.lang if what == "language" else label.writer or "" for label in labels]
    counts = Counter(names).most_common()
    if len(counts) < 2:
        raise Invalid(f"leaving out a {what} needs labels of at least two {what}s")
    folds = len(counts) if what == "language" else min(folds, len(counts))
    sizes, chosen = [0] * folds, {}
    for name, count in counts:
        chosen[name] = min(range(folds), key=lambda k: (sizes[k], k))
        sizes[chosen[name]] += count
    return [chosen[name] for name in names]


def cross_validate(labels: Sequence[Label], fit: Fit, *, assigned: Sequence[int]) -> dict[str, MatchReport]:
    """A report per label id from an engine that ``fit`` made without that label's fold, nor its translations."""
    reports = {}
    for tested_fold in sorted(set(assigned)):
        tested = [label for label, k in zip(labels, assigned, strict=True) if k == tested_fold]
        known = {label.parallel for label in tested} - {None}
        held = {label.id for label in tested}
        read = fit([label for label in labels if label.id not in held and label.parallel not in known])
        reports |= {label.id: read(label) for label in tested}
    return reports
