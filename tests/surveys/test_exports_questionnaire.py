"""The personal workbook: what stands in it, what may be written to, and that no text in it is computed."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone, translation
from openpyxl import load_workbook

from surveys.exports.questionnaire_workbook import questionnaire_name, questionnaire_xlsx
from surveys.models import Edition, Expert, JudgmentEvent, Section
from surveys.scale import LEVELS
from surveys.selectors.questionnaire import way_of
from surveys.selectors.sections import sections_made
from surveys.services.sections import section_decline, sections_ensure
from surveys.services.systems import edition_freeze, edition_import
from surveys.sheet import QUESTIONS
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

WIDE: Mapping[str, list[str]] = {"r": [f"c{number:02}" for number in range(11)]}


def opened(expert: Expert, *, named: bool = False) -> Any:
    return load_workbook(io.BytesIO(questionnaire_xlsx(expert, named=named)))


def texts(page: Any) -> list[tuple[Any, ...]]:
    return list(page.iter_rows(values_only=True))


def questions(expert: Expert) -> list[tuple[Any, ...]]:
    return texts(opened(expert).worksheets[1])[1:]


def guide(expert: Expert, **options: Any) -> str:
    return "\n".join(str(cell) for row in texts(opened(expert, **options).worksheets[0]) for cell in row if cell)


def with_texts(**changes: Any) -> Edition:
    """The small tree, its first branch called otherwise."""
    rows = [replace(row, **changes) if row.code == "a" else row for row in make.rows()]
    return edition_freeze(edition_import(name={"en": "S"}, label="1", rows=rows, user=make.user()), user=make.user())


def test_the_pairs_stand_in_the_order_and_on_the_sides_of_this_expert() -> None:
    survey = make.survey(of=make.edition(WIDE), question_order="balanced")
    one, other = make.expert(survey, "E1"), make.expert(survey, "E2")
    orders = []
    for expert in (one, other):
        places = [place for stage in way_of(expert).stages for place in stage.places]
        asked = [(place.comparison.item_a.code, place.comparison.item_b.code, place.swapped) for place in places]
        rows = questions(expert)
        assert [row[0] for row in rows] == [f"r|{a}|{b}" for a, b, _swapped in asked]
        assert [row[2:4] for row in rows] == [
            tuple(f"Indicator {code}" for code in ((b, a) if swapped else (a, b))) for a, b, swapped in asked
        ]
        assert {swapped for *_pair, swapped in asked} == {True, False}
        orders.append(asked)
    assert orders[0] != orders[1]
    assert not Section.objects.exists(), "looking writes nothing"


def test_what_a_reduced_plan_does_not_ask_is_left_out() -> None:
    survey = make.survey(of=make.edition(WIDE), question_plan="reduced", question_order="balanced")
    assert len(questions(make.expert(survey))) == 17


def test_a_section_that_is_not_the_experts_field_is_left_out() -> None:
    expert = make.expert(make.survey(missing_allowed=True))
    sections = sections_ensure(expert)
    section_decline(next(section for section in sections if section.node.code == "a"), declined=True)
    assert [row[0] for row in questions(expert)] == ["r|a|b", "r|a|c", "r|b|c"]


def test_answers_that_were_given_are_filled_in_as_the_row_reads() -> None:
    expert = make.expert(make.survey(missing_allowed=True))
    for section in sections_made(expert):
        section.pairs = [[pair, int(place == 0)] for place, (pair, _swapped) in enumerate(section.pairs)]
        section.save()
    make.say(expert, "a", "b", "a", 5)
    make.say(expert, "a", "c", "equal", 1)
    make.say(expert, "b", "c", "cannot_judge", None)
    assert [row[2:] for row in questions(expert)] == [
        ("Indicator b", "Indicator a", "Right", "5 clearly more important"),
        ("Indicator a", "Indicator c", "Equally important", None),
        ("Indicator b", "Indicator c", "Cannot judge", None),
        ("Indicator a2", "Indicator a1", None, None),
    ]


def test_the_first_sheet_says_whose_it_is_and_how_to_fill_it_in() -> None:
    closes_at = timezone.now().replace(year=2031)
    survey = make.survey(closes_at=closes_at, contact={"en": "Ms. Li"}, inviter={"en": "The institute"})
    text = guide(make.expert(survey, "E7", name="Prof. Chen"))
    for part in ("Survey", "E7", "2031-", "Ms. Li", "The institute", "never as equal", "Left", "Right"):
        assert part in text
    assert all(f"{level} {word}" in text for level, word in LEVELS.items())
    assert "Prof. Chen" not in text
    assert "Cannot judge" not in text
    assert "not real statistics" not in text


def test_the_name_stands_in_the_file_only_for_the_expert() -> None:
    assert "Prof. Chen" in guide(make.expert(name="Prof. Chen"), named=True)


def test_it_says_where_it_is_synthetic_and_where_one_may_pass() -> None:
    expert = make.expert(make.survey(synthetic=True, missing_allowed=True))
    assert "not real statistics" in guide(expert)
    assert "Cannot judge" in guide(expert)
    assert questionnaire_name(expert) == "questionnaire-E1-synthetic.xlsx"


def test_the_file_name_is_one_everywhere() -> None:
    assert questionnaire_name(make.expert(code='陈/7 "x"')) == "questionnaire-陈-7--x-.xlsx"


def test_it_speaks_the_readers_language() -> None:
    with translation.override("zh-hans"):
        book = opened(make.expert())
        assert book.worksheets[1].title == str(QUESTIONS["questions"])
        assert [row[2] for row in texts(book.worksheets[1])[1:]] == ["指标 a", "指标 a", "指标 b", "指标 a1"]
        assert f"5 {translation.gettext('clearly more important')}" in [row[1] for row in texts(book.worksheets[0])]


def test_every_item_is_explained_once_in_tree_order() -> None:
    of = with_texts(definitions={"en": "What it is."}, unit="EFlops")
    rows = texts(opened(make.expert(make.survey(of=of))).worksheets[2])
    assert [row[0] for row in rows[1:]] == ["a", "a1", "a2", "b", "c"]
    assert rows[1] == ("a", "Indicator a", "What it is.", "EFlops")


def test_only_the_two_answer_columns_may_be_written_to() -> None:
    page = opened(make.expert()).worksheets[1]
    assert page.protection.sheet
    assert page.protection.password is None
    free = {cell.coordinate for row in page.iter_rows() for cell in row if not cell.protection.locked}
    assert free == {f"{column}{row}" for column in "EF" for row in range(2, 6)}
    assert (page.freeze_panes, page.column_dimensions["A"].hidden) == ("A2", True)
    assert (page.page_setup.orientation, page.print_title_rows) == ("landscape", "$1:$1")
    assert (page.page_setup.fitToWidth, page.page_setup.fitToHeight) == (1, 0)


def test_the_cells_offer_the_words() -> None:
    book = opened(make.expert())
    first, page = book.worksheets[:2]
    offered = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    words = {}
    for cells, rule in offered.items():
        sheet_name, _sign, area = rule.formula1.rpartition("!")
        assert sheet_name.strip("'") == first.title
        words[cells] = [row[0].value for row in first[area.replace("$", "")]]
    assert words == {
        "E2:E5": ["Left", "Right", "Equally important"],
        "F2:F5": [f"{level} {LEVELS[level]}" for level in range(2, 10)],
    }


def test_half_filled_rows_are_marked() -> None:
    page = opened(make.expert()).worksheets[1]
    [area] = page.conditional_formatting
    assert str(area.sqref) == "E2:F5"
    [rule] = area.rules
    assert rule.formula[0].startswith('OR(AND(OR($E2="Left",$E2="Right"),$F2=""),AND($E2="",$F2<>""),')


def cells(content: bytes) -> Iterator[str]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                yield archive.read(name).decode()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "＝"])
def test_no_text_is_computed(start: str) -> None:
    bad = f'{start}HYPERLINK("http://x","y")'
    of = with_texts(names={"en": bad}, definitions={"en": bad}, unit=bad[:60])
    survey = make.survey(of=of, contact={"en": bad}, inviter={"en": bad})
    content = questionnaire_xlsx(make.expert(survey, name=bad), named=True)
    assert not any("<f>" in part for part in cells(content))
    page = load_workbook(io.BytesIO(content)).worksheets[1]
    assert (page["C2"].value, page["C2"].data_type, page["C2"].quotePrefix) == (bad, "s", True)


def test_characters_that_no_workbook_holds_are_left_out() -> None:
    survey = make.survey(contact={"en": "a\x01b\x0bc"})
    assert "abc" in guide(make.expert(survey))


def test_a_large_questionnaire_stays_small_and_takes_few_queries() -> None:
    """175 pairs, about as many as in the reference case, with names of 60 and definitions of 300 characters."""
    tree = {"r": [f"n{number}" for number in range(14)]}
    tree |= {f"n{number}": [f"n{number}.{leaf}" for leaf in range(4)] for number in range(14)}
    rows = [
        replace(row, names={"en": f"{row.code} " + "长" * 50}, definitions={"en": f"{row.code} " + "口径" * 150})
        for row in make.rows(tree)
    ]
    of = edition_freeze(edition_import(name={"en": "S"}, label="1", rows=rows, user=make.user()), user=make.user())
    expert = make.expert(make.survey(of=of, question_order="balanced"))
    questionnaire_xlsx(expert, named=True)
    with CaptureQueriesContext(connection) as captured:
        content = questionnaire_xlsx(expert, named=True)
    assert len(load_workbook(io.BytesIO(content)).worksheets[1]["A"]) == 1 + 91 + 14 * 6
    assert len(content) < 60_000
    assert len(captured) <= 3
    assert not JudgmentEvent.objects.exists()
