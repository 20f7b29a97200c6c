"""The catalogue says what the resolution says, to the character, and a wrong file is never served."""

import copy
import json
import shutil
from datetime import date
from pathlib import Path

import pytest

from service.canonical import sha256_hex
from service.errors import Invalid, NotFound
from service.mandate.authority import authority_of
from service.mandate.catalogue import DATA, load_catalogue
from service.mandate.instrument import Span
from service.mandate.validate import faults_of

CANONICAL = json.loads(
    (Path(__file__).parent.parent / "data" / "draft-resolution-iii.canonical.json").read_text("utf-8")
)
FILE = DATA / "instruments" / "draft-resolution-iii.json"
DRAFT = load_catalogue().current
ON = date(2026, 11, 25)


def document() -> dict:
    return json.loads(FILE.read_text("utf-8"))


@pytest.mark.parametrize("part", ["preamble", "operative"])
def test_texts_and_hashes_are_the_canonical_ones(part):
    def form(one):
        return (one.number, one.text, one.sha256, [(mark.at, mark.mark) for mark in one.note_marks])

    canonical = [
        (one["paragraph"], one["text"], one["sha256"], [(mark["at"], mark["mark"]) for mark in one["note_marks"]])
        for one in CANONICAL[part]
    ]

    assert [form(one) for one in getattr(DRAFT, part)] == canonical
    assert all(sha256_hex(one.text.encode()) == one.sha256 for one in getattr(DRAFT, part))


def test_the_draft_is_named_as_received():
    assert (DRAFT.document, DRAFT.symbol, DRAFT.title, DRAFT.body, DRAFT.status) == (
        CANONICAL["document"],
        None,
        CANONICAL["title"],
        CANONICAL["body"],
        "draft",
    )
    assert (len(DRAFT.preamble), len(DRAFT.operative)) == (14, 19)


def numbers_where(test) -> set[int]:
    return {one.number for one in DRAFT.operative if test(one)}


def test_each_paragraph_has_the_basis_that_the_house_fixes():
    assert numbers_where(lambda one: one.basis == "assistance") == {1, 2, 4, *range(6, 16)}
    assert numbers_where(lambda one: one.basis == "manner") == {5, 16}
    assert numbers_where(lambda one: one.basis is None) == {3, 17, 18, 19}


def test_who_must_ask_is_read_from_the_words():
    absent = numbers_where(lambda one: one.upon_request is None)
    assert absent == {1, 3, 5, 16, 17, 19}
    for number in (8, 11, 12, 14):
        assert DRAFT.paragraph(number).upon_request.quote.startswith("requesting")
        assert "Member States" in DRAFT.paragraph(number).eligible.quote
    assert "requesting States" in DRAFT.paragraph(10).text
    assert DRAFT.paragraph(10).upon_request.quote.startswith("requesting")


def test_a_clause_that_leans_on_another_carries_it():
    leans = {one.number: one.antecedent for one in DRAFT.operative if one.antecedent}

    assert {number: (it.paragraph, it.reference.quote) for number, it in leans.items()} == {
        2: (2, "in that regard"),
        4: (3, "to those ends"),
        9: (9, "in that regard"),
        10: (10, "to that end"),
    }
    for it in leans.values():
        assert DRAFT.paragraph(it.paragraph).text[it.span.start : it.span.end] == it.span.quote


def test_every_span_is_the_words_it_claims():
    def spans(value):
        if isinstance(value, Span):
            yield value
        elif isinstance(value, tuple):
            for item in value:
                yield from spans(item)
        elif hasattr(value, "span"):
            yield value.span

    for one in DRAFT.operative:
        found = [span for name in type(one).__slots__ if name != "antecedent" for span in spans(getattr(one, name))]
        assert len(found) >= 4
        assert all(one.text[span.start : span.end] == span.quote for span in found)


def test_the_task_force_names_who_succeeded_it():
    partners = {partner.key: partner for one in DRAFT.operative for partner in one.partners}

    assert set(partners) == {"ctc_cted", "ctitf", "gpvac", "central_authorities"}
    assert "Coordination Compact" in partners["ctitf"].succeeded_by


def test_the_mark_without_a_note_is_flagged():
    assert {number for number, _ in DRAFT.unresolved_marks} == {17}


def test_authority_quotes_the_paragraph_and_how_it_stands():
    given = authority_of(DRAFT, 4, on=ON).to_json()

    assert given["standing"] == "provisional"
    assert given["symbol"] is None
    assert given["clause"] in DRAFT.paragraph(4).text
    assert given["antecedent"]["paragraph"] == 3
    assert given["official_versions"] == dict.fromkeys(("ar", "es", "fr", "ru", "zh"))


def test_a_paragraph_that_is_not_there():
    with pytest.raises(NotFound):
        DRAFT.paragraph(20)


# A wrong file


def planted(change) -> list[str]:
    broken = document()
    change(broken)
    return [fault.pointer for fault in faults_of(broken)]


def operative(number: int, **values):
    return lambda whole: whole["operative"][number - 1].update(values)


BREACHES = {
    "an edited text": (operative(10, text="Calls upon Member States"), "/operative/9/sha256"),
    "a wrong hash": (operative(1, sha256="0" * 64), "/operative/0/sha256"),
    "a moved span": (lambda w: w["operative"][0]["clause"].update(start=1), "/operative/0/clause"),
    "a span outside": (lambda w: w["operative"][0]["clause"].update(end=99_999), "/operative/0/clause"),
    "a span of text": (operative(2, addressee="UNODC"), "/operative/1/addressee"),
    "no span": (lambda w: w["operative"][2].pop("opening_verb"), "/operative/2/opening_verb"),
    "an unknown theme": (operative(5, theme="astrology"), "/operative/4/theme"),
    "an unknown basis": (operative(5, basis="favour"), "/operative/4/basis"),
    "an unknown relation": (operative(5, relation="likes"), "/operative/4/relation"),
    "an unknown partner": (
        lambda w: w["operative"][7]["partners"][0].update(key="x"),
        "/operative/7/partners/0/key",
    ),
    "a wrong number": (operative(7, paragraph=8), "/operative/6/paragraph"),
    "an antecedent nowhere": (
        lambda w: w["operative"][3]["antecedent"].update(paragraph=40),
        "/operative/3/antecedent",
    ),
    "a mark without a note": (lambda w: w["notes"].pop(), "/operative/13/note_marks"),
    "an unknown mark": (
        lambda w: w["operative"][0]["note_marks"].append({"at": 0, "mark": "⁹"}),
        "/operative/0/note_marks",
    ),
    "an invented flag": (
        lambda w: w["unresolved_marks"].append({"paragraph": 1, "at": 1, "mark": "*"}),
        "/unresolved_marks/2",
    ),
    "a lost title": (lambda w: w.pop("title"), "/title"),
    "an adopted text without a symbol": (lambda w: w.update(status="adopted"), "/symbol"),
    "an impossible date": (lambda w: w.update(validity={"from": "2026-02-30", "until": None}), "/validity/from"),
    "a text not in NFC": (operative(1, text="e\u0301"), "/operative/0/text"),
    "operative as text": (lambda w: w.update(operative="none"), "/operative"),
}  # fmt: skip


@pytest.mark.parametrize(("change", "pointer"), BREACHES.values(), ids=BREACHES)
def test_a_fault_is_named_with_its_place(change, pointer):
    assert pointer in planted(change)


def test_the_shipped_file_is_sound():
    assert faults_of(document()) == ()


@pytest.mark.parametrize("value", [None, [], 5, "text"])
def test_what_is_no_instrument_is_a_fault_and_no_crash(value):
    assert faults_of(value)


def test_a_wrong_file_is_not_loaded(tmp_path):
    folder = copied(tmp_path)
    path = folder / "instruments" / FILE.name
    path.write_text(path.read_text("utf-8").replace("border management", "boarder management"), "utf-8")

    with pytest.raises(Invalid) as refused:
        load_catalogue(folder)
    assert f"{FILE.name}/operative/9/sha256" in [fault.pointer for fault in refused.value.faults]


# Adoption is a change of data


def copied(tmp_path: Path) -> Path:
    folder = tmp_path / "data"
    shutil.copytree(DATA / "instruments", folder / "instruments")
    shutil.copy(DATA / "concordance.json", folder / "concordance.json")
    return folder


def adopted() -> dict:
    whole = copy.deepcopy(document())
    whole.update(slug="made-up-adopted", symbol="MADE/UP/1", status="adopted", document="Made-up resolution")
    whole["validity"] = {"from": "2027-01-01", "until": "2028-12-31"}
    return whole


def test_an_adopted_instrument_takes_over_and_carries_the_draft_on(tmp_path):
    folder = copied(tmp_path)
    (folder / "instruments" / "adopted.json").write_text(json.dumps(adopted()), "utf-8")
    link = {
        "from": {"slug": "draft-resolution-iii", "paragraph": 10},
        "to": {"slug": "made-up-adopted", "paragraph": 11},
    }
    (folder / "concordance.json").write_text(json.dumps([link]), "utf-8")

    catalogue = load_catalogue(folder)

    assert catalogue.current.slug == "made-up-adopted"
    assert catalogue.digest != load_catalogue().digest
    assert catalogue.carried_on("draft-resolution-iii", 10) == ("made-up-adopted", 11)
    assert catalogue.carried_on("draft-resolution-iii", 9) == ("draft-resolution-iii", 9)


@pytest.mark.parametrize(
    ("day", "standing"),
    [
        (date(2026, 12, 31), "provisional"),
        (date(2027, 1, 1), "in_force"),
        (date(2028, 12, 31), "in_force"),
        (date(2029, 1, 1), "expired"),
    ],
)
def test_standing_follows_the_day(tmp_path, day, standing):
    folder = copied(tmp_path)
    (folder / "instruments" / "adopted.json").write_text(json.dumps(adopted()), "utf-8")

    assert load_catalogue(folder).current.standing(day) == standing


def test_a_concordance_to_nowhere_is_refused(tmp_path):
    folder = copied(tmp_path)
    link = {"from": {"slug": "draft-resolution-iii", "paragraph": 10}, "to": {"slug": "nowhere", "paragraph": 1}}
    (folder / "concordance.json").write_text(json.dumps([link]), "utf-8")

    with pytest.raises(Invalid):
        load_catalogue(folder)
