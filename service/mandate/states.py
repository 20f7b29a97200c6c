"""Member and observer States with their UN names in six languages."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from service.canonical import digest_of
from service.errors import NotFound

DATA = Path(__file__).parent / "data" / "states.json"


@dataclass(frozen=True, kw_only=True, slots=True)
class MemberState:
    """A State: ISO 3166-1 alpha-3 ``code``, UN M49 number and regions, ``membership`` "member" or "observer"."""

    code: str
    m49: str
    membership: str
    region: str
    sub_region: str
    names: dict[str, str]


@dataclass(frozen=True, kw_only=True, slots=True)
class States:
    """The 193 Members and two observers; ``digest`` changes with any character of them."""

    codes: dict[str, MemberState]
    digest: str

    def all(self) -> tuple[MemberState, ...]:
        """Every State, by code."""
        return tuple(self.codes.values())

    def get(self, code: str) -> MemberState:
        """The State of this code; raises NotFound."""
        if code not in self.codes:
            raise NotFound(f"There is no Member or observer State with the code {code[:10]!r}.", code="state-not-found")
        return self.codes[code]


@cache
def load_states() -> States:
    """The States, from the data file."""
    document = json.loads(DATA.read_text("utf-8"))
    states = [MemberState(**one) for one in document["states"]]
    return States(codes={state.code: state for state in states}, digest=digest_of(document))
