"""Nobody is singled out: what fewer experts share than the survey's smallest group is not told, nor left over."""

import io
import zipfile
from dataclasses import replace
from datetime import datetime
from itertools import combinations

import numpy as np
import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from surveys.errors import Refused
from surveys.exports.log import log_bytes
from surveys.exports.methods_text import methods_text
from surveys.exports.weight_story import story_of
from surveys.exports.weight_workbook import weight_set_xlsx
from surveys.models import AuditEvent, Expert, Section, Survey
from surveys.selectors.groups import groups_told
from surveys.selectors.panel_now import panel_now
from surveys.selectors.profile import panel_profile
from surveys.selectors.small_groups import breakdown, cells_shown, groups_shown, shown_groups
from surveys.services.terms import terms_change
from tests.surveys import factories as make

pytestmark = pytest.mark.one_database

SIZES = st.dictionaries(st.text("abcdef", min_size=1, max_size=2), st.integers(0, 9), max_size=6)


@given(SIZES, st.integers(3, 6), st.integers(0, 4))
def test_no_small_group_is_told_or_left_over(sizes: dict[str, int], fewest: int, aside: int) -> None:
    shown = shown_groups(sizes, fewest, aside=aside)
    assert all(sizes[name] == 0 or sizes[name] >= fewest for name in shown)
    rest = aside + sum(size for name, size in sizes.items() if name not in shown)
    whole = aside + sum(sizes.values())
    assert rest == 0 or rest >= fewest or rest == whole, "who knows the whole knows the rest"


@given(SIZES, st.integers(3, 6), st.integers(0, 4))
def test_no_more_is_hidden_than_must_be(sizes: dict[str, int], fewest: int, aside: int) -> None:
    """Of the groups that are large enough, at most the smallest is hidden beside the small ones."""
    shown = shown_groups(sizes, fewest, aside=aside)
    hidden = sorted(size for name, size in sizes.items() if size >= fewest and name not in shown)
    assert len(hidden) <= 1
    assert all(hidden[0] <= sizes[name] for name in shown if sizes[name]) if hidden else True


@given(st.lists(st.sampled_from(["", "a", "b", "c", "d"]), max_size=20), st.integers(3, 5))
def test_counts_as_they_are_printed_give_no_small_one_away(words: list[str], fewest: int) -> None:
    told = breakdown(words, fewest)
    rest = len(words) - sum(count for _name, count in told.groups) - told.others
    assert all(count >= fewest for _name, count in told.groups)
    assert told.others == 0 or told.others >= fewest
    assert rest == 0 or rest + told.others >= fewest or not told.groups
    cells = cells_shown([words.count(word) for word in "abcd"], fewest, aside=words.count(""))
    assert all(cell is None or cell == 0 or cell >= fewest for cell in cells)


# --- pages and files ---

PLACES = {
    "E1": ("industry", "chips"), "E2": ("industry", "chips"), "E3": ("industry", "chips"), "E4": ("industry", "power"),
    "E5": ("academia", "power"), "E6": ("academia", "power"), "E7": ("academia", "law"), "E8": ("ministry", "law"),
}  # fmt: skip


def placed(survey: Survey) -> Survey:
    """Eight experts in groups of 4, 3 and 1; fields of 3, 3 and 2."""
    for number, (code, (group, field)) in enumerate(PLACES.items()):
        details = {"name": f"Prof. {code}", "title": "professor" if number else "minister"}
        make.submitted(make.expert(survey, code, group=group, field=field, **details), strength=2 + number)
    return survey


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
def test_the_weights_of_a_small_group_cannot_be_worked_out() -> None:
    """Academia's three stay untold too: the whole less industry less academia would be the one of the state."""
    panel = panel_now(placed(make.survey()))
    told = groups_told(panel)
    assert [group.name for group in told.told] == ["industry"]
    assert {group.name for group in told.hidden} == {"academia", "ministry"}
    assert all(group.experts == 0 for group in told.hidden)
    assert groups_shown(replace(panel, fewest=5)) == {}


@pytest.mark.django_db
def test_a_group_of_whom_too_few_answered_somewhere_is_not_told() -> None:
    """Three of a group count, two of them at one node: its weights there would be theirs."""
    survey = make.survey()
    for code in PLACES:
        make.submitted(make.expert(survey, code, group="one" if code in "E1E2E3" else "other"))
    panel = panel_now(survey)
    assert set(groups_shown(panel)) == {"one", "other"}
    assert groups_shown(panel.leaving_out(panel.experts[0], ["a"])) == {}


@pytest.mark.django_db
def test_every_breakdown_of_a_panel_keeps_small_ones_back() -> None:
    survey = placed(make.survey())
    node = survey.edition.indicators.get(code="a")
    for expert, word in zip(survey.experts.order_by("pk"), ["very"] * 4 + ["fair"] * 3 + ["little"], strict=True):
        Section.objects.create(expert=expert, node=node, pairs=[], planned=1, familiarity=word)
        Expert.objects.filter(pk=expert.pk).update(basis={"practice": "much" if expert.code != "E8" else "little"})
    found = panel_profile(survey)
    assert [(each.name, each.submitted) for each in found.groups] == [("industry", 4), ("", 4)]
    assert found.fields.groups == [("power", 3)]
    assert found.fields.others == 5
    assert found.positions.groups == [], "the minister is one of eight"
    assert [list(each.words) for each in found.nodes if each.node == node] == [[4, 0, None, None]]
    for _kind, counts in found.basis:
        assert all(count is None or count == 0 or count >= 3 for count in counts)


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
def test_files_name_no_field_or_group_that_too_few_share() -> None:
    survey = placed(make.survey())
    result = make.panel_result(survey, experts=0)
    weight_set = make.weight_set(of=result)
    text = " ".join(str(block) for block in methods_text(story_of(weight_set, Survey.objects.all())).blocks)
    for told in ("By field: power (3)", "in smaller ones (5)", "By group: industry (4)", "in smaller ones (4)"):
        assert told in text
    with zipfile.ZipFile(io.BytesIO(weight_set_xlsx(weight_set, []))) as book:
        cells = b"".join(book.read(name) for name in book.namelist()).decode()
    for files in (text, cells):
        assert "law" not in files
        assert "chips" not in files
        assert "ministry" not in files
    assert "power" in cells


@pytest.mark.django_db
@pytest.mark.usefixtures("english")
def test_what_was_promised_is_made_stricter_never_looser() -> None:
    survey = terms_change(make.survey("draft"), user=None, smallest_group=5, names_kept=12)
    survey = make.survey(smallest_group=5, names_kept=12)
    for looser in ({"smallest_group": 4}, {"names_kept": None}, {"names_kept": 13}):
        with pytest.raises(Refused, match="promised"):
            terms_change(survey, user=None, **looser)
    changed = terms_change(survey, user=None, smallest_group=6, names_kept=6)
    assert (changed.smallest_group, changed.names_kept) == (6, 6)


def test_the_example_of_subtraction() -> None:
    """What the rule is for, in numbers: without the second hiding the answers of one expert come back exactly."""
    logs = np.log([[3.0], [5.0], [7.0], [9.0]])
    groups = {"four": [0, 1, 2], "one": [3]}
    whole = logs.mean()
    assert np.isclose(4 * whole - 3 * logs[groups["four"]].mean(), logs[3, 0])
    assert shown_groups({name: len(rows) for name, rows in groups.items()}, 3) == frozenset()
    assert all(len(set(one) & set(other)) == 0 for one, other in combinations(groups.values(), 2))


@pytest.mark.parametrize(("anonymity", "told"), [("named", "08:31:45"), ("pseudonyms", "08:31")])
def test_where_answers_go_by_codes_a_file_tells_times_to_the_minute(anonymity: str, told: str) -> None:
    at = datetime(2026, 3, 4, 8, 31, 45, 678, tzinfo=timezone.get_current_timezone())
    log = log_bytes([AuditEvent(action="answers.submitted", subject="E1", at=at)], "csv", anonymity).decode()
    assert f" {told}" in log
    assert ("45" in log) == (anonymity == "named")
