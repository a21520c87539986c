"""The pages of scoring rules: an analyst's whole way, what is refused, and that a trial says what a run computes."""

import io
import json
import re
from html.parser import HTMLParser
from typing import Any
from zipfile import ZipFile

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import translation

from scoring.computing import run_options
from scoring.models import DataSet, ScoringRules, ScoringRun
from scoring.selectors.normalisation import look_at
from scoring.services.base_year import bounds_from
from scoring.services.scoring_rules import Asked, rules_create
from surveys.errors import Refused
from surveys.models import Survey
from surveys.services.surveys import member_add
from surveys.services.tokens import token_create
from tests.scoring import factories as score
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english"), pytest.mark.one_database]

GAPS = b"unit,region,a1,a2,b,c\nNorth,N,,10,3,5\nSouth,N,2,30,1,5.5\nEast,S,4,20,2,9\nWest,S,3,20,2,9\n"
LIMITS = b"unit,a1,a2\nTown,1,10\nVillage,2,30\n"
"""A year of which only the leaves below node a are known."""


class Fields(HTMLParser):
    """What a browser would send along with a button: every filled field of the one form of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self.inside = self.area = ""
        self.feed(page[page.index('<form method="post">') : page.rindex("</form>")])

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: text or "" for name, text in attrs}
        if tag in ("input", "select", "textarea"):
            self.inside = said.get("name", "")
        if tag in ("input", "textarea") or (tag == "option" and ("selected" in said or self.inside not in self.sent)):
            self.sent[self.inside] = said.get("value", "")

    def handle_data(self, data: str) -> None:
        if self.lasttag == "textarea":
            self.sent[self.inside] += data.strip()


class Analyst:
    """Somebody in front of the page of a next version."""

    def __init__(self, survey: Survey, language: str = "en", role: str = "analyst") -> None:
        self.survey, self.client = survey, Client(headers={"accept-language": language})
        member_add(survey, member=make.user(role), role=role, user=None)
        self.client.force_login(make.user(role))
        self.page = self.client.get(self.url("rules_new"))

    def url(self, name: str, *args: Any) -> str:
        return reverse(f"scoring:{name}", args=[self.survey.pk, *args])

    def press(self, button: str, value: str = "1", **typed: str) -> str:
        sent = Fields(self.page.content.decode()).sent | {name.replace("__", "-"): text for name, text in typed.items()}
        self.page = self.client.post(self.url("rules_new"), {**sent, button: value}, follow=True)
        return str(self.page.content.decode())

    def store(self, **typed: str) -> ScoringRules:
        said = self.press("store", **{"reason": "Agreed.", **typed})
        assert self.page.redirect_chain, said
        return ScoringRules.objects.latest("pk")

    @property
    def draft(self) -> dict[str, dict[str, str]]:
        found: dict[str, dict[str, str]] = json.loads(self.page.context["draft"])
        return found


# --- the whole way ---


def test_from_a_rule_to_a_run_that_names_it_everywhere() -> None:
    weight_set = score.locked()
    survey = score.survey_of(weight_set)
    base = score.data_set(survey, LIMITS, year="2022")
    analyst = Analyst(survey)
    assert 'name="r-low"' in analyst.press("edit", "a1")
    analyst.press("put", "a1", r__missing="mean:region", r__cap="yes")
    said = analyst.press("bases", data_set=str(base.pk))
    assert analyst.draft == {
        "a1": {"missing": "mean:region", "cap": "yes", "low": "1", "high": "2"}, "a2": {"low": "10", "high": "30"},
    }  # fmt: skip
    assert "Now 2 indicators have bounds from Data 2022" in said and "Still bounded by the data" in said
    made = analyst.store(output_low="60", rank_decimals="1", reason="Years stay comparable.", name_en="Base 2022")
    assert (str(made), made.base) == ("S1", base)
    page = analyst.client.get(analyst.url("rules")).content.decode()
    for sentence in ("Years stay comparable.", "bounds 1 to 2", "Scores from 60 to 100", "from Data 2022"):
        assert sentence in page

    data = imported(analyst, GAPS)
    look = look_at(data, run_options(made), weight_set)
    tried = analyst.client.get(analyst.url("rules_look"), {"rules": "1", "data_set": str(data.pk)}).content.decode()
    assert "replaced as the rule says: North" in tried and "moved to the bound: East, West" in tried
    assert f"data={data.pk}&amp;rules={made.pk}" in tried

    analyst.client.post(
        analyst.url("run_new"),
        {"data_set": data.pk, "weight_set": weight_set.pk, "weights_used": "exact", "rules": made.pk},
    )
    make.work_off()
    run = ScoringRun.objects.get()
    assert run.rules == made
    equal(look, run)
    page = analyst.client.get(analyst.url("run", run.number)).content.decode()
    for sentence in ("S1</a> · Years stay comparable.", "mean of the units of the same region", "min-max to 60 to 100"):
        assert sentence in page
    book = openpyxl.load_workbook(io.BytesIO(taken(analyst, run, "xlsx")))
    assert ("Scoring rules", "S1: Years stay comparable.") in list(book["About"].iter_rows(values_only=True))
    with ZipFile(io.BytesIO(taken(analyst, run, "zip"))) as bundle:
        told = json.loads(bundle.read("run.json"))["document"]["options"]
    assert (told["rules_number"], told["rules"], told["rules_hash"]) == (1, made.rules, made.content_hash)


def imported(analyst: Analyst, content: bytes) -> DataSet:
    """Gaps are let in where the newest rules say what is done with them."""
    sent = {"file": SimpleUploadedFile("data.csv", content), "name_en": "Provinces", "year": "2023"}
    assert analyst.client.post(analyst.url("data_import"), sent).status_code == 302
    return DataSet.objects.latest("pk")


def taken(analyst: Analyst, run: ScoringRun, kind: str) -> bytes:
    return bytes(analyst.client.get(analyst.url("run_export", run.number, kind)).content)


def equal(look: Any, run: ScoringRun) -> None:
    """The same numbers on both: where scores lie, and what was done to whom."""
    document = json.loads(run.document)
    low, high = (float(run.options[end]) for end in ("output_low", "output_high"))
    for row in look.rows:
        scores = {round(100 * (float(text) - low) / (high - low), 1) for text in document["scores"][row.node.code]}
        assert list(row.points) == pytest.approx(sorted(scores)), row.node.code
    leaves = {row.node.code for row in look.rows}
    notices = {(each["code"], each["kind"]): each["units"] for each in document["notices"] if each["code"] in leaves}
    assert notices == {(row.node.code, kind): units for row in look.rows for kind, units in row.done.items()}


# --- what is refused, and how it is said ---


@pytest.mark.parametrize(
    ("language", "sentences"),
    [
        (
            "en",
            ["Say why these rules are chosen", "begins at 0 or above", "a1 Indicator a1: Lower bound: “much” is not a"],
        ),
        ("zh-hans", ["请说明采用这些规则的理由", "得分范围的起点", "a1 指标 a1：下限：“much”不是数值；"]),
    ],
)
def test_a_refusal_is_a_sentence_in_the_readers_language(language: str, sentences: list[str]) -> None:
    survey = make.survey()
    with translation.override(language):
        analyst = Analyst(survey, language)
        for sentence, typed in zip(
            sentences, ({"reason": " "}, {"output_low": "100"}, {"r__low": "much"}), strict=True
        ):
            said = analyst.press("store", **{"rank_decimals": "2", "reason": "So.", **typed})
            assert sentence in re.sub(r"</?span[^>]*>", "", said)
            assert analyst.page.status_code == 422
            analyst.press("edit", "a1")
    assert not ScoringRules.objects.exists()


def test_what_is_typed_into_a_rule_is_refused_there_and_kept() -> None:
    analyst = Analyst(make.survey())
    for typed, sentence in (
        ({"r__low": "much"}, "is not a number"),
        ({"r__low": "9", "r__high": "1"}, "is not below"),
        ({"r__missing": "reweight", "r__missing_detail": "."}, "stands where a number should be"),
        ({"r__missing": "reweight", "r__missing_detail": "1.2.3"}, "is not a number"),
        ({"r__missing": "value"}, "stands where a number should be"),
        ({"r__direction": "target"}, "no whole target"),
        ({"r__direction": "sideways"}, "Select a valid choice"),
    ):
        analyst.page = analyst.client.get(analyst.url("rules_new"))
        analyst.press("edit", "a1")
        for button in ("put", "store"):
            said = analyst.press(button, "a1", reason="So.", **typed)
            assert (analyst.page.status_code, sentence in said, analyst.draft) == (422, True, {}), (typed, button)
        for text in typed.values():
            assert text in said or text == "sideways"
    assert not ScoringRules.objects.exists()


def test_numbers_in_full_width_are_stored_as_numbers() -> None:
    analyst = Analyst(make.survey())
    analyst.press("edit", "a1")
    made = analyst.store(
        r__low="－１．５", r__high="９", r__missing="value", r__missing_detail="１２", output_high="１０"
    )
    assert made.rules == {"a1": {"low": "-1.5", "high": "9", "missing": "value:12"}}
    assert made.options["output_high"] == "10.0"


def test_a_rule_that_lies_open_is_part_of_what_is_stored() -> None:
    analyst = Analyst(make.survey())
    analyst.press("edit", "a1")
    analyst.press("edit", "b", r__cap="yes")
    analyst.press("keep", r__low="0")
    assert analyst.store().rules == {"a1": {"cap": "yes"}, "b": {"low": "0"}}


def test_a_version_of_somebody_else_is_not_overwritten_unseen() -> None:
    survey = make.survey()
    mine, theirs = Analyst(survey), Analyst(survey, role="coordinator")
    mine.press("edit", "b")
    theirs.store(rank_decimals="2", reason="Theirs.")
    assert "Version S1 was stored meanwhile, with the reason: Theirs." in mine.press(
        "store", reason="Mine.", r__cap="yes"
    )
    assert str(mine.store(reason="Mine.")) == "S2"


HOSTILE_DRAFTS = [
    "{", "[]", "7", "null", '"x"', '{"a1": 1}', '{"a1": {"low": 1}}', '{"a1": {"low": null}}', '{"a1": []}',
    '{"nowhere": {"low": "1"}}', '{"a1": {"low": "much"}}', '{"a1": {"low": "1e999"}}', '{"a1": {"low": "\\u0000"}}',
    '{"a1": {"low": "NaN"}}', '{"a1": {"direction": "sideways"}}', '{"a1": {"aggregation": "geometric"}}',
    '{"a": {"cap": "yes"}}', '{"a": {"aggregation": "median"}}', '{"a1": {"missing": "reweight:."}}',
    '{"a1": {"missing": "value:"}}', '{"a1": {"missing": "mean:planet"}}', '{"a1": {"names": "x"}}',
    '{"\\ud800": {"low": "1"}}', '{"a1": {"low": "\\ud800"}}', '{"a1": {"transform": "<script>"}}',
    "[" * 100_000, '{"a1": ' * 50_000, '{"a1": {"low": "' + "1" * 400_000 + '"}}',
]  # fmt: skip


def test_a_hostile_draft_is_refused_whole_and_nothing_breaks() -> None:
    analyst = Analyst(make.survey())
    score.data_set(analyst.survey)
    url = analyst.url("rules_new")
    for number, draft in enumerate(HOSTILE_DRAFTS):
        button = ("store", "look", "bases", "keep")[number % 4]
        assert analyst.client.post(url, {"draft": draft, "reason": "So.", button: "1"}).status_code == 302, draft[:80]
    analyst.page = analyst.client.get(url)
    assert analyst.page.content.decode().count("came back damaged") == len(HOSTILE_DRAFTS)
    for typed in (
        {"base": "²"},
        {"seen": "²"},
        {"rank_decimals": "²"},
        {"output_low": "nan"},
        {"tie_tolerance": "1_0"},
    ):
        analyst.press("store", reason="So.", **typed)
        assert analyst.page.status_code == 422, typed  # nothing differs from the edition, or it is no number
    for query in ({"rules": "²"}, {"rules": "9" * 30}, {"data_set": "x"}, {"data_set": "9" * 30}, {"rules": "-1"}):
        assert analyst.client.get(analyst.url("rules_look"), query).status_code == 200, query
    assert analyst.client.post(analyst.url("rules_new"), {"edit": "<b>"}).status_code == 200
    assert not ScoringRules.objects.exists()


def test_a_survey_without_data_or_with_a_draft_edition_says_so() -> None:
    planned = Analyst(make.survey("draft", of=make.edition(frozen=False)))
    assert "Freeze the edition" in planned.client.get(planned.url("rules_new"), follow=True).content.decode()
    assert "Make a version" not in planned.client.get(planned.url("rules")).content.decode()
    empty = Analyst(make.survey())
    assert "no data yet" in empty.client.get(empty.url("rules_look"), follow=True).content.decode()
    assert "Try the draft" not in empty.page.content.decode()
    assert "Choose the data" in empty.press("look")


def test_versions_are_read_in_as_many_queries_as_one(django_assert_max_num_queries: Any) -> None:
    survey = make.survey()
    analyst = Analyst(survey)
    for number in range(4):
        score.rules(survey, {"a1": {"low": str(number)}})
    with django_assert_max_num_queries(14):
        analyst.client.get(analyst.url("rules"))


# --- the base year ---


def test_another_base_year_takes_the_place_of_the_first_and_bounds_of_ones_own_stay() -> None:
    survey = make.survey()
    first, second = score.data_set(survey, LIMITS), score.data_set(survey)
    analyst = Analyst(survey)
    analyst.press("edit", "a2")
    analyst.press("bases", data_set=str(first.pk), r__low="0")
    assert analyst.draft == {"a1": {"low": "1", "high": "2"}, "a2": {"low": "0", "high": "30"}}
    analyst.press("bases", data_set=str(second.pk))
    assert analyst.draft["a1"] == {"low": "1", "high": "3"} and analyst.draft["a2"] == {"low": "0", "high": "30"}
    assert analyst.draft["c"] == {"low": "5", "high": "9"}
    for code in ("a1", "b", "c"):
        analyst.press("drop", code)
    assert analyst.store().base == second  # 30 is also the greatest of that year
    analyst.page = analyst.client.get(analyst.url("rules_new"))
    analyst.press("drop", "a2")
    assert analyst.store(rank_decimals="1").base is None


def test_bounds_that_a_rule_cannot_take_are_named_and_none_is_taken() -> None:
    survey = make.survey()
    data = score.data_set(survey, score.DATA.replace(b"North,1,", b"North,0,"))
    analyst = Analyst(survey)
    analyst.press("edit", "a1")
    said = analyst.press("bases", data_set=str(data.pk), r__transform="ln")
    assert "low is not above 0" in said and analyst.draft == {"a1": {"transform": "ln"}}


def test_a_version_names_no_base_year_that_it_does_not_use() -> None:
    survey, other = make.survey(), make.survey()
    data = score.data_set(survey)
    for at, base, said in ((survey, data, "No bound of these rules"), (other, data, "of another survey")):
        with pytest.raises(Refused, match=said):
            rules_create(at, Asked({"a1": {"cap": "yes"}}, base=base, reason="So."), user=None)
    assert bounds_from(data, ["a1", "nowhere"]) == {"a1": {"low": "1", "high": "3"}}


# --- elsewhere ---


def test_the_api_takes_rules_by_number_and_names_them() -> None:
    survey = score.survey_of(weight_set := score.locked())
    data, rules = score.data_set(survey), score.rules(survey, {"a1": {"cap": "yes"}})
    user = make.user("analyst")
    member_add(survey, member=user, role="analyst", user=None)
    token = token_create(user, name="test", scope="write", days=1)
    client, url = Client(headers={"Authorization": f"Bearer {token}"}), reverse("scoring:api_runs", args=[survey.pk])
    asked = {"data_set": data.pk, "weight_set": weight_set.number}
    for wrong in (99, 10**30, "1", True, -1, 1.5):
        assert client.post(url, {**asked, "rules": wrong}, content_type="application/json").status_code in (400, 422)
    assert client.post(url, {**asked, "rules": rules.number}, content_type="application/json").json()["rules"] == 1
    assert client.post(url, asked, content_type="application/json").json()["rules"] is None
    assert [each["rules"] for each in client.get(url).json()] == [None, 1]


def test_the_newest_rules_are_offered_first() -> None:
    survey = score.survey_of(score.locked())
    score.data_set(survey)
    rules = score.rules(survey, {"a1": {"cap": "yes"}})
    analyst = Analyst(survey)
    for query, chosen in (({}, f'value="{rules.pk}" selected'), ({"rules": ""}, 'value="" selected')):
        page = analyst.client.get(analyst.url("run_new"), query).content.decode()
        assert chosen in page[page.index('name="rules"') :]
