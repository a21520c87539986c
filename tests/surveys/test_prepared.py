"""Queries that are written once say what they would say if they were written each time."""

import uuid

import pytest
from django.db import IntegrityError, transaction

from surveys.models import Expert, ExpertSession, Judgment, JudgmentEvent
from surveys.prepared import Prepared, PreparedRow
from surveys.selectors.links import session_of
from surveys.services.judgments import Answer, judgment_record
from tests.support.everybody import session_token
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db


def test_values_take_their_places_each_time() -> None:
    survey = make.survey()
    one, other = make.expert(survey, "E1"), make.expert(survey, "E2")
    asked = Prepared(lambda *, pk, code: Expert.objects.filter(pk=pk, code=code).values_list("code", "created_at"))
    assert asked.first(pk=one.pk, code="E1") == ("E1", one.created_at)
    assert asked.first(pk=other.pk, code="E2") == ("E2", other.created_at)
    assert asked.first(pk=other.pk, code="E1") is None


def test_a_key_finds_its_answer() -> None:
    expert, key = make.expert(make.survey()), uuid.uuid4()
    event = judgment_record(expert, make.pair(expert.survey).pk, Answer("a", 3), client_key=key).event
    by_key = Prepared(lambda *, key: JudgmentEvent.objects.filter(client_key=key).values_list("pk"))
    assert by_key.first(key=key) == (event.pk,)
    assert by_key.first(key=uuid.uuid4()) is None


def test_a_value_that_is_not_asked_for_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="code"):
        Prepared(lambda pk, **_: Expert.objects.filter(pk=pk).values_list("pk")).first(pk=1, code="E1")


def test_a_row_is_added_and_takes_over_as_django_would_do_it() -> None:
    survey = make.survey()
    pair, expert = make.pair(survey), make.expert(survey)

    def said(strength: int | None, revision: int) -> Judgment:
        more = "a" if strength else "cannot_judge"
        return Judgment(expert=expert, comparison=pair, more_important=more, strength=strength, revision=revision)

    row = PreparedRow(Judgment, unique=["expert", "comparison"], replaced=["more_important", "strength", "revision"])
    first, second, other = said(3, 1), said(None, 2), said(5, 1)
    other.comparison = make.pair(survey, "a", "c")
    for one in (first, second, other):
        row.add(one)
    assert (first.pk, first._state.adding) == (second.pk, False)
    assert [
        *expert.judgments.order_by("pk").values_list("pk", "comparison", "more_important", "strength", "revision")
    ] == [
        (first.pk, pair.pk, "cannot_judge", None, 2),
        (other.pk, other.comparison_id, "a", 5, 1),
    ]
    with pytest.raises(IntegrityError), transaction.atomic():
        PreparedRow(Judgment).add(said(4, 3))


@pytest.mark.parametrize("known", [True, False])
def test_a_session_is_what_django_would_have_read(known: bool) -> None:
    expert = make.expert(make.survey())
    if not known:
        Expert.objects.filter(pk=expert.pk).update(person=None)
    found = session_of(session_token(expert), expert.survey_id)
    assert found is not None
    plain = ExpertSession.objects.select_related("expert__survey__edition", "expert__person").get(pk=found.pk)
    for mine, read in [
        (found, plain),
        (found.expert, plain.expert),
        (found.expert.survey, plain.expert.survey),
        (found.expert.survey.edition, plain.expert.survey.edition),
    ]:
        for field in read._meta.concrete_fields:
            assert getattr(mine, field.attname) == getattr(read, field.attname), field
    assert found.expert.person == plain.expert.person
