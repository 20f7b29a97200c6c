"""Routing: a pure reading of a table that officers edit, checked before it is used."""

import pytest

from service.casework.routing import Circumstances, choose_route
from service.casework.routing_table import RoutingTable, Row, check_table, load_table
from service.errors import Invalid
from service.mandate.catalogue import load_catalogue
from service.mandate.states import load_states
from service.matching.report import Match, MatchReport

THEMES = {paragraph.number: paragraph.theme for paragraph in load_catalogue().current.operative}
REGIONS = {state.region for state in load_states().all()}
LEADS = {
    "legal": (1,), "coordination": (2, 7), "cooperation": (3, 4), "justice": (5, 6), "fighters": (8,),
    "finance": (9,), "borders": (10,), "heritage": (11,), "cyber": (12,), "victims": (13,), "children": (14,),
    "gender": (15,), "partnerships": (16, 17), "reporting": (18, 19),
}  # fmt: skip


def report(*paragraphs: int, disposition: str = "authorised") -> MatchReport:
    return MatchReport(
        language="en",
        language_detected=False,
        disposition=disposition,
        reasons=(),
        primary=paragraphs[0] if paragraphs else None,
        matches=tuple(Match(paragraph=n, theme=THEMES[n], probability=9000, evidence=()) for n in paragraphs),
        asks=(),
        catalogue="c",
        engine="e",
    )


def circumstances(**changes) -> Circumstances:
    return Circumstances(**{"region": "Africa", "urgency": "routine", "authentic": True, **changes})


def table(**changes) -> RoutingTable:
    whole = load_table()
    values = {name: getattr(whole, name) for name in ("version", "teams", "leads", "rows", "digest")}
    return RoutingTable(**{**values, **changes})


@pytest.mark.parametrize(("team", "paragraph"), [(team, n) for team, numbers in LEADS.items() for n in numbers])
def test_each_paragraph_has_its_team(team, paragraph):
    assert choose_route(report(paragraph), circumstances(), load_table()).lead == team


def test_the_other_paragraphs_teams_support_once_each():
    route = choose_route(report(8, 10, 2, 7), circumstances(), load_table())

    assert (route.lead, route.supporting) == ("fighters", ("borders", "coordination"))


@pytest.mark.parametrize("disposition", ["unclear", "outside_mandate"])
def test_what_cites_nothing_goes_to_triage(disposition):
    route = choose_route(report(disposition=disposition), circumstances(), load_table())

    assert (route.lead, route.supporting, route.would_go_to) == ("triage", (), None)


def test_what_is_not_authentic_waits_in_triage_and_says_for_whom():
    route = choose_route(report(10, 8), circumstances(authentic=False), load_table())

    assert (route.lead, route.supporting, route.would_go_to) == ("triage", (), "borders")
    assert "Authenticity" in route.why


def test_a_row_goes_before_the_lead_and_gives_its_reason():
    row = Row(when={"theme": THEMES[10], "region": "Africa", "urgency": "urgent"}, team="triage", why="Duty officer.")
    rows = table(rows=(row,))

    urgent = choose_route(report(10), circumstances(urgency="urgent"), rows)

    assert (urgent.lead, "Duty officer." in urgent.why) == ("triage", True)
    assert choose_route(report(10), circumstances(), rows).lead == "borders"


def test_the_shipped_table_is_sound():
    check_table(load_table(), themes=THEMES.values(), regions=REGIONS)


BROKEN = {
    "/lead/gender": {"leads": {key: team for key, team in load_table().leads.items() if key != "gender"}},
    "/lead/children": {"leads": load_table().leads | {"children": "nobody"}},
    "/lead/astrology": {"leads": load_table().leads | {"astrology": "legal"}},
    "/row/0/team": {"rows": (Row(when={}, team="nobody", why=""),)},
    "/row/0/when/region": {"rows": (Row(when={"region": "Atlantis"}, team="legal", why=""),)},
    "/row/0/when/moon": {"rows": (Row(when={"moon": "full"}, team="legal", why=""),)},
    "/row/1": {
        "rows": (
            Row(when={"urgency": "urgent"}, team="legal", why=""),
            Row(when={"urgency": "urgent", "region": "Africa"}, team="cyber", why=""),
        )
    },
    "/team/legal/names": {"teams": load_table().teams | {"legal": {"en": "Legal"}}},
}


@pytest.mark.parametrize(("pointer", "changes"), BROKEN.items(), ids=BROKEN)
def test_a_broken_table_is_named(pointer, changes):
    with pytest.raises(Invalid) as caught:
        check_table(table(**changes), themes=THEMES.values(), regions=REGIONS)

    assert pointer in [fault.pointer for fault in caught.value.faults]
