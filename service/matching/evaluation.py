"""Measuring the matcher on labelled requests: our own scoring.

Figures and their meaning follow the labelling guide: a primary counts only with the right disposition and among the
cited paragraphs; citing on a need that is outside or unclear is wrong; acceptable paragraphs are neither.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from service.matching.calibration import SCALE
from service.matching.labels import Label, bundled_path, places
from service.matching.report import MatchReport

DEV_LABELS = bundled_path()
_FOUND = ("authorised", "notice")


@dataclass(kw_only=True, slots=True)
class Tally:
    """Running counts of one language or of all."""

    counts: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    bins: dict[int, list[float]] = field(default_factory=lambda: defaultdict(lambda: [0, 0.0, 0]))
    groups: dict[str, list[tuple]] = field(default_factory=lambda: defaultdict(list))

    def add(self, **amounts: float) -> None:
        for name, amount in amounts.items():
            self.counts[name] += amount


def figures(labels: Sequence[Label], reports: Mapping[str, MatchReport]) -> dict[str, float | int | None]:
    """All figures over the labels; a label without a report counts as missing and wrong."""
    tally = Tally()
    for label in labels:
        report = reports.get(label.id)
        _count_disposition(tally, label, report)
        _count_citations(tally, label, report)
        if report is not None:
            _count_evidence(tally, label, report)
            _count_probabilities(tally, label, report)
        if label.parallel is not None:
            cited = frozenset(m.paragraph for m in report.matches) if report else frozenset()
            tally.groups[label.parallel].append((report.disposition if report else None, cited))
    return _summary(tally)


def by_language(labels: Sequence[Label], reports: Mapping[str, MatchReport]) -> dict[str, dict]:
    """``figures`` for all and for each language of the labels."""
    table = {"all": figures(labels, reports)}
    for language in sorted({label.lang for label in labels}):
        table[language] = figures([label for label in labels if label.lang == language], reports)
    return table


def _count_disposition(tally: Tally, label: Label, report: MatchReport | None) -> None:
    said = report.disposition if report else None
    tally.add(records=1, missing=report is None, disposition_right=said == label.disposition)
    tally.add(**{f"real_{label.disposition}": 1, f"caught_{label.disposition}": said == label.disposition})
    if label.disposition in _FOUND:
        tally.add(false_refusal=said == "outside_mandate")
    else:
        tally.add(false_authorisation=label.disposition == "outside_mandate" and said in _FOUND)


def _count_citations(tally: Tally, label: Label, report: MatchReport | None) -> None:
    cited = {match.paragraph for match in report.matches} if report else set()
    if label.disposition not in _FOUND:
        tally.add(wrong=len(cited))
        return
    required, allowed = set(label.paragraphs), set(label.paragraphs) | set(label.acceptable)
    primary = report.primary if report else None
    right = bool(report) and report.disposition == label.disposition and primary == label.primary and primary in cited
    tally.add(primaries=1, primary_right=right, primary_defensible=primary in allowed)
    tally.add(hit=len(cited & required), missed=len(required - cited), wrong=len(cited - allowed))
    tally.add(exact=required <= cited <= allowed)


def _count_evidence(tally: Tally, label: Label, report: MatchReport) -> None:
    gold = defaultdict(set)
    for paragraph, name, start, end in places(label):
        gold[paragraph].update((name, i) for i in range(start, end))
    for match in report.matches:
        if label.disposition not in _FOUND or match.paragraph not in label.paragraphs:
            continue
        said = {(span.field, i) for span in match.evidence for i in range(span.start, span.end)}
        both, either = said & gold[match.paragraph], said | gold[match.paragraph]
        tally.add(seen=1, seen_hit=bool(both), overlap=len(both) / len(either) if either else 0)
        tally.add(chars_hit=len(both), chars_said=len(said), chars_gold=len(gold[match.paragraph]))
        for span in match.evidence:
            whole = label.title if span.field == "title" else label.text
            tally.add(not_verbatim=whole[span.start : span.end] != span.quote)


def _count_probabilities(tally: Tally, label: Label, report: MatchReport) -> None:
    for match in report.matches:
        right = match.paragraph in label.paragraphs
        if not right and match.paragraph in label.acceptable:
            continue
        probability = match.probability / SCALE
        cell = tally.bins[min(9, int(probability * 10))]
        cell[0] += 1
        cell[1] += probability
        cell[2] += right
        tally.add(squares=(probability - right) ** 2)


def _summary(tally: Tally) -> dict[str, float | int | None]:
    n = tally.counts
    precision, recall = _share(n["hit"], n["hit"] + n["wrong"]) or 0, _share(n["hit"], n["hit"] + n["missed"]) or 0
    pairs, right = sum(cell[0] for cell in tally.bins.values()), sum(cell[2] for cell in tally.bins.values())
    gap = sum(abs(said - true) for _, said, true in tally.bins.values())
    return {
        "records": int(n["records"]),
        "missing": int(n["missing"]),
        "primary_accuracy": _share(n["primary_right"], n["primaries"]),
        "primary_defensible": _share(n["primary_defensible"], n["primaries"]),
        "citation_precision": precision,
        "citation_recall": recall,
        "citation_f1": round(2 * precision * recall / (precision + recall), 4) if precision + recall else 0.0,
        "exact_set": _share(n["exact"], n["primaries"]),
        "disposition_accuracy": _share(n["disposition_right"], n["records"]),
        "outside_recall": _share(n["caught_outside_mandate"], n["real_outside_mandate"]),
        "unclear_recall": _share(n["caught_unclear"], n["real_unclear"]),
        "notice_recall": _share(n["caught_notice"], n["real_notice"]),
        "false_refusals": _share(n["false_refusal"], n["primaries"]),
        "false_authorisations": _share(n["false_authorisation"], n["real_outside_mandate"]),
        "evidence_recall": _share(n["seen_hit"], n["seen"]),
        "evidence_char_precision": _share(n["chars_hit"], n["chars_said"]),
        "evidence_char_recall": _share(n["chars_hit"], n["chars_gold"]),
        "evidence_iou": _share(n["overlap"], n["seen"]),
        "evidence_not_verbatim": int(n["not_verbatim"]),
        "calibration_error": _share(gap, pairs),
        "brier": _share(n["squares"], pairs),
        "brier_base_rate": _share(right * (1 - right / pairs), pairs) if pairs else None,
        "parity": _parity(tally.groups.values()),
    }


def _parity(groups: Iterable[list[tuple]]) -> float | None:
    """Share of pairs within a group of translations that got the same disposition and citations."""
    alike = [a == b for group in groups for a, b in combinations(group, 2)]
    return _share(sum(alike), len(alike))


def _share(part: float, whole: float) -> float | None:
    return round(part / whole, 4) if whole else None
