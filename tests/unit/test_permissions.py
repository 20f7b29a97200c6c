"""The permission table, written out a second time by hand."""

import pytest

from service.access.permissions import PERMISSIONS, Action, require, sees_request_of, works_for
from service.access.principal import Principal, Role
from service.errors import Forbidden

MAY = {
    Role.PORTAL: {Action.ME_READ, Action.MATCH_TRY, Action.REQUEST_SUBMIT, Action.REQUEST_READ},
    Role.OFFICER: {
        Action.ME_READ, Action.MATCH_TRY, Action.REQUEST_READ, Action.QUEUE_READ, Action.ITEM_READ,
        Action.ITEM_CLAIM, Action.ITEM_RELEASE, Action.NEED_DECIDE,
    },
    Role.AUDITOR: {Action.ME_READ, Action.LEDGER_READ, Action.LEDGER_EXPORT},
    Role.ADMINISTRATOR: {Action.ME_READ},
}  # fmt: skip
MAY[Role.SUPERVISOR] = MAY[Role.OFFICER]


def principal(role: Role) -> Principal:
    return Principal(id="p", role=role, name="P", member_state="KEN" if role is Role.PORTAL else None)


@pytest.mark.parametrize("role", Role)
def test_each_role_may_do_these_things_and_no_other(role):
    allowed = set()
    for action in Action:
        try:
            require(principal(role), action)
            allowed.add(action)
        except Forbidden:
            continue

    assert allowed == MAY[role]


def test_every_action_has_a_row():
    assert set(PERMISSIONS) == set(Action)


def test_a_portal_sees_its_own_state_alone():
    assert sees_request_of(principal(Role.PORTAL), "KEN")
    assert not sees_request_of(principal(Role.PORTAL), "PER")


def test_only_officers_of_the_team_and_supervisors_work_for_it():
    officer = Principal(id="o", role=Role.OFFICER, name="O", teams=frozenset({"borders"}))

    assert works_for(officer, "borders")
    assert not works_for(officer, "legal")
    assert works_for(principal(Role.SUPERVISOR), "legal")
    assert not any(works_for(principal(role), "legal") for role in (Role.PORTAL, Role.AUDITOR, Role.ADMINISTRATOR))
