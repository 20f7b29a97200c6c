"""What lexicon and encoder see: one name for every State, one form for digits, marks and capitals."""

import pytest

from service.mandate.states import load_states
from service.matching.plain import plain, states_in

LANGUAGES = ("ar", "en", "es", "fr", "ru", "zh")


def seen(text: str, language: str) -> str:
    return plain(text, language, states_in(text, language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_has_one_name_in_every_language(language):
    names = [state.names[language].replace("_", " ") for state in load_states().all()]
    unseen = [name for name in names if states_in(name, language) != [(0, len(name))]]

    assert unseen == (["مالي"] if language == "ar" else [])  # the Arabic for Mali is also the word "financial"


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Jamaica and Bolivia (Plurinational State of) ask.", "en", "the State and the State ask."),
        ("Просьба Египта и Российской Федерации", "ru", "Просьба государство и государство"),
        ("суда и того", "ru", "суда и того"),  # courts, and that: not Sudan, not Togo
        ("une grenade à la Grenade", "fr", "une grenade à la l'État"),
        ("المساعدة للبنان", "ar", "المساعدة الدولة"),
        ("دعم مالي", "ar", "دعم مالي"),  # financial support, not Mali
        ("肯尼亚请求协助", "zh", "我国请求协助"),
    ],
)
def test_names_of_states_are_one(text, language, expected):
    assert seen(text, language) == expected


def test_digits_and_vowel_signs_are_alike():
    assert seen("القرار ٢١٧٨ مُدَرَّب", "ar") == "القرار 2178 مدرب"


def test_a_shouted_text_is_calmed_and_an_acronym_is_not():
    assert seen("WE ASK FOR TRAINING OF JUDGES", "en") == "We ask for training of judges"
    assert seen("UNODC CTED", "en") == "UNODC CTED"
    assert seen("Training for the APIS and PNR unit", "en") == "Training for the APIS and PNR unit"
