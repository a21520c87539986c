"""Who may open the coordinator's pages: a stranger finds nothing, another role is refused, a visitor signs in first."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from surveys.models import Job, Membership, WeightSet
from surveys.services.surveys import member_add
from tests.surveys import factories

pytestmark = [pytest.mark.django_db, pytest.mark.rotates(10)]
Role = Membership.Role
Pages = dict[str, list[object]]

READERS = {"GET": [
    "survey", "audit_log", "expert", "consistency", "matrix", "panel", "weight_sets", "weight_set", "weight_set_export",
    "job_status",
]}  # fmt: skip
WORKERS = {"POST": ["job_retry"]}
RUNNERS = {
    "GET": [
        "members", "experts_add", "expert_sheet", "expert_sheet_download", "expert_paper", "judgments_import",
        "weight_set_new",
    ],
    "POST": [
        "survey_move", "survey_settings", "members", "experts_add", "expert_weight", "link_show",
        "expert_revoke", "expert_renew", "expert_sheet", "judgments_import",
        "panel_compute", "weight_set_new", "weight_set_adopt", "weight_set_propose", "edition_freeze",
    ],
}  # fmt: skip
DECIDERS = {"POST": ["weight_set_approve", "weight_set_send_back"]}
LOCKERS = {"POST": ["weight_set_lock"]}
FREE = {"survey_list", "survey_new", "system_list", "system_import"}


@pytest.fixture
def made() -> WeightSet:
    return factories.weight_set()


@pytest.fixture
def pages(made: WeightSet) -> Pages:
    survey, job = made.survey, Job.objects.get(kind="panel")
    assert survey
    expert: list[object] = [survey.pk, "E1"]
    number: list[object] = [survey.pk, made.number]
    return {
        **{name: [survey.pk] for name in ("survey", "survey_move", "members", "audit_log", "experts_add")},
        **{name: [survey.pk] for name in ("judgments_import", "consistency", "panel", "panel_compute")},
        **{name: [survey.pk] for name in ("weight_sets", "weight_set_new", "survey_settings")},
        **dict.fromkeys(("expert", "expert_weight", "link_show", "expert_revoke", "expert_renew"), expert),
        **dict.fromkeys(("expert_sheet", "expert_sheet_download", "expert_paper"), expert),
        **dict.fromkeys(("weight_set", "weight_set_adopt", "weight_set_propose", "weight_set_approve"), number),
        **dict.fromkeys(("weight_set_send_back", "weight_set_lock"), number),
        "matrix": [survey.pk, "E1", "r"],
        "weight_set_export": [*number, "csv"],
        "edition": [survey.edition_id],
        "edition_freeze": [survey.edition_id],
        "job_status": [job.pk],
        "job_retry": [job.pk],
    }


def ask(user: User | None, method: str, name: str, pages: Pages) -> int:
    client = Client()
    if user:
        client.force_login(user)
    address = reverse(f"surveys:{name}", args=pages[name])
    return int(client.generic(method, address).status_code)


def named(*groups: dict[str, list[str]]) -> list[tuple[str, str]]:
    return [(method, name) for group in groups for method, names in group.items() for name in names]


def with_role(made: WeightSet, role: str) -> User:
    assert made.survey
    found = factories.user(f"the-{role}")
    member_add(made.survey, member=found, role=role, user=None)
    return found


def test_a_stranger_finds_nothing(pages: Pages) -> None:
    stranger = factories.user("stranger")
    everything = [*named(READERS, WORKERS, RUNNERS, DECIDERS, LOCKERS), ("GET", "edition")]
    assert {ask(stranger, method, name, pages) for method, name in everything} == {404}


def test_a_visitor_is_sent_to_the_sign_in(pages: Pages) -> None:
    everything = [*named(READERS, WORKERS, RUNNERS, DECIDERS, LOCKERS), ("GET", "edition")]
    assert {ask(None, method, name, pages) for method, name in everything} == {302}
    for name in FREE:
        assert "/login/" in Client().get(reverse(f"surveys:{name}")).headers["Location"]


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST, Role.APPROVER])
def test_who_only_reads_changes_nothing(made: WeightSet, pages: Pages, role: str) -> None:
    reader = with_role(made, role)
    assert {ask(reader, method, name, pages) for method, name in named(RUNNERS)} == {403}
    for method, name in [*named(READERS), ("GET", "survey_settings")]:
        assert ask(reader, method, name, pages) == 200, name
    assert ask(reader, "POST", "job_retry", pages) == (403 if role == Role.VIEWER else 302)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST, Role.COORDINATOR, Role.OWNER])
def test_only_an_approver_decides(made: WeightSet, pages: Pages, role: str) -> None:
    other = with_role(made, role)
    assert {ask(other, method, name, pages) for method, name in named(DECIDERS)} == {403}


@pytest.mark.parametrize("role", [Role.VIEWER, Role.ANALYST])
def test_who_neither_runs_nor_approves_locks_nothing(made: WeightSet, pages: Pages, role: str) -> None:
    assert ask(with_role(made, role), "POST", "weight_set_lock", pages) == 403


def test_a_role_in_another_survey_opens_nothing(pages: Pages) -> None:
    other = factories.survey(of=factories.edition(label="2.0"))
    neighbour = factories.user("neighbour")
    member_add(other, member=neighbour, role=Role.OWNER, user=None)
    hidden = named(READERS, WORKERS, DECIDERS, LOCKERS)
    assert {ask(neighbour, method, name, pages) for method, name in hidden} == {404}


def test_reading_pages_take_no_post_and_deeds_no_get(made: WeightSet, pages: Pages) -> None:
    coordinator = factories.user()
    both = {"survey_settings", "members", "experts_add", "judgments_import", "expert_sheet", "weight_set_new"}
    for name in set(READERS["GET"]):
        assert ask(coordinator, "POST", name, pages) == 405, name
    deeds = {name for method, name in named(READERS, WORKERS, RUNNERS, DECIDERS, LOCKERS) if method == "POST"} - both
    for name in deeds:
        assert ask(coordinator, "GET", name, pages) == 405, name
