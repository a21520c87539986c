"""The pages on which a draft is changed, two editions are compared, and answers are carried over."""

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from surveys.models import Edition, Indicator, Judgment, Membership
from surveys.selectors.editing import family_print, node_print, subtree_print
from surveys.selectors.trees import tree_of
from surveys.services.indicators import NodeValues, indicator_change, indicator_delete
from surveys.services.surveys import member_add, survey_move
from surveys.services.systems import edition_freeze, edition_next
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def signed_in(name: str = "coordinator", language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.force_login(make.user(name))
    return client


@pytest.fixture
def client() -> Client:
    return signed_in()


@pytest.fixture
def draft() -> Edition:
    return make.edition(frozen=False)


def address(name: str, *args: object) -> str:
    return reverse(f"surveys:{name}", args=args)


def node(edition: Edition, code: str) -> Indicator:
    return edition.indicators.get(code=code)


def filled(found: Indicator, **changes: Any) -> dict[str, Any]:
    return {
        "seen": node_print(found), "code": found.code, "name_zh_hans": found.name["zh-hans"], "name_en": "",
        "direction": "benefit", **changes,
    }  # fmt: skip


def test_the_page_of_a_draft_offers_every_act_and_that_of_a_frozen_edition_none(client: Client, draft: Edition) -> None:
    page = client.get(address("edition", draft.pk)).content.decode()
    for name in ("indicator_new", "indicator_order", "edition_freeze", "edition_next", "edition_delete"):
        assert address(name, draft.pk) in page
    assert f'value="up:{node(draft, "b").pk}"' in page
    frozen = make.edition()
    page = client.get(address("edition", frozen.pk)).content.decode()
    assert address("indicator_new", frozen.pk) not in page
    assert address("edition_next", frozen.pk) in page


def test_a_viewer_sees_the_tree_and_no_buttons(draft: Edition) -> None:
    survey = make.survey("draft", of=draft)
    member_add(survey, member=make.user("viewer"), role=Membership.Role.VIEWER, user=None)
    page = signed_in("viewer").get(address("edition", draft.pk)).content.decode()
    assert "Indicator b" in page
    assert address("indicator_new", draft.pk) not in page


def test_an_indicator_is_added_at_its_place(client: Client, draft: Edition) -> None:
    form = client.get(address("indicator_new", draft.pk), {"under": node(draft, "a").pk}).content.decode()
    assert "2 children: 1 comparisons. With one more: 3" in form
    said = {"parent": node(draft, "a").pk, "code": "a3", "name_zh_hans": "新", "direction": "cost", "low": "1.5"}
    answer = client.post(address("indicator_new", draft.pk), {**said, "definition_en": "New", "aliases": "x | y"})
    made = node(draft, "a3")
    assert answer.headers["Location"] == f"{address('edition', draft.pk)}#n{made.pk}"
    assert (made.parent, made.direction, made.scoring) == (node(draft, "a"), "cost", {"low": "1.5"})
    assert (made.definition, made.aliases) == ({"en": "New"}, ["x", "y"])


def test_a_language_without_a_field_is_not_lost(client: Client, draft: Edition) -> None:
    found = node(draft, "b")
    Indicator.objects.filter(pk=found.pk).update(name={"zh-hans": "乙", "fr": "B"})
    client.post(address("indicator_edit", draft.pk, found.pk), filled(node(draft, "b"), name_en="B2"))
    assert node(draft, "b").name == {"zh-hans": "乙", "fr": "B", "en": "B2"}


def test_what_was_typed_survives_somebody_elses_change(client: Client, draft: Edition) -> None:
    found = node(draft, "b")
    typed = filled(found, name_zh_hans="我的名字")
    other = NodeValues("b", {"zh-hans": "别人的名字"}, direction="benefit")
    indicator_change(draft, found.pk, other, seen=node_print(found), user=None)
    page = client.post(address("indicator_edit", draft.pk, found.pk), typed).content.decode()
    assert "Somebody else changed this indicator" in page
    assert "我的名字" in page
    assert "别人的名字" in page
    assert node(draft, "b").name == {"zh-hans": "别人的名字"}
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', page)
    assert seen
    client.post(address("indicator_edit", draft.pk, found.pk), {**typed, "seen": seen[1]})
    assert node(draft, "b").name == {"zh-hans": "我的名字"}


def test_what_was_typed_survives_somebody_elses_deletion(client: Client, draft: Edition) -> None:
    found, above = node(draft, "b"), node(draft, "a")
    typed = filled(found, name_zh_hans="我的名字")
    new = {"parent": above.pk, "code": "n", "name_zh_hans": "新指标", "direction": "benefit"}
    for gone in (found, above):
        indicator_delete(draft, gone.pk, seen=subtree_print(tree_of(draft), gone), user=None)
    answer = client.post(address("indicator_edit", draft.pk, found.pk), typed)
    assert answer.status_code == 409
    assert "我的名字" in answer.content.decode()
    page = client.post(address("indicator_new", draft.pk), new).content.decode()
    assert "The node above was deleted meanwhile" in page
    assert "新指标" in page


def test_a_stale_order_changes_nothing(client: Client, draft: Edition) -> None:
    seen = family_print(tree_of(draft))
    step = {"seen": seen, "step": f"up:{node(draft, 'b').pk}"}
    client.post(address("indicator_order", draft.pk), step)
    answer = client.post(address("indicator_order", draft.pk), step, follow=True)
    assert "The tree was changed meanwhile" in answer.content.decode()
    for odd in ("", "up:", "up:x", "aside:1", "up:" + "9" * 30, "up:１"):
        assert client.post(address("indicator_order", draft.pk), {"step": odd}).status_code == 404


def test_a_deletion_names_what_goes_and_is_put_back(client: Client, draft: Edition) -> None:
    page = client.get(address("indicator_delete", draft.pk, node(draft, "a").pk)).content.decode()
    assert "These 3 nodes go" in page
    seen = re.search(r'name="seen" value="(\w+)"', page)
    assert seen
    client.post(address("indicator_delete", draft.pk, node(draft, "a").pk), {"seen": seen[1]})
    assert "Deleted last: a" in client.get(address("edition", draft.pk)).content.decode()
    client.post(address("indicator_restore", draft.pk))
    assert [each.code for each in tree_of(draft).nodes] == ["r", "a", "a1", "a2", "b", "c"]


def test_nobody_changes_a_frozen_edition_by_post(client: Client) -> None:
    frozen = make.edition()
    before, found = tree_of(frozen).document(), node(frozen, "b")
    posts: list[tuple[str, list[Any], dict[str, Any]]] = [
        ("indicator_new", [], {"parent": found.pk, "code": "x", "name_zh_hans": "新", "direction": "benefit"}),
        ("indicator_edit", [found.pk], filled(found, name_zh_hans="改")),
        ("indicator_move", [found.pk], {"seen": node_print(found), "parent": node(frozen, "a").pk}),
        ("indicator_order", [], {"seen": family_print(tree_of(frozen)), "step": f"up:{found.pk}"}),
        ("indicator_delete", [found.pk], {"seen": "x"}),
        ("indicator_restore", [], {}),
        ("edition_delete", [], {}),
    ]
    for name, more, payload in posts:
        answer = client.post(address(name, frozen.pk, *more), payload, follow=True)
        assert "frozen" in answer.content.decode()
        assert tree_of(Edition.objects.get(pk=frozen.pk)).document() == before


def test_a_node_of_another_edition_is_no_way_in(client: Client, draft: Edition) -> None:
    stranger = node(make.edition(frozen=False), "b")
    assert client.get(address("indicator_edit", draft.pk, stranger.pk)).status_code == 404
    assert client.post(address("indicator_move", draft.pk, stranger.pk), {}).status_code == 404


def test_a_system_begins_by_hand(client: Client) -> None:
    said = {"name_zh_hans": "新体系", "label": "1.0", "language": "zh-hans"}
    client.post(address("system_new"), said)
    made = Edition.objects.get()
    assert [(each.code, each.name) for each in tree_of(made).nodes] == [("0", {"zh-hans": "新体系"})]
    page = client.post(address("system_new"), {**said, "language": "en"}).content.decode()
    assert "Name the system in its main language" in page


def pasted(client: Client, text: str, **about: Any) -> str:
    said = {"pasted": text, "name_zh_hans": "体系", "label": "9", "language": "zh-hans", **about}
    return client.post(address("system_import"), said).content.decode()


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]+)"', page)
    assert found, page
    return found[1]


def test_a_pasted_table_is_mapped_looked_at_and_stored(client: Client) -> None:
    page = pasted(client, "一级指标\t二级指标\t方向\t备注\n甲\t乙\t正向\t\n\t丙\t逆向\t\n")
    assert "Which column is what?" in page
    columns = {"c0": "level1", "c1": "level2", "c2": "direction", "c3": ""}
    wrong = client.post(
        address("system_import"), {"table": hidden(page, "table"), **columns, "c2": "unit", "c3": "unit"}
    )
    assert "two columns are said to be unit" in wrong.content.decode()
    shown = client.post(address("system_import"), {"table": hidden(page, "table"), **columns}).content.decode()
    assert "3 codes were made from the order" in shown
    assert not Edition.objects.exists()
    client.post(address("system_import"), {"edition": hidden(shown, "edition")})
    assert [(each.code, each.direction) for each in tree_of(Edition.objects.get()).nodes] == [
        ("0", ""), ("1", "benefit"), ("2", "cost"),
    ]  # fmt: skip


def test_renamed_indicators_are_offered(client: Client) -> None:
    first = make.edition({"r": ["a", "b"]})
    text = "code,parent,name\nr,,指标 r\na,r,指标 aa\nz,r,全新\n"
    page = pasted(client, text, system=first.system_id, name_zh_hans="")
    assert 'name="renamed" value="a"' in page
    client.post(address("system_import"), {"edition": hidden(page, "edition"), "renamed": ["a"]})
    made = Edition.objects.get(label="9")
    assert dict(made.indicators.values_list("code", "was")) == {"r": "", "a": "", "z": Indicator.NEW}


def test_nothing_chosen_or_pasted_is_said(client: Client) -> None:
    assert "Choose a file, or paste the table" in pasted(client, " \n")
    assert "row 3" in pasted(client, "code,parent,name\nr,,R\na,x,A\n")


def test_a_typed_or_tampered_table_is_refused(client: Client) -> None:
    for field in ("table", "edition"):
        answer = client.post(address("system_import"), {field: "made up"}, follow=True)
        assert "The preview has expired" in answer.content.decode()


def test_a_file_that_is_taken_out(client: Client, draft: Edition) -> None:
    assert client.get(address("edition_export", draft.pk, "csv")).content.startswith(b"\xef\xbb\xbfcode,parent,name")
    assert client.get(address("edition_export", draft.pk, "xlsx")).content[:2] == b"PK"
    assert client.get(address("edition_export", draft.pk, "pdf")).status_code == 404
    assert client.get(address("system_template")).content[:2] == b"PK"


def following(first: Edition) -> Edition:
    made = edition_next(first, label="2.0", user=make.user())
    found = node(made, "c")
    named = NodeValues("c", {"zh-hans": "新名"}, direction="benefit")
    indicator_change(made, found.pk, named, seen=node_print(found), user=None)
    return edition_freeze(made, user=make.user())


@pytest.mark.parametrize(("language", "word"), [("en", "renamed"), ("zh-hans", "更名")])
def test_two_editions_side_by_side(language: str, word: str) -> None:
    first = make.edition()
    second = following(first)
    survey = make.survey(of=first)
    make.answer_all(make.expert(survey, "E1"))
    client = signed_in(language=language)
    page = client.get(address("edition_compare", second.pk, first.pk)).content.decode()
    assert word in page
    assert "2 / 4" in page  # (a, b) and (a1, a2) of 4
    assert client.get(address("edition_compare_export", first.pk, second.pk)).content[:2] == b"PK"
    assert client.get(address("edition_compare", first.pk, first.pk)).status_code == 404
    assert client.get(address("edition_compare", first.pk, make.edition().pk)).status_code == 404


def test_answers_are_carried_over_by_the_page(client: Client, django_assert_max_num_queries: Any) -> None:
    first = make.edition()
    second = following(first)
    source, target = make.survey(of=first), make.survey(of=second)
    for number in range(3):
        make.answer_all(make.expert(source, f"E{number}"))
        make.expert(target, f"E{number}")
    survey_move(source, "closed", user=make.user())
    path = address("carry", target.pk)
    with django_assert_max_num_queries(30):
        page = client.get(f"{path}?source={source.pk}&match=code").content.decode()
    assert page.count("2 of 4") == 3
    assert not Judgment.objects.filter(expert__survey=target).exists()
    said = {"source": source.pk, "match": "code", "experts": ["E0", "E2"]}
    done = client.post(path, said, follow=True).content.decode()
    assert "4 answers carried over, for 2 experts" in done
    assert "Nothing was left" in client.post(path, said, follow=True).content.decode()
    assert sorted(set(Judgment.objects.filter(expert__survey=target).values_list("expert__code", flat=True))) == [
        "E0", "E2",
    ]  # fmt: skip


def test_a_survey_that_others_run_is_no_source(client: Client) -> None:
    first = make.edition()
    theirs, mine = make.survey("closed", of=first), make.survey(of=first)
    theirs.memberships.all().delete()
    page = client.get(address("carry", mine.pk)).content.decode()
    assert "No earlier survey" in page
    answer = client.post(address("carry", mine.pk), {"source": theirs.pk, "match": "code"})
    assert answer.status_code == 200
    assert not Judgment.objects.exists()


def test_a_wrong_file_is_still_told_whole(client: Client) -> None:
    upload = SimpleUploadedFile("x.csv", b"code,parent,name\n")
    page = client.post(
        address("system_import"), {"file": upload, "name_zh_hans": "x", "label": "1", "language": "zh-hans"}
    )
    assert "no row below it" in page.content.decode()
