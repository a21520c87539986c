"""Two surveys that know nothing of one another, and everybody who might come by."""

import re
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from scoring.models import DataSet, ScoringRun
from surveys.files.scans import read_scan
from surveys.models import (
    Decision,
    Edition,
    Expert,
    InvitationLink,
    Job,
    Letter,
    Membership,
    OpenLink,
    PanelResult,
    RevisionRequest,
    Survey,
    WeightSet,
)
from surveys.selectors.demo import READY
from surveys.selectors.links import link_of
from surveys.services.decisions import decision_accept
from surveys.services.drafts import draft_record
from surveys.services.judgments import Answer
from surveys.services.late import late_keep
from surveys.services.looks import LOOKS
from surveys.services.members import colleague_invite
from surveys.services.open_results import open_result_request
from surveys.services.panel import link_mint, session_open
from surveys.services.panels import panel_result_request
from surveys.services.revisions import revision_request
from surveys.services.signed_sheets import signed_sheet_add
from surveys.services.submissions import submission_create
from surveys.services.surveys import member_add, survey_move
from surveys.services.systems import edition_import
from surveys.services.transcripts import transcript_create
from surveys.services.weights_outside import weight_set_fix
from surveys.views.expert.session import cookie_name
from tests.scoring import factories as score
from tests.surveys import factories as make

Role = Membership.Role
MEMBERS = [role.value for role in Role]
STRANGERS = ["stranger", "neighbour"]  # an account without any role; the owner of the other survey
ACCOUNTS = [*STRANGERS, *MEMBERS]
VISITORS = ["anonymous", "expert", "other expert", *ACCOUNTS]
WRITING = re.compile(r'\s*(?:INSERT INTO|UPDATE|DELETE FROM) "(\w+)"')
WEIGHT_STATES = ("locked", "draft", "proposed", "approved")


@dataclass(frozen=True)
class Estate:
    """What one group of people has. `decided` has a weight set in every state, data and a run; `asking` is open and
    asks `expert`; `planned` is about an edition that is not frozen.
    """

    decided: Survey
    asking: Survey
    planned: Survey
    expert: Expert
    token: str
    request: RevisionRequest
    letter: Letter
    link: OpenLink
    decision: Decision
    tense: Expert
    sets: dict[str, WeightSet]
    data: DataSet
    run: ScoringRun
    jobs: list[Job]

    @property
    def surveys(self) -> list[Survey]:
        return [self.decided, self.asking, self.planned, self.link.survey]

    @property
    def draft_edition(self) -> Edition:
        return self.planned.edition


@dataclass(frozen=True)
class Everybody:
    here: Estate
    elsewhere: Estate
    cookies: dict[str, dict[str, str]]

    def client(self, visitor: str, *, enforce_csrf_checks: bool = False) -> Client:
        """A fresh browser with the cookies of this visitor."""
        client = Client(enforce_csrf_checks=enforce_csrf_checks)
        client.cookies.load(self.cookies[visitor])
        return client


def everybody() -> Everybody:
    here, elsewhere = _estate("E"), _estate("X")
    make.expert(make.survey(synthetic=True), READY)  # the demo's door
    cookies: dict[str, dict[str, str]] = {"anonymous": {}}
    for name, whose in (("expert", here.expert), ("other expert", elsewhere.expert)):
        token = session_token(whose)  # tried under the names of all surveys
        cookies[name] = {cookie_name(survey.pk): token for survey in (*here.surveys, *elsewhere.surveys)}
    for name in ACCOUNTS:
        cookies[name] = _signed_in(_account(name, here, elsewhere))
    return Everybody(here, elsewhere, cookies)


def session_token(expert: Expert) -> str:
    """The cookie of a device on which this expert has begun."""
    link = link_of(link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=None))
    assert link
    return session_open(link)


def _estate(prefix: str) -> Estate:
    edition = make.edition()
    decided, asking = make.survey(of=edition), make.survey(of=edition, gate="none")
    next_edition = edition_import(name={}, label="2.0", rows=make.rows(), user=None, system=edition.system)
    planned = make.survey("draft", of=next_edition)
    make.submitted(make.expert(decided, f"{prefix}1"))
    known = {"name": f"Professor {prefix}", "email": f"{prefix.lower()}@example.org"}
    expert = make.expert(asking, f"{prefix}9", **known)
    make.expert(asking, f"{prefix}8", name="Nobody Yet")
    make.expert(decided, f"{prefix}7", **known)  # in the people book twice
    colleague_invite(decided, username=f"waiting-{prefix}", name="Waiting", role=Role.VIEWER, user=None)
    make.submitted(expert)
    make.say(expert, "a", "b", "b", 7)  # it may be handed in once more
    pair = make.pair(asking, "a", "c")
    request = revision_request(expert, pair.node, [pair.pk], note="Please look again.", user=make.user())
    _on_behalf(expert)
    letter = _written_to(asking, prefix)
    judged = make.expert(asking, f"{prefix}6")
    make.submitted(judged)
    decision = decision_accept(judged, pair.node, reason="It holds.", user=make.user())
    sets = _weight_sets(decided)
    link = _answered_by_link(edition)
    data = score.data_set(decided)
    run = score.run(sets["locked"], data)
    Job.objects.filter(kind="scoring_run", subject=run.pk).update(state=Job.State.FAILED, error="It broke.")
    decided.refresh_from_db()
    token = link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=None)
    jobs = list(Job.objects.order_by("-pk")[:3])
    tense = _tense(asking, f"{prefix}5")
    return Estate(
        decided, asking, planned, expert, token, request, letter, link, decision, tense, sets, data, run, jobs
    )  # fmt: skip


def _written_to(survey: Survey, prefix: str) -> Letter:
    """An invitation that has left; and an expert to whom nothing was written yet."""
    invited = make.expert(survey, f"{prefix}I", name="Invited", email="invited@example.org")
    make.expert(survey, f"{prefix}U", name="Unwritten", email="unwritten@example.org")
    letter = make.mailing(survey, "invitation", [invited.code]).letters.get()
    Letter.objects.filter(pk=letter.pk).update(state=Letter.State.SENT, sent_at=timezone.now())
    return letter


def _answered_by_link(edition: Edition) -> OpenLink:
    """An open survey that somebody has answered who was not asked; the answer was computed, and another came since."""
    link = make.open_link(edition)
    make.handed_in(link)
    open_result_request(link, user=make.user())
    make.work_off()
    make.work_off()
    make.handed_in(link)
    return link


def _tense(asking: Survey, code: str) -> Expert:
    """An expert whose answers run in a circle, handed in and computed."""
    expert = make.expert(asking, code)
    for a, b, more in (("a", "b", "a"), ("b", "c", "a"), ("a", "c", "b"), ("a1", "a2", "a")):
        make.say(expert, a, b, more, 5)
    submission_create(expert)
    make.work_off()
    return expert


def _on_behalf(expert: Expert) -> None:
    """What waits for the expert, or for somebody to take it."""
    scan = read_scan(b"%PDF-1.7", "form.pdf")
    transcript_create(expert, way="paper", received_on=timezone.localdate(), user=make.user(), scan=scan)
    draft_record(expert, make.pair(expert.survey, "a", "c").pk, Answer("a", 9))
    late_keep(expert, make.pair(expert.survey, "b", "c").pk, Answer("a", 9), uuid.uuid4())


def _weight_sets(survey: Survey) -> dict[str, WeightSet]:
    founder = make.user()
    requested, _job = panel_result_request(survey, user=founder)
    make.work_off()
    survey_move(survey, Survey.State.CLOSED, user=founder)
    result = PanelResult.objects.select_related("survey__edition").get(pk=requested.pk)
    sets = {state: make.weight_set(state, of=result) for state in WEIGHT_STATES}
    sets["draft"] = _fixed(sets["draft"])
    scan = read_scan(b"%PDF-1.7", "sheet.pdf")
    printed = sets["approved"].content_hash
    signed_sheet_add(sets["approved"], scan, printed=printed, note="Signed.", user=make.user("approver"))
    return sets


def _fixed(draft: WeightSet) -> WeightSet:
    """With one node whose weights are not from judgments."""
    root = draft.edition.indicators.get(code="r")
    said = {"source": "A plan", "reference": "No. 7", "reason": "It is given."}
    return weight_set_fix(draft, root, [0.5, 0.3, 0.2], **said, user=make.user())


def _account(name: str, here: Estate, elsewhere: Estate) -> User:
    """Members hold one role in every survey here; the neighbour owns those elsewhere; the stranger holds nothing."""
    user = make.user(f"the-{name}")
    surveys = here.surveys if name in MEMBERS else elsewhere.surveys if name == "neighbour" else []
    for survey in surveys:
        member_add(survey, member=user, role=name if name in MEMBERS else Role.OWNER, user=None)
    return user


def _signed_in(user: User) -> dict[str, str]:
    client = Client()
    client.force_login(user)
    return {name: morsel.value for name, morsel in client.cookies.items()}


# --- asking ---


@contextmanager
def recorded() -> Iterator[list[str]]:
    """The statements that write, but for the session of an account, the tally of wrong tries, and the log of what was
    looked at or refused; all of them are taken back at the end.
    """
    found: list[str] = []

    def look(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        table = WRITING.match(sql)
        looked = table and table[1] == "surveys_auditevent" and not set(LOOKS).isdisjoint(map(str, params or ()))
        if table and table[1] not in ("django_session", "surveys_bucket") and not looked:
            found.append(sql)
        return execute(sql, params, many, context)

    with transaction.atomic(), connection.execute_wrapper(look):
        yield found
        transaction.set_rollback(True)


def ask(
    everyone: Everybody, visitor: str, method: str, path: str, payload: dict[str, Any] | None = None, **options: Any
) -> tuple[HttpResponse, list[str]]:
    client = everyone.client(visitor, **options)
    with recorded() as written:
        response = client.post(path, payload or {}) if method == "POST" else client.generic(method, path)
    return response, written  # type: ignore[return-value]


def address(name: str, args: list[Any]) -> str:
    return reverse(name, args=args)


def outcome(response: HttpResponse) -> str:
    """ok, login, or the number of the refusal."""
    if response.status_code == 302 and response.headers["Location"].startswith(reverse("login") + "?next="):
        return "login"
    return "ok" if response.status_code in (200, 302) else str(response.status_code)
