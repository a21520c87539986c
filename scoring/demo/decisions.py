"""What a coordinator of the demo has decided about the hard cases, and second thoughts of one of them."""

from __future__ import annotations

import uuid

from scoring.demo import texts
from scoring.demo.panels import People
from surveys.models import Expert, Indicator, Judgment, JudgmentEvent, Survey
from surveys.selectors.asking import askable_pairs
from surveys.selectors.decisions import is_declared
from surveys.selectors.grid import nodes_to_ask
from surveys.services.decisions import decision_accept, decision_exclude
from surveys.services.judgments import Answer, Shown, judgment_record
from surveys.services.revisions import revision_request

CAUSES = (JudgmentEvent.Cause.HINT, JudgmentEvent.Cause.CIRCLE, JudgmentEvent.Cause.OWN)
CHANGED = 6


def second_thoughts(expert: Expert) -> None:
    """A few answers said anew, weaker by two steps, after a hint, a circle and of the expert's own accord."""
    strong = Judgment.objects.filter(expert=expert, strength__gte=4).order_by("-comparison__position")
    for number, said in enumerate(strong[:CHANGED]):
        judgment_record(
            expert,
            said.comparison_id,
            Answer(said.more_important, (said.strength or 0) - 2),
            client_key=uuid.uuid4(),
            source=JudgmentEvent.Source.DEMO,
            base_revision=said.revision,
            shown=Shown(cause=CAUSES[number % len(CAUSES)]),
        )


def decide(survey: Survey, people: People) -> None:
    """One expert is left out by a declared rule, one matrix is accepted, and one expert is asked to look again."""
    user = people["coordinator"]
    rule = texts.OPEN_RULES["zh-hans"].splitlines()[0]
    assert is_declared(survey, rule)  # noqa: S101  a slip of ours in the texts, never the visitor's
    decision_exclude(survey.experts.get(code="H4"), None, reason=texts.STRAIGHT_LINE, rule=rule, user=user)
    hurried, node = survey.experts.get(code="H1"), _worst(survey, "H1")
    decision_accept(hurried, node, reason=texts.ACCEPTED, user=user)
    circular = survey.experts.get(code="H2")
    submission = circular.submissions.get()
    node = _worst(survey, "H2")
    pairs = [pair.comparison.pk for pair in askable_pairs(submission, node) if pair.hint]
    revision_request(circular, node, pairs, note=texts.ASKED, user=user)


def _worst(survey: Survey, code: str) -> Indicator:
    submission = survey.experts.get(code=code).submissions.get()
    return nodes_to_ask(submission)[0]
