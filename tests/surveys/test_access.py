"""Who may see what: strangers get 404, members in another role 403."""

import pytest
from django.contrib.auth.models import AnonymousUser, User
from django.core.exceptions import PermissionDenied
from django.http import Http404

from surveys.access import DECIDES, LOCKS, READS, RUNS, SCORES, roles_of, survey_for, surveys_of, systems_of
from surveys.errors import Refused
from surveys.models import ExpertSession, Invitation, InvitationLink, Membership, Survey
from surveys.selectors.links import link_of, session_of
from surveys.services.panel import invitation_renew, invitation_revoke, link_mint, session_end, session_open
from surveys.services.surveys import member_add
from surveys.services.systems import edition_import
from surveys.tokens import token_hash
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def survey() -> Survey:
    return make.survey("draft")


def member(survey: Survey, role: str) -> User:
    user = make.user(f"the {role}")
    member_add(survey, member=user, role=role, user=make.user())
    return user


def test_whoever_makes_a_survey_owns_and_coordinates_it(survey: Survey) -> None:
    assert roles_of(make.user(), survey) == {"owner", "coordinator"}
    assert survey_for(make.user(), survey.pk, *RUNS).held_roles == {"owner", "coordinator"}  # type: ignore[attr-defined]


def test_strangers_cannot_tell_a_survey_from_none(survey: Survey) -> None:
    member(make.survey("draft"), "owner")
    for stranger in (make.user("stranger"), make.user("the owner"), AnonymousUser()):
        for pk in (survey.pk, 10**6):
            with pytest.raises(Http404):
                survey_for(stranger, pk)
        assert survey not in surveys_of(stranger)


@pytest.mark.parametrize("role", Membership.Role.values)
@pytest.mark.parametrize("wanted", [RUNS, READS, DECIDES, LOCKS, SCORES])
def test_a_role_opens_what_it_is_named_for(survey: Survey, role: str, wanted: tuple[str, ...]) -> None:
    user = member(survey, role)
    if role in wanted:
        assert survey_for(user, survey.pk, *wanted) == survey
    else:
        with pytest.raises(PermissionDenied):
            survey_for(user, survey.pk, *wanted)
    assert survey_for(user, survey.pk) == survey


def test_a_role_in_one_survey_opens_no_other(survey: Survey) -> None:
    other = make.survey("draft")
    user = member(other, "owner")
    assert list(surveys_of(user)) == [other]
    assert list(systems_of(user)) == [other.edition.system]


def test_systems_made_by_no_account_belong_to_no_visitor() -> None:
    edition_import(name={"en": "System"}, label="1", rows=make.rows(), user=None)
    assert list(systems_of(AnonymousUser())) == []
    assert list(systems_of(make.user("stranger"))) == []


def test_a_system_is_listed_once_however_many_surveys_use_it() -> None:
    edition = make.edition()
    for _ in range(2):
        make.survey("draft", of=edition)
    assert list(systems_of(make.user())) == [edition.system]


# --- personal links and devices ---


def test_a_link_is_stored_as_a_hash_and_leads_to_its_expert() -> None:
    expert = make.expert()
    token = link_mint(expert, channel="shown", user=make.user())
    assert not InvitationLink.objects.filter(token_hash=token).exists()
    link = link_of(token)
    assert link and link.invitation.expert == expert
    assert [link_of(wrong) for wrong in ("", token[:-1], token_hash(token))] == [None] * 3


def test_later_links_leave_the_earlier_alive_and_revoking_kills_all() -> None:
    expert = make.expert()
    tokens = [link_mint(expert, channel="mail", user=None) for _ in range(2)]
    links = [link_of(token) for token in tokens]
    assert all(links)
    cookies = [session_open(link) for link in links if link]
    assert [bool(session_of(cookie, expert.survey_id)) for cookie in cookies] == [True, True]
    invitation_revoke(expert, user=make.user(), reason="left")
    assert [link_of(token) for token in tokens] == [None, None]
    assert [session_of(cookie, expert.survey_id) for cookie in cookies] == [None, None]


def test_a_renewed_invitation_revives_nothing_old() -> None:
    expert = make.expert()
    token = link_mint(expert, channel="mail", user=None)
    link = link_of(token)
    assert link
    invitation_revoke(expert, user=None)
    late = session_open(link)  # on its way while the link was revoked
    invitation_renew(expert, user=None)
    assert link_of(token) is None
    assert session_of(late, expert.survey_id) is None
    expert.invitation.refresh_from_db()
    assert link_of(link_mint(expert, channel="mail", user=None))


def test_a_device_is_known_in_its_own_survey_only_and_until_it_signs_off() -> None:
    expert = make.expert()
    link = link_of(link_mint(expert, channel="mail", user=None))
    assert link
    cookie = session_open(link)
    session = session_of(cookie, expert.survey_id)
    assert session and session.expert == expert
    assert session_of(cookie, make.survey().pk) is None
    session_end(session)
    assert session_of(cookie, expert.survey_id) is None


def test_a_session_runs_out() -> None:
    expert = make.expert()
    link = link_of(link_mint(expert, channel="mail", user=None))
    assert link
    cookie = session_open(link)
    session = session_of(cookie, expert.survey_id)
    assert session
    ExpertSession.objects.update(expires_at=session.created_at)
    assert session_of(cookie, expert.survey_id) is None


def test_an_expert_without_an_invitation_in_force_gets_no_link() -> None:
    expert = make.expert()
    invitation_revoke(expert, user=None)
    expert.invitation = Invitation.objects.get(expert=expert)
    with pytest.raises(Refused):
        link_mint(expert, channel="mail", user=None)
