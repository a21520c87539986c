"""Small ready-made things for tests, always made through the services."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from threading import Barrier, Thread
from typing import Any

from django.contrib.auth.models import User
from django.db import connection
from django.utils import timezone

from surveys.files.indicators import IndicatorRow
from surveys.models import (
    Comparison,
    Edition,
    Expert,
    Job,
    Mailing,
    OpenDraft,
    OpenLink,
    PanelResult,
    Submission,
    Survey,
    WeightSet,
)
from surveys.selectors.letter_texts import words_of
from surveys.selectors.open_form import form_for, open_notice_of, pairs_of
from surveys.selectors.recipients import recipients
from surveys.services.judgments import Answer, Recorded, judgment_record
from surveys.services.mailings import mailing_send
from surveys.services.open_links import draft_begin, draft_hand_in, draft_save, open_link_make
from surveys.services.panel import expert_add
from surveys.services.panels import panel_result_request
from surveys.services.submissions import submission_create
from surveys.services.surveys import survey_create, survey_move
from surveys.services.systems import edition_freeze, edition_import
from surveys.services.weight_sets import weight_set_approve, weight_set_draft, weight_set_lock, weight_set_propose
from surveys.tasks import perform
from surveys.tokens import token_hash

TREE: Mapping[str, Sequence[str]] = {"r": ["a", "b", "c"], "a": ["a1", "a2"]}
"""Six nodes, two matrices, four comparisons, and a leaf beside a node."""
QUESTIONS = {"question_plan": "full", "full_up_to": "5", "questions_per_item": "1.5", "question_order": "balanced"}
"""What the forms send about the plan of the questions."""
PAIRS = [("a", "b"), ("a", "c"), ("b", "c"), ("a1", "a2")]


def user(name: str = "coordinator") -> User:
    found = User.objects.filter(username=name).first()
    return found or User.objects.create_user(name, f"{name}@example.org", "a long password")


def rows(tree: Mapping[str, Sequence[str]] = TREE) -> list[IndicatorRow]:
    parents = {child: parent for parent, children in tree.items() for child in children}
    codes = list(dict.fromkeys([*tree, *parents]))
    return [
        IndicatorRow(number, code, parents.get(code, ""), {"zh-hans": f"指标 {code}", "en": f"Indicator {code}"})
        for number, code in enumerate(codes, start=2)
    ]


def edition(tree: Mapping[str, Sequence[str]] = TREE, *, frozen: bool = True, label: str = "1.0") -> Edition:
    names = {"zh-hans": "体系", "en": "System"}
    draft = edition_import(name=names, label=label, rows=rows(tree), user=user())
    return edition_freeze(draft, user=user()) if frozen else draft


def survey(state: str = "open", *, of: Edition | None = None, **settings: Any) -> Survey:
    """A survey of the coordinator in a state from draft to closed; its pairs in tree order unless asked otherwise."""
    settings.setdefault("question_order", "paper")
    made = survey_create(edition=of or edition(), title={"zh-hans": "调查", "en": "Survey"}, user=user(), **settings)
    for step in {"draft": [], "pilot": ["pilot"], "open": ["open"], "closed": ["open", "closed"]}[state]:
        survey_move(made, step, user=user())
    return made


def expert(of: Survey | None = None, code: str = "E1", **details: Any) -> Expert:
    return expert_add(of or survey(), code=code, user=user(), **details)


def pair(of: Survey, a: str = "a", b: str = "b") -> Comparison:
    return Comparison.objects.get(node__edition=of.edition, item_a__code=a, item_b__code=b)


def say(
    who: Expert,
    a: str,
    b: str,
    more_important: str = "a",
    strength: int | None = 3,
    *,
    client_key: uuid.UUID | None = None,
    **details: Any,
) -> Recorded:
    """One answer, by the codes of the items."""
    key = client_key or uuid.uuid4()
    answer = Answer(more_important, strength)
    return judgment_record(who, pair(who.survey, a, b).pk, answer, client_key=key, **details)


def answer_all(who: Expert, more_important: str = "a", strength: int | None = 3) -> None:
    """The same answer to every pair."""
    for comparison in Comparison.objects.filter(node__edition=who.survey.edition):
        answer = Answer(more_important, strength)
        judgment_record(who, comparison.pk, answer, client_key=uuid.uuid4())


def submitted(who: Expert, more_important: str = "a", strength: int | None = 3) -> Submission:
    """Every pair answered alike, handed in; the job waits."""
    answer_all(who, more_important, strength)
    return submission_create(who)[0]


def mailing(of: Survey, kind: str = "invitation", codes: Sequence[str] = ()) -> Mailing:
    """Letters that were confirmed and wait; nothing has left."""
    shown = recipients(of, kind, codes).addresses
    return mailing_send(
        of, kind, shown=shown, words_hash=words_of(of, kind).hash, key=uuid.uuid4(), user=user()
    ).mailing


def work_off() -> None:
    """Run every job that may run now, through the worker's own task."""
    waiting = Job.objects.filter(state=Job.State.WAITING, run_after__lte=timezone.now())
    for job in list(waiting.order_by("pk")):
        perform(job.pk)


def panel_result(of: Survey | None = None, *, experts: int = 2) -> PanelResult:
    """A computed result over freshly submitted experts, whose strengths are 3, 4, …"""
    of = of or survey()
    for number in range(experts):
        submitted(expert(of, f"E{of.experts.count() + 1}"), strength=3 + number)
    result = panel_result_request(of, user=user())[0]
    work_off()
    return PanelResult.objects.select_related("survey__edition").get(pk=result.pk)


def weight_set(state: str = "draft", *, of: PanelResult | None = None, decimals: int | None = None) -> WeightSet:
    """A weight set from draft to locked; the coordinator proposes, the approver approves and locks."""
    result = of or panel_result()
    made = weight_set_draft(result, user=user(), adopted_decimals=decimals)
    result.survey.refresh_from_db()
    if result.survey.state == Survey.State.OPEN:
        survey_move(result.survey, Survey.State.CLOSED, user=user())
    steps: list[Callable[[WeightSet], WeightSet]] = [
        lambda it: weight_set_propose(it, user=user(), reason="computed"),
        lambda it: weight_set_approve(it, user=user("approver"), reason="seen", seen_hash=it.content_hash),
        lambda it: weight_set_lock(it, user=user("approver"), reason="a newer panel"),
    ]
    for step in steps[: ["draft", "proposed", "approved", "locked"].index(state)]:
        made = step(made)
    return made


def open_link(of: Edition | None = None, **settings: Any) -> OpenLink:
    """The link for everybody of an open survey."""
    asking = survey("draft", of=of, **settings)
    open_link_make(asking, f"link-{asking.pk}", user=user())
    survey_move(asking, "open", user=user())
    return OpenLink.objects.select_related("survey__edition").get(survey=asking)


def respondent(link: OpenLink) -> OpenDraft:
    """Somebody who has begun."""
    token = draft_begin(link, open_notice_of(link.survey), pairs=pairs_of(link.survey))
    return OpenDraft.objects.select_related("link__survey__edition").get(token_hash=token_hash(token))


def handed_in(link: OpenLink, *codes: int, insisted: bool = True) -> str:
    """These answers, or 3 to every pair, handed in by somebody new: the receipt."""
    draft = respondent(link)
    said = dict(enumerate(codes or [3] * pairs_of(link.survey)))
    draft_save(draft, said, seen=0)
    return draft_hand_in(draft, form_for(draft), insisted=insisted)


def in_threads(*calls: Callable[[], Any]) -> list[Any]:
    """What these calls return, or the exception they raise, all let go at the same moment, each on a connection of
    its own. For tests with real transactions.
    """
    outcomes: list[Any] = [None] * len(calls)
    start = Barrier(len(calls))

    def run(place: int, call: Callable[[], Any]) -> None:
        start.wait()
        try:
            outcomes[place] = call()
        except Exception as error:
            outcomes[place] = error
        finally:
            connection.close()

    threads = [Thread(target=run, args=numbered) for numbered in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes
