"""One-time codes for another device: short-lived, for one use, dead with the link they hang on; never two sessions."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.utils import timezone

from surveys.errors import Refused, TooMany
from surveys.models import DeviceCode, Expert, ExpertSession, InvitationLink
from surveys.selectors.devices import devices_of
from surveys.selectors.links import session_of
from surveys.services.devices import (
    ALPHABET,
    code_mint,
    code_read,
    code_use,
    devices_end,
)
from surveys.services.panel import invitation_revoke, session_end
from surveys.tokens import token_hash
from tests.support.everybody import session_token
from tests.surveys import factories as make

pytestmark = pytest.mark.usefixtures("db", "english")


def signed_in(expert: Expert) -> ExpertSession:
    session = session_of(session_token(expert), expert.survey_id)
    assert session
    return session


@pytest.fixture
def device() -> ExpertSession:
    return signed_in(make.expert())


def use(session: ExpertSession, code: str, device: str = "page", address: str = "192.0.2.1") -> ExpertSession:
    return code_use(session.expert.survey_id, code, device=device, address=address)[1]


def refusal(session: ExpertSession, code: str, device: str = "page", address: str = "192.0.2.1") -> str:
    with pytest.raises(Refused) as refused:
        use(session, code, device, address)
    return str(refused.value)


def test_a_code_is_eight_clear_characters_and_only_its_hash_is_stored(device: ExpertSession) -> None:
    codes = {code_mint(device) for _time in range(50)}
    assert len(codes) == 50
    assert all(len(code) == 8 and set(code) <= set(ALPHABET) for code in codes)
    assert all(len(set(alike) & set(ALPHABET)) <= 1 for alike in ("0O", "1IL", "5S", "8B", "2Z", "UV"))
    stored = set(DeviceCode.objects.values_list("code_hash", flat=True))
    assert stored == {token_hash(code) for code in codes}


@pytest.mark.parametrize(
    "typed", ["234A-CDEF", "234acdef", " 234a cdef\n", "２３４Ａ－ＣＤＥＦ", "Z34A-CDEF", "234a—cdef"]
)
def test_however_it_is_typed_it_is_the_same_code(typed: str) -> None:
    assert code_read(typed) == "234ACDEF"


def test_it_opens_one_device_on_the_same_link(device: ExpertSession) -> None:
    code = code_mint(device)
    token, opened = code_use(device.expert.survey_id, f"{code[:4]}-{code[4:].lower()}", device="phone", address="")
    assert opened == session_of(token, device.expert.survey_id)
    assert (opened.expert, opened.link_id, opened.assistant) == (device.expert, device.link_id, False)
    assert opened.pk != device.pk
    assert "used already" in refusal(device, code, "another")
    assert ExpertSession.objects.count() == 2


def test_the_same_page_pressed_twice_is_the_same_device(device: ExpertSession) -> None:
    code = code_mint(device)
    assert use(device, code).pk == use(device, code).pk
    assert ExpertSession.objects.count() == 2


def test_a_device_that_was_signed_out_does_not_come_back_by_its_old_page(device: ExpertSession) -> None:
    code = code_mint(device)
    session_end(use(device, code))
    assert "used already" in refusal(device, code)


def test_it_is_good_for_ten_minutes(device: ExpertSession, monkeypatch: pytest.MonkeyPatch) -> None:
    early, now = code_mint(device), timezone.now()
    for minutes, good in ((9.9, True), (10.1, False)):
        monkeypatch.setattr(timezone, "now", lambda minutes=minutes: now + timedelta(minutes=minutes))
        if good:
            assert use(device, early)
        else:
            monkeypatch.setattr(timezone, "now", lambda: now)
            late = code_mint(device)
            monkeypatch.setattr(timezone, "now", lambda: now + timedelta(minutes=10.1))
            assert "ten minutes" in refusal(device, late)


def test_a_newer_code_ends_the_older_one(device: ExpertSession) -> None:
    older, newer = code_mint(device), code_mint(device)
    assert "newer one was made" in refusal(device, older)
    assert use(device, newer)


def test_it_leaves_the_codes_of_other_experts_alone(device: ExpertSession) -> None:
    colleague = signed_in(make.expert(device.expert.survey, "E2"))
    code = code_mint(colleague)
    code_mint(device)
    assert use(colleague, code).expert == colleague.expert


def test_it_opens_nothing_in_another_survey(device: ExpertSession) -> None:
    other = signed_in(make.expert(make.survey(), "X1"))
    assert "not known here" in refusal(other, code_mint(device))


def test_revoking_ends_code_and_device(device: ExpertSession) -> None:
    code = code_mint(device)
    token, _opened = code_use(device.expert.survey_id, code, device="phone", address="")
    late = code_mint(device)
    invitation_revoke(device.expert, user=None)
    assert session_of(token, device.expert.survey_id) is None
    assert "not known here" in refusal(device, late)


def test_revoking_the_one_link_is_enough(device: ExpertSession) -> None:
    code = code_mint(device)
    token, _opened = code_use(device.expert.survey_id, code, device="phone", address="")
    late = code_mint(device)
    InvitationLink.objects.update(revoked_at=timezone.now())
    assert session_of(token, device.expert.survey_id) is None
    assert "not known here" in refusal(device, late)


def test_an_assistants_code_opens_an_assistants_device(device: ExpertSession) -> None:
    assert use(device, code_mint(device, assistant=True)).assistant
    assert [each.assistant for each in devices_of(device.expert)] == [True, False]


def test_ending_the_others_keeps_this_device(device: ExpertSession) -> None:
    phone = use(device, code_mint(device), "phone")
    pad = use(device, code_mint(device), "pad")
    waiting = code_mint(device)
    colleague = signed_in(make.expert(device.expert.survey, "E2"))
    assert devices_end(device.expert, but=device, device=phone.pk) == 1
    assert [each.pk for each in devices_of(device.expert)] == [pad.pk, device.pk]
    assert devices_end(device.expert, but=device, device=colleague.pk) == 0
    assert devices_end(device.expert, but=device) == 1
    assert [each.pk for each in devices_of(device.expert)] == [device.pk]
    assert "newer one was made" in refusal(device, waiting)
    assert [each.pk for each in devices_of(colleague.expert)] == [colleague.pk]


# --- guessing ---


def test_one_place_guesses_a_little_and_many_places_together_a_little_more(
    device: ExpertSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = timezone.now()
    monkeypatch.setattr(timezone, "now", lambda: now)
    good = code_mint(device)
    elsewhere = signed_in(make.expert(make.survey(), "X1"))
    for tries in range(30):
        assert "not known here" in refusal(device, "AAAACCCC", address=f"192.0.2.{tries // 10}")
    with pytest.raises(TooMany) as refused:
        use(device, good, address="192.0.2.99")
    assert refused.value.seconds == 2
    assert use(elsewhere, code_mint(elsewhere))  # another survey has nothing to do with it
    monkeypatch.setattr(timezone, "now", lambda: now + timedelta(seconds=4))
    assert "Too many wrong codes" in refusal(device, "AAAACCCC", address="192.0.2.0")
    assert use(device, good, address="192.0.2.99")


def test_codes_that_were_good_once_are_no_guesses(device: ExpertSession) -> None:
    used = code_mint(device)
    use(device, used)
    for _time in range(31):
        refusal(device, used, "another")
    assert use(device, code_mint(device))


# --- at once ---


@pytest.mark.django_db(transaction=True)
def test_a_code_used_twice_at_once_opens_one_device() -> None:
    session = signed_in(make.expert())
    for _round in range(5):
        code = code_mint(session)
        before = ExpertSession.objects.count()
        outcomes: list[Any] = make.in_threads(*[partial(use, session, code, page) for page in ("one", "two", "three")])
        opened = [each for each in outcomes if isinstance(each, ExpertSession)]
        assert len(opened) == 1, outcomes
        assert all(isinstance(each, Refused) for each in outcomes if each not in opened)
        assert ExpertSession.objects.count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_one_page_pressed_twice_at_once_is_one_device() -> None:
    session = signed_in(make.expert())
    code = code_mint(session)
    outcomes: list[Any] = make.in_threads(*[lambda: use(session, code)] * 3)
    assert {each.pk for each in outcomes if isinstance(each, ExpertSession)} == {outcomes[0].pk}
    assert ExpertSession.objects.count() == 2
