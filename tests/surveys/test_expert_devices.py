"""Going on elsewhere, and coming back to a clean address without its cookie: nobody gets in who may not, no answer is
lost, and nothing tells a stranger anything.
"""

import re
import uuid
from datetime import timedelta
from typing import Any

import pytest
import segno
from django.conf import settings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from surveys.models import DeviceCode, Expert, ExpertSession, InvitationLink, Judgment, JudgmentEvent, Survey
from surveys.selectors.devices import devices_of
from surveys.selectors.links import session_of
from surveys.services.panel import invitation_revoke, link_mint, session_end
from surveys.services.surveys import survey_move
from surveys.views.expert.reading import CHOICES, COOKIE
from surveys.views.expert.session import cookie_name
from tests.support.everybody import recorded
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db

READING = {"size": "large", "view": "row", "advance": "off", "keys": "off"}


@pytest.fixture
def expert() -> Expert:
    return make.expert(make.survey(), name="Prof. Chen", language="en")


def link(expert: Expert) -> str:
    return link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=None)


def signed_in(expert: Expert) -> Client:
    client = Client(headers={"accept-language": "en"})
    client.post(reverse("surveys:start", args=[link(expert)]), {"consent": "on"})
    return client


def where(name: str, expert: Expert, *rest: Any) -> str:
    return reverse(f"surveys:{name}", args=[expert.survey_id, *rest])


def code_from(client: Client, expert: Expert, **sent: str) -> str:
    text = client.post(where("elsewhere", expert), sent).content.decode()
    found = re.search(r'class="q-code-shown"[^>]*>([0-9A-Z]{4})-([0-9A-Z]{4})<', text)
    assert found
    return found[1] + found[2]


def hidden(page: Any) -> dict[str, str]:
    form = page.content.decode().split("<main", 1)[1]
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form))


def answer(expert: Expert, a: str = "a", b: str = "b", **changed: Any) -> dict[str, Any]:
    said = {"more_important": "b", "strength": 7, "base_revision": 0, "next_position": 2}
    return {"comparison": make.pair(expert.survey, a, b).pk, "client_key": uuid.uuid4(), **said, **changed}


def stored(expert: Expert) -> list[tuple[str, int | None]]:
    return list(Judgment.objects.filter(expert=expert).values_list("more_important", "strength"))


# --- making a code ---


def test_looking_makes_no_code(expert: Expert) -> None:
    client = signed_in(expert)
    with recorded() as written:
        text = client.get(where("elsewhere", expert)).content.decode()
    assert not written
    assert "This device" in text
    assert "q-code-shown" not in text


def test_the_picture_is_the_address_of_the_code(expert: Expert) -> None:
    client = signed_in(expert)
    page = client.post(where("elsewhere", expert))
    text = page.content.decode()
    code = re.search(r'class="q-code-shown"[^>]*>([0-9A-Z]{4})-([0-9A-Z]{4})<', text)
    assert code
    address = f"{settings.SITE.origin}{where('join', expert, code[1] + code[2])}"
    modules = segno.make(address, micro=False, error="m").svg_inline(border=4, omitsize=True)
    drawn = re.search(r' stroke="#000"[^>]* d="([^"]+)"', text)
    assert drawn
    assert f'd="{drawn[1]}"' in modules
    assert "style=" not in text
    assert 'fill="#fff"' in text  # the quiet zone is white in the dark too


def test_it_says_which_devices_are_signed_in_and_signs_them_out(expert: Expert) -> None:
    client, other, third = signed_in(expert), signed_in(expert), signed_in(expert)
    assert client.get(where("elsewhere", expert)).content.decode().count("Another device of yours") == 2
    page = client.get(where("elsewhere", expert)).content.decode()
    one = re.search(r'name="device" value="(\d+)"', page)
    assert one
    client.post(where("end_others", expert), {"device": one[1]})
    assert [each.get(where("contents", expert)).status_code for each in (client, other, third)].count(403) == 1
    text = client.post(where("end_others", expert), follow=True).content.decode()
    assert "1 device was signed out." in text
    assert [each.get(where("contents", expert)).status_code for each in (client, other, third)] == [200, 403, 403]


def test_nobody_signs_out_a_colleague(expert: Expert) -> None:
    colleague = make.expert(expert.survey, "E2")
    theirs = signed_in(colleague)
    session = devices_of(colleague)[0]
    signed_in(expert).post(where("end_others", expert), {"device": session.pk})
    assert theirs.get(where("contents", expert)).status_code == 200


@pytest.mark.parametrize("name", ["contents", "elsewhere", "preferences", "practice", "review"])
def test_every_page_leads_there(expert: Expert, name: str) -> None:
    assert f'href="{where("elsewhere", expert)}"' in signed_in(expert).get(where(name, expert)).content.decode()


# --- using it ---


def test_opening_the_address_of_a_code_uses_nothing_and_tells_nothing(expert: Expert) -> None:
    code = code_from(signed_in(expert), expert)
    pages = []
    with recorded() as written:
        for each in (code, "CCCCDDDD"):
            Client().head(where("join", expert, each))
            pages.append(Client().get(where("join", expert, each)))
    assert not written
    texts = [
        re.sub(r'value="[^"]+"', "", page.content.decode()).replace(each, "").replace(f"{each[:4]}-{each[4:]}", "")
        for page, each in zip(pages, (code, "CCCCDDDD"), strict=True)
    ]
    assert texts[0] == texts[1]
    assert "Chen" not in texts[0]
    assert DeviceCode.objects.get().used_at is None


def test_the_button_opens_this_device_at_the_first_open_pair(expert: Expert) -> None:
    code = code_from(signed_in(expert), expert)
    make.say(expert, "a", "b")
    phone = Client()
    page = phone.get(where("join", expert, code))
    for _tap in range(2):
        response = phone.post(where("join", expert, code), hidden(page))
        assert response["Location"] == where("pair", expert, 2) + "#question"
    assert phone.get(where("pair", expert, 2)).status_code == 200
    assert ExpertSession.objects.count() == 2
    cookie = response.cookies[cookie_name(expert.survey_id)]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == (f"/answer/{expert.survey_id}/", True, "Lax")


def test_a_used_an_old_and_an_unknown_code_say_so_and_show_the_way_out(expert: Expert) -> None:
    client = signed_in(expert)
    used = code_from(client, expert)
    Client().post(where("join", expert, used))
    old = code_from(client, expert)
    DeviceCode.objects.filter(used_at=None).update(expires_at=timezone.now() - timedelta(seconds=1))
    for code, said in ((used, "used already"), (old, "ten minutes are over"), ("CCCCDDDD", "not known here")):
        page = Client(headers={"accept-language": "en"}).post(where("join", expert, code))
        assert page.status_code == 410
        assert said in page.content.decode()
        assert where("resume", expert) in page.content.decode()
        assert cookie_name(expert.survey_id) not in page.cookies


def test_revoking_the_link_ends_the_device_that_the_code_opened(expert: Expert) -> None:
    code, phone = code_from(signed_in(expert), expert), Client()
    phone.post(where("join", expert, code))
    invitation_revoke(expert, user=None)
    assert phone.get(where("contents", expert)).status_code == 403


def test_wrong_codes_never_lock_out_the_link(expert: Expert) -> None:
    token = link(expert)
    Client().post(reverse("surveys:start", args=[token]), {"consent": "on"})
    answers = [Client().post(where("resume", expert), {"key": "CCCC-DDDD"}) for _time in range(12)]
    assert [each.status_code for each in answers[:10]] == [410] * 10
    assert answers[11].status_code == 429 and 0 < int(answers[11]["Retry-After"]) <= 12
    assert Client().post(where("resume", expert), {"key": token})["Location"].endswith("/pairs/1/#question")


# --- assistants ---


def assistant_of(expert: Expert) -> Client:
    code, client = code_from(signed_in(expert), expert, **{"for": "assistant"}), Client()
    client.post(where("join", expert, code))
    return client


def test_an_assistants_device_is_closed_out_of_what_is_the_experts(expert: Expert) -> None:
    client = assistant_of(expert)
    session = session_of(client.cookies[cookie_name(expert.survey_id)].value, expert.survey_id)
    assert session
    assert session.assistant
    with recorded() as written:
        for name in ("elsewhere", "review", "receipt", "submit"):
            page = client.get(where(name, expert))
            assert page.status_code == 403
            assert "This page is for the expert" in page.content.decode()
        for name in ("elsewhere", "end_others", "submit"):
            assert client.post(where(name, expert)).status_code == 403
        response = client.get(where("review", expert), headers={"accept": "application/json"})
    assert (response.status_code, response.json()) == (403, {"error": "This page is for the expert."})
    assert not written
    assert client.get(where("preferences", expert)).status_code == 200  # for_device
    assert client.get(where("practice", expert)).status_code == 200


def test_what_an_assistants_browser_carried_is_not_stored_as_an_answer(expert: Expert) -> None:
    code = code_from(signed_in(expert), expert, **{"for": "assistant"})
    client = Client()
    page = client.post(where("pair", expert, 1), answer(expert))
    client.post(where("resume", expert), hidden(page) | {"key": code})
    assert stored(expert) == []


# --- without a cookie ---


def test_a_clean_address_asks_who_is_there_and_is_the_same_for_every_survey(expert: Expert) -> None:
    pages = [Client().get(reverse("surveys:contents", args=[number])) for number in (expert.survey_id, 9999)]
    assert [page.status_code for page in pages] == [403, 403]
    texts = [re.sub(r'value="[^"]+"|/answer/\d+/', "", page.content.decode()) for page in pages]
    assert texts[0] == texts[1]


@pytest.mark.parametrize("headers", [{"accept": "application/json"}, {"x-requested-with": "fetch"}])
def test_a_script_is_told_in_json_where_to_go(expert: Expert, headers: dict[str, str]) -> None:
    response = Client(headers={"accept-language": "en"}).post(where("pair", expert, 1), answer(expert), headers=headers)
    assert response.status_code == 401
    assert response.json()["resume"] == where("resume", expert)
    assert "Your answers are safe" in response.json()["error"]


@pytest.mark.parametrize(
    "written",
    ["{token}", " {token}\n", "{site}/i/{token}/", "陈教授，请点击 {site}/i/{token}/ 继续。谢谢！", "{site}/i/{token}"],
)
def test_the_link_opens_it_however_it_was_copied(expert: Expert, written: str) -> None:
    token, client = link(expert), Client()
    signed_in(expert)
    key = written.format(token=token, site="https://survey.example")
    response = client.post(where("resume", expert), {"key": key})
    assert response["Location"] == where("pair", expert, 1) + "#question"
    assert client.get(where("pair", expert, 1)).status_code == 200


@pytest.mark.parametrize(
    "written", ["{0}", "{0}".lower(), "{1}-{2}", " {1} {2} ", "https://x.example/answer/1/join/{0}/"]
)
def test_the_code_opens_it_however_it_was_typed(expert: Expert, written: str) -> None:
    code, client = code_from(signed_in(expert), expert), Client()
    response = client.post(where("resume", expert), {"key": written.format(code, code[:4], code[4:])})
    assert response["Location"] == where("pair", expert, 1) + "#question"


@pytest.mark.parametrize(
    ("key", "status", "said"),
    [("", 422, "Enter the code"), ("abc", 422, "neither a code"), ("x" * 43, 404, "opens no survey")],
)
def test_what_opens_nothing_says_why(expert: Expert, key: str, status: int, said: str) -> None:
    page = Client(headers={"accept-language": "en"}).post(where("resume", expert), {"key": key})
    assert page.status_code == status
    assert said in page.content.decode()
    assert page.content.decode().count("<h1") == 1
    assert not ExpertSession.objects.exists()


def test_whoever_never_began_begins_on_the_start_page(expert: Expert) -> None:
    token = link(expert)
    response = Client().post(where("resume", expert), {"key": token})
    assert response["Location"] == reverse("surveys:start", args=[token])
    assert not ExpertSession.objects.exists()


def test_a_link_of_another_survey_leads_to_its_own(expert: Expert) -> None:
    other = make.expert(make.survey(of=expert.survey.edition), "X1", name="Li", language="en")
    signed_in(other)
    page = Client().post(where("pair", expert, 1), answer(expert))
    response = Client().post(where("resume", expert), hidden(page) | {"key": link(other)})
    assert response["Location"] == where("pair", other, 1) + "#question"
    assert not JudgmentEvent.objects.exists()  # the pair is of both, the answer was given to one


# --- the answer that came ---


def lost_device(expert: Expert) -> Client:
    """A browser whose session ended while a pair was on its screen."""
    client = signed_in(expert)
    session_end(devices_of(expert)[0])
    return client


def test_an_answer_without_a_session_waits_and_is_saved(expert: Expert) -> None:
    client, sent = lost_device(expert), answer(expert)
    page = client.post(where("pair", expert, 1), sent)
    assert page.status_code == 403
    assert "not lost" in page.content.decode()
    assert not JudgmentEvent.objects.exists()
    for _tap in range(2):
        response = client.post(where("resume", expert), hidden(page) | {"key": link(expert)})
        assert response["Location"] == where("pair", expert, 2) + "#question"
    assert stored(expert) == [("b", 7)]
    assert JudgmentEvent.objects.get().client_key == sent["client_key"]
    assert "Your answer was saved: Indicator b is strongly" in client.get(where("pair", expert, 2)).content.decode()


def test_it_waits_through_mistyped_codes_too(expert: Expert) -> None:
    client = lost_device(expert)
    page = client.post(where("pair", expert, 1), answer(expert))
    for key in ("", "abc", "CCCC-DDDD", "x" * 43):
        page = client.post(where("resume", expert), hidden(page) | {"key": key})
    client.post(where("resume", expert), hidden(page) | {"key": code_from(signed_in(expert), expert)})
    assert stored(expert) == [("b", 7)]


def test_the_row_waits_as_the_card_does(expert: Expert) -> None:
    client = lost_device(expert)
    page = client.post(where("pair", expert, 1), answer(expert, more_important="", strength="", cell="a4"))
    client.post(where("resume", expert), hidden(page) | {"key": link(expert)})
    assert stored(expert) == [("a", 4)]


def test_what_another_device_said_meanwhile_is_not_overwritten(expert: Expert) -> None:
    client, sent = lost_device(expert), answer(expert)
    make.say(expert, "a", "b", "a", 3)
    page = client.post(where("pair", expert, 1), sent)
    response = client.post(where("resume", expert), hidden(page) | {"key": link(expert)})
    assert response["Location"] == where("pair", expert, 1) + "#question"
    assert stored(expert) == [("a", 3)]
    assert JudgmentEvent.objects.get(conflict=True).strength == 7


def test_after_the_end_it_says_that_answers_are_no_longer_taken(expert: Expert) -> None:
    make.submitted(expert)
    client, sent = lost_device(expert), answer(expert)
    survey_move(expert.survey, Survey.State.CLOSED, user=None)
    page = client.post(where("pair", expert, 1), sent)
    response = client.post(where("resume", expert), hidden(page) | {"key": link(expert)}, follow=True)
    assert "takes no answers now" in response.content.decode()
    assert ("b", 7) not in stored(expert)


def test_an_answer_from_somebody_elses_page_is_left_alone(expert: Expert) -> None:
    """Two experts share a computer: the second one's link does not take the first one's answer."""
    colleague = make.expert(expert.survey, "E2", name="Li", language="en")
    signed_in(colleague)
    client = lost_device(expert)
    page = client.post(where("pair", expert, 1), answer(expert))
    response = client.post(where("resume", expert), hidden(page) | {"key": link(colleague)}, follow=True)
    assert "was not saved. Please give it once more." in response.content.decode()
    assert not JudgmentEvent.objects.exists()


def test_a_pair_of_another_survey_is_not_taken(expert: Expert) -> None:
    foreign = make.expert(make.survey(), "X1")
    client = lost_device(expert)
    page = client.post(where("pair", expert, 1), answer(foreign))
    client.post(where("resume", expert), hidden(page) | {"key": link(expert)})
    assert not JudgmentEvent.objects.exists()


# --- reading ---


def test_preferences_are_kept_on_the_device_and_lead_back(expert: Expert) -> None:
    client = signed_in(expert)
    back = where("pair", expert, 2)
    page = client.get(where("preferences", expert), {"next": back})
    assert page.content.decode().count(" checked") == len(CHOICES)
    with recorded() as written:
        response = client.post(where("preferences", expert), READING | {"next": back})
    assert (response["Location"], written) == (back, [])
    assert client.cookies[COOKIE].value == "size=large&view=row&advance=off&keys=off"
    again = client.get(where("preferences", expert)).content.decode()
    for name, value in READING.items():
        assert re.search(rf'name="{name}" value="{value}"[^>]* checked', again)


def test_what_cannot_be_chosen_is_refused_and_no_other_site_is_led_to(expert: Expert) -> None:
    client = signed_in(expert)
    assert client.post(where("preferences", expert), READING | {"size": "huge"}).status_code == 422
    response = client.post(where("preferences", expert), READING | {"next": "https://evil.example/"})
    assert response["Location"] == where("contents", expert)


def test_the_form_offers_what_the_cookie_can_hold(expert: Expert) -> None:
    text = signed_in(expert).get(where("preferences", expert)).content.decode()
    for name, values in CHOICES.items():
        assert tuple(re.findall(rf'type="radio" name="{name}" value="(\w+)"', text)) == values
