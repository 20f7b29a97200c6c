"""What may happen to a queue item: one pure table, which the docs print."""

from service.errors import Conflict

BY_THE_SERVICE = frozenset({"reroute", "return"})  # verbs that nobody calls

# (role, state) -> verb -> next state.
TRANSITIONS: dict[tuple[str, str], dict[str, str]] = {
    ("lead", "waiting"): {"claim": "claimed", "reroute": "transferred"},
    ("lead", "claimed"): {"release": "waiting", "return": "waiting", "decide": "decided"},
    ("supporting", "waiting"): {"claim": "claimed", "reroute": "transferred"},
    ("supporting", "claimed"): {"release": "waiting", "return": "waiting"},
}


def next_state(role: str, state: str, verb: str) -> str:
    """The state after the verb; raises Conflict that says what is possible now."""
    possible = TRANSITIONS.get((role, state), {})
    if verb not in possible:
        verbs = sorted(possible.keys() - BY_THE_SERVICE)
        raise Conflict(
            f"This {role} item is {state}; it cannot {verb}. Possible now: {', '.join(verbs) or 'nothing more'}.",
            code="illegal-transition",
            state=state,
            possible=verbs,
        )
    return possible[verb]
