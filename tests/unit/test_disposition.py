"""From scores to a finding: the rules that hold whatever was learned."""

import numpy as np
import pytest

from service.matching.classifier import Scores
from service.matching.disposition import decide
from service.matching.features import CLASSES, DISPOSITION_CLASSES, OUTSIDE, UNCLEAR
from service.matching.observation import observe

SEEN = observe(
    "Request", "We ask for help with a matter of some weight to us, as set out before.", language="en", encoder=None
)


def scores(whole: dict[int, float], cited: dict[int, float], lead: dict[int, float] | None = None) -> Scores:
    """Scores of one need: ``whole`` per class, ``cited`` and ``lead`` per paragraph, the rest zero."""

    def placed(values):
        row = np.zeros(CLASSES)
        row[list(values)] = list(values.values())
        return row

    segments = len(SEEN.segments)
    return Scores(
        asked=np.ones(segments),
        themed=np.zeros((segments, CLASSES)),
        dispositions=np.array([placed(whole)[list(classes)].sum() for classes in DISPOSITION_CLASSES]),
        cited=placed(cited),
        lead=placed(lead or cited),
    )


def found(*given) -> tuple[str, int | None, tuple[int, ...]]:
    finding = decide(scores(*given), SEEN)
    return finding.disposition, finding.primary, finding.cited


def test_the_likeliest_class_decides_and_the_lead_stands_first():
    assert found({10: 0.9}, {8: 0.7, 10: 0.9}, {8: 0.2, 10: 0.9}) == ("authorised", 10, (10, 8))


def test_a_paragraph_is_cited_from_the_threshold_on():
    assert found({10: 0.9}, {10: 0.9, 8: 0.41, 9: 0.39}) == ("authorised", 10, (10, 8))


@pytest.mark.parametrize(("outcome", "disposition"), [(OUTSIDE, "outside_mandate"), (UNCLEAR, "unclear")])
def test_outside_and_unclear_cite_nothing(outcome, disposition):
    assert found({outcome: 0.9}, {10: 0.3}) == (disposition, None, ())


def test_a_guess_is_unclear():
    assert found({5: 0.21, UNCLEAR: 0.18}, {11: 0.02}) == ("unclear", None, ())


def test_shares_of_one_disposition_count_together():
    assert found({5: 0.3, 6: 0.3, OUTSIDE: 0.4}, {5: 0.5, 6: 0.4}) == ("authorised", 5, (5, 6))


def test_a_refusal_must_be_clearly_likelier():
    assert found({10: 0.48, OUTSIDE: 0.52}, {10: 0.6}) == ("authorised", 10, (10,))
    assert found({10: 0.45, OUTSIDE: 0.55}, {10: 0.6}) == ("outside_mandate", None, ())


def test_a_weak_class_with_a_strong_paragraph_is_no_guess():
    assert found({5: 0.21, UNCLEAR: 0.18}, {5: 0.5}) == ("authorised", 5, (5,))


def test_what_can_be_named_is_not_unclear():
    assert found({13: 0.3, UNCLEAR: 0.6}, {13: 0.7}) == ("authorised", 13, (13,))


def test_under_a_notice_nothing_is_asked():
    assert found({3: 0.8}, {3: 0.9, 4: 0.8}) == ("notice", 3, (3,))
    assert found({4: 0.8}, {3: 0.9, 4: 0.8}) == ("authorised", 4, (4,))
