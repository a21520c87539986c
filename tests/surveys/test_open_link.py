"""The open link: everybody may answer once, what was handed in stays, and it is never mixed with the panel."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from typing import Any

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

import ahp
from surveys import packed
from surveys.errors import Refused, Stale
from surveys.exports.open_result import open_note
from surveys.guards import lifted
from surveys.models import AuditEvent, OpenAnswer, OpenDraft, OpenLink, WeightSet
from surveys.selectors.open_form import form_for, form_of, open_notice_of, reviews_of
from surveys.selectors.open_results import newest_computed_open, nodes_of, spreads, weight_lines
from surveys.selectors.panel_answers import kept_questions, questions_of
from surveys.selectors.retention import UNFINISHED_KEPT
from surveys.selectors.trees import tree_of
from surveys.services.buckets import Limit
from surveys.services.open_chain import chain_problems
from surveys.services.open_links import (
    NotNow,
    draft_hand_in,
    draft_save,
    open_link_make,
    open_link_shut,
)
from surveys.services.open_results import open_result_request
from surveys.services.retention import unfinished_forget
from surveys.services.surveys import survey_move
from surveys.views.respondent import pages
from tests.support.crowds import crowd, fill, open_survey, sizes_of
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]

CIRCLE = (9, -9, 9, 3)
"""a over b, c over a, b over c, as strongly as can be; in the order of make.PAIRS."""


def computed(link: OpenLink) -> Any:
    open_result_request(link, user=make.user())
    make.work_off()
    make.work_off()
    return newest_computed_open(link)


# --- who may, and when ---


def test_a_link_is_made_before_the_survey_opens_and_takes_answers_while_it_is_open() -> None:
    survey = make.survey("pilot")
    link = open_link_make(survey, "Everybody-26", user=make.user())
    assert link.slug == "everybody-26"
    assert open_link_make(survey, "another", user=make.user()) == link
    with pytest.raises(NotNow):
        make.respondent(link)
    survey_move(survey, "open", user=make.user())
    link = OpenLink.objects.select_related("survey__edition").get()
    make.handed_in(link)
    with pytest.raises(Refused, match="before it opens"):
        open_link_make(survey, "", user=make.user())
    begun = make.respondent(link)
    open_link_shut(link, user=make.user())
    with pytest.raises(NotNow):
        draft_save(begun, {0: 3}, seen=0)
    acts = AuditEvent.objects.filter(action__startswith="open_link").order_by("pk").values_list("action", flat=True)
    assert list(acts) == ["open_link.made", "open_link.shut"]


@pytest.mark.parametrize("slug", ["abc", "-abcd", "a b c d", "ÄÖÜä", "a" * 41, "a/b/c"])
def test_an_address_is_plain(slug: str) -> None:
    with pytest.raises(Refused, match="small letters"):
        open_link_make(make.survey("draft"), slug, user=make.user())


def test_two_surveys_have_two_addresses() -> None:
    open_link_make(make.survey("draft"), "same", user=make.user())
    with pytest.raises(Refused, match="Another survey"):
        open_link_make(make.survey("draft"), "same", user=make.user())


@pytest.mark.one_database
def test_very_many_at_once_wait(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "BEGINNINGS_OF_A_LINK", Limit("few", 1, timedelta(minutes=1), "Wait %(seconds)d."))
    link = make.open_link()
    said = {"consent": "on", "notice": open_notice_of(link.survey).text_hash}
    start = reverse("surveys:open_start", args=[link.slug])
    assert [Client().post(start, said).status_code for _device in range(2)] == [302, 429]
    assert OpenDraft.objects.count() == 1


# --- what is kept ---


def test_answers_are_kept_as_they_come_and_handed_in_once() -> None:
    link = make.open_link(missing_allowed=True)
    draft = make.respondent(link)
    first = draft_save(draft, {0: 9, 1: -3}, seen=0)
    again = draft_save(first, {0: 9, 1: -3}, seen=0)
    assert (first.revision, again.revision) == (1, 1)
    with pytest.raises(Stale):
        draft_save(draft, {0: 2}, seen=0)
    with pytest.raises(Refused, match="2 comparisons"):
        draft_hand_in(draft, form_for(draft), insisted=True)
    draft_save(draft, {2: packed.CANNOT_JUDGE, 3: 1}, seen=0)
    receipt = draft_hand_in(draft, form_for(draft), insisted=True)
    assert draft_hand_in(draft, form_for(draft), insisted=True) == receipt
    with pytest.raises(Refused, match="already"):
        draft_save(draft, {0: 2}, seen=2)
    [kept], device = OpenAnswer.objects.all(), OpenDraft.objects.get()
    [record] = packed.records_in([bytes(kept.record)], 4)
    assert record["answers"].tolist() == [9, -3, packed.CANNOT_JUDGE, 1]
    assert bytes(kept.hash).hex().startswith(receipt)
    assert bytes(device.answers) == b""
    assert not chain_problems(link)


@pytest.mark.parametrize(
    ("gate", "insisted", "refusal"),
    [("hard", True, "only"), ("soft", False, "tick the box"), ("soft", True, ""), ("none", False, "")],
)
def test_the_gate_of_the_survey_holds_for_everybody(gate: str, insisted: bool, refusal: str) -> None:
    link = make.open_link(gate=gate)
    if refusal:
        with pytest.raises(Refused, match=refusal):
            make.handed_in(link, *CIRCLE, insisted=insisted)
        return
    make.handed_in(link, *CIRCLE, insisted=insisted)
    [record] = packed.records_in([bytes(OpenAnswer.objects.get().record)], 4)
    assert record["insisted"] == (1 if gate == "soft" else 0)


TAMPERINGS: dict[str, Any] = {
    "changed": lambda rows: rows.filter(number=3).update(record=bytes(rows.get(number=3).record)[:-1] + b"\x05"),
    "missing": lambda rows: rows.filter(number=3)._raw_delete("default"),
    "exchanged": lambda rows: [
        rows.filter(number=here).update(number=there) for here, there in ((2, 90), (3, 2), (90, 3))
    ],
    "last": lambda rows: rows.filter(number=5)._raw_delete("default"),
    "replaced": lambda rows: rows.filter(number=2).update(
        record=rows.get(number=1).record, hash=rows.get(number=1).hash
    ),
}


@pytest.mark.parametrize("how", TAMPERINGS)
def test_what_is_changed_behind_the_triggers_is_found_and_not_computed(how: str) -> None:
    link = make.open_link()
    for strength in (2, 3, 4, 5, 6):
        make.handed_in(link, *[strength] * 4)
    assert chain_problems(link) == []
    with lifted():
        TAMPERINGS[how](OpenAnswer.objects.all())
    [problem] = chain_problems(link)
    assert re.search(r"Answer \d through the open link", problem)
    result = computed(link)
    assert result is None


# --- what it comes to ---


@pytest.mark.parametrize(
    "method",
    [
        {"aggregation": "aij"},
        {"aggregation": "aip", "missing_allowed": True},
        {"method": "log_least_squares", "random_index": "saaty1980"},
    ],
)
def test_the_weights_are_those_of_the_method(method: dict[str, Any]) -> None:
    link = open_survey((3, 4, 2, 5), **method)
    codes = crowd(np.random.default_rng(11), sizes_of(link), 300, missing=0.1 if "missing_allowed" in method else 0.0)
    fill(link, codes, at_once=100)
    nodes = nodes_of(computed(link))
    tree = questions_of(link.survey.edition).codes
    said = {"aij": "judgments", "aip": "priorities"}[method.get("aggregation", "aij")]
    panel = ahp.evaluate_panel(
        tree, packed.ratios_of(codes), method=method.get("method", "eigenvector"), aggregation=said,
        random_index=method.get("random_index", "simulated"),
    )  # fmt: skip
    strict = {node: (panel.ratio(node) < 0.1) | np.isnan(panel.ratio(node)) for node in panel.nodes}
    for node in nodes:
        code = node.node.code
        ratios = panel.ratio(code)
        np.testing.assert_allclose([float(weight) for weight in node.weights], panel.group_local[code], rtol=1e-9)
        assert node.passing == (ratios < 0.1).sum()
        assert sum(node.ratios) + node.untested == 300
        counts = {name: strict[name].astype(float) if name == code else np.ones(300) for name in panel.nodes}
        alone = ahp.evaluate_panel(
            tree, packed.ratios_of(codes), method=method.get("method", "eigenvector"), aggregation=said,
            expert_weights={code: counts[code]},
        )  # fmt: skip
        np.testing.assert_allclose(
            [float(weight) for weight in node.strict_weights], alone.group_local[code], rtol=1e-9
        )


def test_everybody_stands_beside_the_panel_and_never_in_it() -> None:
    link = make.open_link(gate="none")
    panel = make.panel_result(link.survey, experts=2)
    make.handed_in(link, -9, -9, 1, -9)
    make.handed_in(link, *CIRCLE)
    result = computed(link)
    assert make.panel_result(link.survey, experts=0).input_hash == panel.input_hash
    lines = {
        line.node.code: line for line in weight_lines(kept_questions(link.survey.edition).tree, nodes_of(result), panel)
    }
    assert lines["b"].panel is not None
    assert lines["b"].difference == pytest.approx(lines["b"].overall - lines["b"].panel)
    assert lines["b"].strict == pytest.approx(9 / 19)
    [spread] = spreads(nodes_of(result))
    assert spread.counts == [1, 0, 1, 0]
    assert result.signs == {"uniform": 0, "quick": 2, "insisted": 0}


def test_the_order_is_the_devices_own_and_says_the_same() -> None:
    link = make.open_link(question_order="balanced")
    forms = [form_of(link.survey, seed) for seed in range(12)]
    orders = {tuple((pair.place, pair.swapped) for page in form.pages for pair in page.asked) for form in forms}
    assert len(orders) > 3
    assert all(sorted(place for place, _swapped in order) == [0, 1, 2, 3] for order in orders)


# --- the pages ---


def fill_in(client: Client, link: OpenLink, choice: str = "a3") -> Any:
    """From the invitation to the review, without a script."""
    start = reverse("surveys:open_start", args=[link.slug])
    answer = client.post(start, {"consent": "on", "notice": open_notice_of(link.survey).text_hash})
    while "/pages/" in answer.headers["Location"]:
        where = answer.headers["Location"].split("#")[0]
        page = client.get(where).content.decode()
        names = dict.fromkeys(re.findall(r'name="(pair-\d+)"', page))
        seen = re.search(r'name="seen" value="(\d+)"', page)
        assert seen
        answer = client.post(where, {**dict.fromkeys(names, choice), "seen": seen[1]})
    return answer


@pytest.mark.one_database
def test_the_whole_way_without_a_script() -> None:
    link, client = make.open_link(), Client()
    assert client.get(reverse("surveys:open_review", args=[link.slug])).status_code == 302
    assert fill_in(client, link).headers["Location"] == reverse("surveys:open_review", args=[link.slug])
    review = reverse("surveys:open_review", args=[link.slug])
    refused = client.post(review)
    assert refused.status_code == 422
    done = client.post(review, {"insist": "on"}, follow=True)
    receipt = OpenDraft.objects.get().receipt
    assert receipt in done.content.decode()
    for name in ("open_start", "open_review"):
        assert client.get(reverse(f"surveys:{name}", args=[link.slug])).status_code == 302
    assert client.post(reverse("surveys:open_rows", args=[link.slug, 1]), {"pair-0": "b9"}).status_code == 302
    assert OpenAnswer.objects.count() == 1


@pytest.mark.one_database
def test_a_page_that_is_not_whole_says_so_and_keeps_what_is_there() -> None:
    link, client = make.open_link(), Client(headers={"accept-language": "en"})
    client.post(
        reverse("surveys:open_start", args=[link.slug]),
        {"consent": "on", "notice": open_notice_of(link.survey).text_hash},
    )
    page = reverse("surveys:open_rows", args=[link.slug, 1])
    half = client.post(page, {"pair-0": "a5", "seen": "0"})
    assert half.status_code == 422
    assert "2 rows have no answer yet" in half.content.decode()
    other = client.post(page, {"pair-0": "b2", "seen": "0"})
    assert other.status_code == 409
    assert re.search(r'value="b2" checked', other.content.decode())
    assert list(packed.codes_in(bytes(OpenDraft.objects.get().answers))) == [5, 0, 0, 0]
    assert client.post(page, {"later": "1", "seen": "1"}).headers["Location"].endswith("/pages/2/#question")
    reviews = reviews_of(link.survey, bytes([3, 3, 1, 2]))
    assert [review.node.code for review in reviews] == ["r", "a"]


@pytest.mark.one_database
def test_without_the_consent_nothing_begins() -> None:
    link, client = make.open_link(), Client()
    for said in ({}, {"consent": "on", "notice": "0" * 64}):
        assert client.post(reverse("surveys:open_start", args=[link.slug]), said).status_code == 422
    assert not OpenDraft.objects.exists()


@pytest.mark.one_database
@pytest.mark.parametrize(
    ("language", "heading"), [("en", "Answers through the open link"), ("zh-hans", "公开链接的答卷")]
)
def test_the_coordinators_page_in_both_languages(language: str, heading: str) -> None:
    client = Client(headers={"accept-language": language})
    link = make.open_link(gate="none")
    for _respondent in range(2):
        make.handed_in(link, *CIRCLE)
    computed(link)
    client.force_login(make.user())
    page = client.get(reverse("surveys:open_link", args=[link.survey_id])).content.decode()
    assert heading in page
    csv = client.get(reverse("surveys:open_link_export", args=[link.survey_id])).content.decode("utf-8-sig")
    assert csv.splitlines()[0].startswith("code,parent,level,name")
    assert len(csv.splitlines()) == 6


@pytest.mark.one_database
def test_its_weights_come_in_as_a_set_from_the_file_that_goes_out() -> None:
    client, link = Client(), make.open_link(gate="none")
    client.force_login(make.user())
    for answers in ((3, 3, 3, 3), (5, 7, 2, -2)):
        make.handed_in(link, *answers)
    result = computed(link)
    content = client.get(reverse("surveys:open_link_export", args=[link.survey_id])).content
    sent = {
        "file": SimpleUploadedFile("open-link.csv", content, "text/csv"), "source": open_note(result),
        "reference": "none", "reason": "Many asked, nobody chosen.",
    }  # fmt: skip
    shown = client.post(reverse("surveys:weight_set_import", args=[link.survey_id]), sent)
    assert shown.status_code == 302
    made = WeightSet.objects.get(survey=link.survey)
    local = dict(made.entries.values_list("indicator__code", "local_weight"))
    for line in weight_lines(tree_of(link.survey.edition), nodes_of(result), None):
        assert float(local[line.node.code]) == pytest.approx(float(line.local), abs=1e-9)


@pytest.mark.one_database
def test_the_command_follows_the_chain(capsys: pytest.CaptureFixture[str]) -> None:
    link = make.open_link()
    make.handed_in(link)
    call_command("verify_open_link", link.slug)
    link.refresh_from_db()
    assert f"1 answers hold; the last hash is {link.head}" in capsys.readouterr().out
    with lifted():
        OpenAnswer.objects.update(record=b"another")
    with pytest.raises(CommandError, match="Answer 1"):
        call_command("verify_open_link", link.slug)


def looked_at() -> str:
    out = io.StringIO()
    call_command("retention", "--look", stdout=out)
    return out.getvalue()


def test_what_nobody_handed_in_goes_a_month_after_the_closing(monkeypatch: pytest.MonkeyPatch) -> None:
    link = make.open_link(missing_allowed=True)
    make.handed_in(link)
    make.respondent(link)
    month = timezone.now() + UNFINISHED_KEPT + timedelta(minutes=1)
    assert unfinished_forget(month) == 0  # it is still open
    survey_move(link.survey, "closed", user=None)
    assert unfinished_forget() == 0
    assert "No promise" in looked_at()
    monkeypatch.setattr("surveys.management.commands.retention.timezone.now", lambda: month)
    assert "never handed in: 1 due" in looked_at()
    assert unfinished_forget(month) == 1
    assert link.drafts.exclude(receipt="").count() == 1
    assert not link.drafts.filter(receipt="").exists()
    assert unfinished_forget(month) == 0
