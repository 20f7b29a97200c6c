"""The transition table: what it allows, and what it says where it does not."""

import pytest

from service.casework.transitions import TRANSITIONS, next_state
from service.errors import Conflict


def test_a_legal_move_gives_the_next_state():
    assert next_state("lead", "waiting", "claim") == "claimed"
    assert next_state("lead", "claimed", "release") == "waiting"
    assert next_state("lead", "claimed", "decide") == "decided"
    assert next_state("lead", "waiting", "reroute") == "transferred"
    assert next_state("supporting", "claimed", "return") == "waiting"


@pytest.mark.parametrize(
    ("role", "state", "verb", "possible"),
    [
        ("lead", "waiting", "decide", ["claim"]),
        ("supporting", "claimed", "decide", ["release"]),
        ("lead", "decided", "claim", []),
    ],
)
def test_an_illegal_move_says_what_is_possible(role, state, verb, possible):
    with pytest.raises(Conflict) as caught:
        next_state(role, state, verb)

    assert caught.value.data == {"state": state, "possible": possible}


def test_every_state_can_be_left_or_is_an_end():
    reached = {state for moves in TRANSITIONS.values() for state in moves.values()}

    assert reached - {state for _, state in TRANSITIONS} == {"decided", "transferred"}
