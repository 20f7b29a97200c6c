"""Member and observer States, as the United Nations names them."""

import pytest

from service.errors import NotFound
from service.mandate.states import load_states
from service.matching.report import LANGUAGES

STATES = load_states()


def test_there_are_193_members_and_two_observers():
    by_membership = {"member": 0, "observer": 0}
    for state in STATES.all():
        by_membership[state.membership] += 1

    assert by_membership == {"member": 193, "observer": 2}
    assert {state.code for state in STATES.all() if state.membership == "observer"} == {"PSE", "VAT"}


def test_every_state_has_a_name_in_six_languages_and_a_region():
    for state in STATES.all():
        assert set(state.names) == set(LANGUAGES)
        assert all(name.strip() for name in state.names.values())
        assert state.region


@pytest.mark.parametrize(
    ("code", "language", "name"),
    [
        ("TUR", "en", "Türkiye"),
        ("BOL", "en", "Bolivia (Plurinational State of)"),
        ("CIV", "en", "Côte d'Ivoire"),
        ("COD", "fr", "République démocratique du Congo"),
        ("KOR", "es", "República de Corea"),
        ("EGY", "ar", "مصر"),
        ("CHN", "zh", "中国"),
        ("KAZ", "ru", "Казахстан"),
    ],
)
def test_names_are_the_united_nations_own(code, language, name):
    assert STATES.get(code).names[language].replace("’", "'") == name


def test_a_state_that_is_none():
    with pytest.raises(NotFound):
        STATES.get("XKX")
