"""The order of a queue: a pure function of what the State said of its urgency."""

ORDER = {"urgent": 0, "priority": 1, "routine": 2}


def priority_of(urgency: str) -> int:
    """0 for urgent, 1 for priority, 2 for routine; a queue is worked from 0, then by time of receipt, then by id."""
    return ORDER[urgency]
