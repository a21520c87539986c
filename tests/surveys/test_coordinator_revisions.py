"""Asking an expert to look again: four clicks at most, only what was handed in, and how it was settled."""

import html
import re

import pytest
from django.test import Client
from django.urls import reverse

from surveys.models import AuditEvent, Expert, Judgment, Membership, RevisionPair, RevisionRequest
from surveys.selectors.asking import askable_pairs
from surveys.services.keeping import judgment_keep
from surveys.services.revisions import revision_request
from surveys.services.submissions import submission_create, submission_hand_in
from surveys.services.surveys import member_add, survey_move
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english"), pytest.mark.rotates(10)]

TENSE = {("a", "b"): ("a", 3), ("b", "c"): ("a", 3), ("a", "c"): ("b", 5), ("a1", "a2"): ("a", 3)}


@pytest.fixture
def expert() -> Expert:
    expert = make.expert(name="Prof. Chen", language="en")
    for (a, b), (more, strength) in TENSE.items():
        make.say(expert, a, b, more, strength)
    submission_create(expert)
    make.work_off()
    return expert


@pytest.fixture
def client() -> Client:
    return signed_in()


def signed_in(name: str = "coordinator") -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user(name))
    return client


def matrix(expert: Expert, node: str = "r") -> str:
    return reverse("surveys:matrix", args=[expert.survey_id, expert.code, node])


def ask(expert: Expert, node: str = "r") -> str:
    return reverse("surveys:revision_request", args=[expert.survey_id, expert.code, node])


def page(client: Client, address: str) -> str:
    return html.unescape(client.get(address).content.decode())


def form_of(text: str) -> dict[str, object]:
    """What a browser would send from the page as it stands."""
    boxes = re.findall(r'<input class="form-check-input"[^>]*value="(\d+)"[^>]*checked', text)
    note = re.search(r'<textarea name="note"[^>]*>\s*(.*?)</textarea>', text, re.S)
    assert note
    return {"pairs": boxes, "note": note[1]}


def test_from_the_grid_it_takes_two_clicks(client: Client, expert: Expert) -> None:
    grid = page(client, reverse("surveys:consistency", args=[expert.survey_id]))
    assert f'href="{matrix(expert)}"' in grid  # the first
    text = page(client, matrix(expert))
    sent = form_of(text)
    hinted = [pair for pair in askable_pairs(expert.submissions.get(), make.pair(expert.survey).node) if pair.hint]
    assert sent["pairs"] == [str(pair.comparison.pk) for pair in hinted] != []
    assert hinted[0].hint
    assert f"CR then {hinted[0].hint.ratio_after:.3f}" in text
    assert "“Indicator r”" in str(sent["note"])
    response = client.post(ask(expert), sent)  # the second
    assert response["Location"] == reverse("surveys:expert", args=[expert.survey_id, expert.code])
    request = RevisionRequest.objects.get()
    assert request.requested_by == make.user()
    assert request.pairs.count() == len(hinted)
    assert AuditEvent.objects.filter(action="revision.requested").exists()


def test_the_log_has_words_for_it(client: Client, expert: Expert) -> None:
    client.post(ask(expert), form_of(page(client, matrix(expert))))
    assert "Expert asked to look again" in page(client, reverse("surveys:audit_log", args=[expert.survey_id]))


def test_a_calm_matrix_has_nothing_chosen_but_may_be_asked_about(client: Client, expert: Expert) -> None:
    text = page(client, matrix(expert, "a"))
    assert form_of(text)["pairs"] == []
    pair = make.pair(expert.survey, "a1", "a2")
    client.post(ask(expert, "a"), {"pairs": pair.pk, "note": "Look."})
    assert RevisionPair.objects.get().comparison == pair


@pytest.mark.parametrize("sent", [{"note": "Look."}, {"note": " "}, {"pairs": "999999", "note": "Look."}])
def test_what_is_missing_is_said_and_what_was_written_stays(
    client: Client, expert: Expert, sent: dict[str, str]
) -> None:
    response = client.post(ask(expert), sent)
    assert response.status_code == 422
    assert "q-errors" in response.content.decode()
    assert sent["note"].strip() in response.content.decode()
    assert not RevisionRequest.objects.exists()


def test_pairs_of_another_matrix_are_refused(client: Client, expert: Expert) -> None:
    pair = make.pair(expert.survey, "a1", "a2")
    assert client.post(ask(expert), {"pairs": pair.pk, "note": "Look."}).status_code == 422
    assert not RevisionRequest.objects.exists()


def test_who_is_asked_already_is_not_asked_twice(client: Client, expert: Expert) -> None:
    sent = form_of(page(client, matrix(expert)))
    client.post(ask(expert), sent)
    assert "was asked on" in page(client, matrix(expert))
    response = client.post(ask(expert), sent)
    assert response.status_code == 409
    assert "already asked" in response.content.decode()
    assert RevisionRequest.objects.count() == 1


def test_a_closed_survey_shows_the_hints_and_asks_nobody(client: Client, expert: Expert) -> None:
    survey_move(expert.survey, "closed", user=None)
    text = page(client, matrix(expert))
    assert "Answers worth a second look" in text
    assert ask(expert) not in text
    pair = make.pair(expert.survey)
    assert client.post(ask(expert), {"pairs": pair.pk, "note": "Look."}).status_code == 409


def test_before_the_submission_there_is_nothing_to_ask_about(client: Client, expert: Expert) -> None:
    other = make.expert(expert.survey, "E2")
    make.answer_all(other)
    assert ask(other) not in page(client, matrix(other))
    pair = make.pair(expert.survey)
    assert client.post(ask(other), {"pairs": pair.pk, "note": "Look."}).status_code == 409


def test_other_addresses_are_not_there(client: Client, expert: Expert) -> None:
    for code, node in (("E1", "nothing"), ("nobody", "r"), ("panel", "r")):
        address = reverse("surveys:revision_request", args=[expert.survey_id, code, node])
        assert client.post(address, {"note": "Look."}).status_code == 404


def test_a_viewer_reads_and_asks_nobody(expert: Expert) -> None:
    member_add(expert.survey, member=make.user("viewer"), role=Membership.Role.VIEWER, user=None)
    client = signed_in("viewer")
    text = page(client, matrix(expert))
    assert "Answers worth a second look" in text
    assert ask(expert) not in text
    assert client.post(ask(expert), {"note": "Look."}).status_code == 403


def test_the_page_of_the_expert_says_how_each_pair_was_settled(client: Client, expert: Expert) -> None:
    node = make.pair(expert.survey).node
    pairs = [make.pair(expert.survey, *pair) for pair in (("a", "b"), ("a", "c"), ("b", "c"))]
    note = "<script>alert(1)</script>"
    request = revision_request(expert, node, [pair.pk for pair in pairs], note=note, user=make.user())
    make.say(expert, "a", "c", "a", 9)
    said = Judgment.objects.get(expert=expert, comparison=pairs[2])
    judgment_keep(expert, said.comparison_id, revision=said.revision, reason="<b>So.</b>", request=request)
    where = reverse("surveys:expert", args=[expert.survey_id, expert.code])
    raw = client.get(where).content.decode()
    assert "&lt;script&gt;alert(1)" in raw
    assert "&lt;b&gt;So.&lt;/b&gt;" in raw
    assert "<script>alert" not in raw
    text = html.unescape(raw)
    assert "changed, and not handed in yet" in text
    assert "Indicator a is extremely more important than Indicator c (9)" not in text
    assert "1 pair waits" in text
    submission_create(expert)
    assert "Indicator a is extremely more important than Indicator c (9)" in page(client, where)


def test_withdrawing(client: Client, expert: Expert) -> None:
    client.post(ask(expert), form_of(page(client, matrix(expert))))
    request = RevisionRequest.objects.get()
    address = reverse("surveys:revision_withdraw", args=[expert.survey_id, expert.code, request.pk])
    other = make.expert(expert.survey, "E2")
    foreign = reverse("surveys:revision_withdraw", args=[expert.survey_id, other.code, request.pk])
    assert client.post(foreign).status_code == 404
    client.post(address)
    request.refresh_from_db()
    assert request.withdrawn_at
    text = page(client, reverse("surveys:expert", args=[expert.survey_id, expert.code]))
    assert "Withdrawn" in text
    assert address not in text


def test_a_remark_is_read_by_the_coordinator(client: Client, expert: Expert) -> None:
    make.say(expert, "a1", "a2", "b", 2)
    submission_hand_in(expert, reason="So.", remark="c is <i>unclear</i>.")
    text = client.get(reverse("surveys:expert", args=[expert.survey_id, expert.code])).content.decode()
    assert "c is &lt;i&gt;unclear&lt;/i&gt;." in text
