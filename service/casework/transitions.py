"""What may happen to a queue item: one pure table, which the docs print."""

from service.errors import Conflict

# (role, state) -> verb -> next state.
TRANSITIONS: dict[tuple[str, str], dict[str, str]] = {
    ("lead", "waiting"): {"claim": "claimed"},
    ("lead", "claimed"): {"release": "waiting", "decide": "decided"},
    ("supporting", "waiting"): {"claim": "claimed"},
    ("supporting", "claimed"): {"release": "waiting"},
}


def next_state(role: str, state: str, verb: str) -> str:
    """The state after the verb; raises Conflict that says what is possible now."""
    possible = TRANSITIONS.get((role, state), {})
    if verb not in possible:
        verbs = ", ".join(sorted(possible)) or "nothing more"
        raise Conflict(
            f"This {role} item is {state}; it cannot {verb}. Possible now: {verbs}.",
            code="illegal-transition",
            state=state,
            possible=sorted(possible),
        )
    return possible[verb]
