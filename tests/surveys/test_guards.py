"""What the database refuses to those who go around the services, guard by guard."""

import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import DatabaseError, connection, models, transaction
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from surveys.guards import Guard, all_guards, install, lifted, remove
from surveys.models import (
    AnswerPackage,
    AuditEvent,
    Comparison,
    Consent,
    ConsentText,
    Decision,
    DraftAnswer,
    Edition,
    Expert,
    Indicator,
    Judgment,
    JudgmentEvent,
    KeptJudgment,
    LateAnswer,
    Letter,
    Mailing,
    NodeResult,
    OpenAnswer,
    OpenDraft,
    OpenLink,
    OpenNode,
    OpenPart,
    OpenResult,
    PanelMember,
    PanelNode,
    PanelPart,
    PanelResult,
    RevisionPair,
    RevisionRequest,
    Round,
    RoundPair,
    Section,
    SignedSheet,
    Submission,
    Survey,
    Transcript,
    WeightEntry,
    WeightSet,
)
from surveys.services.open_results import open_result_request
from surveys.services.weight_sets import weight_set_lock
from tests.surveys import factories as make

pytestmark = pytest.mark.django_db

GUARDS = {guard.name: guard for guard in all_guards() if guard.table.startswith("surveys_")}
WRITTEN_ONCE = [
    *["surveys_judgmentevent", "surveys_auditevent", "surveys_submission", "surveys_noderesult"],
    *["surveys_panelmember", "surveys_panelnode", "surveys_consent", "surveys_consenttext", "surveys_keptjudgment"],
    *["surveys_lateanswer", "surveys_revisionpair", "surveys_transcript", "surveys_decision", "surveys_mailing"],
    *["surveys_round", "surveys_roundpair"],
    "surveys_signedsheet",
    "surveys_answerpackage",
    "surveys_openanswer",
    "surveys_opennode",
]


def delete(model: type[models.Model]) -> None:
    """Without the cascade that Django would add."""
    model._default_manager.all()._raw_delete("default")


def insert(row: models.Model) -> None:
    type(row)._default_manager.bulk_create([row])


def foreign_pair() -> Comparison:
    return make.pair(make.survey())


def event(**changes: Any) -> JudgmentEvent:
    newest = JudgmentEvent.objects.order_by("-revision")[0]
    newest.pk, newest.revision = None, newest.revision + 1
    newest.client_key = "0b7b8e5e-0000-4000-8000-000000000000"
    for name, value in changes.items():
        setattr(newest, name, value)
    return newest


def judgment() -> Judgment:
    return Judgment(
        expert=Judgment.objects.all()[0].expert, comparison=foreign_pair(), more_important="a", strength=3, revision=1
    )


def draft() -> DraftAnswer:
    return DraftAnswer(
        expert=Expert.objects.order_by("pk")[0], comparison=foreign_pair(), more_important="a", strength=3
    )


def late() -> LateAnswer:
    return LateAnswer(expert=some_expert(), comparison=foreign_pair(), client_key=uuid.uuid4())


def kept() -> KeptJudgment:
    return KeptJudgment(expert=some_expert(), comparison=foreign_pair(), revision=1, reason="I meant it.")


def some_expert() -> Expert:
    return Expert.objects.order_by("pk")[0]


def node() -> PanelNode:
    known = PanelNode.objects.all()[0]
    known.pk, known.node = None, Indicator.objects.get(code="c", edition=known.node.edition)
    return known


def indicator() -> Indicator:
    root = Indicator.objects.get(code="r")
    return Indicator(edition=root.edition, parent=root, code="z", position=99, depth=1, name={})


def comparison() -> Comparison:
    codes = {node.code: node for node in Indicator.objects.all()}
    return Comparison(node=codes["r"], item_a=codes["a1"], item_b=codes["b"], position=99)


def late_member() -> PanelMember:
    late = make.panel_result(make.survey(of=Edition.objects.get()), experts=1).members.all()[0].submission
    return PanelMember(result=PanelResult.objects.order_by("pk")[0], submission=late, weight=1)


def part(first: int = 0) -> PanelPart:
    return PanelPart(result=PanelResult.objects.order_by("pk")[0], first=first, count=1, sums="{}")


def sheet(weight_set: WeightSet, **changes: Any) -> SignedSheet:
    """Too late where the set is locked."""
    scan = {"file_name": "s.pdf", "file_type": "application/pdf", "file_hash": "0" * 64, "file": b"%PDF-"}
    said = {"content_hash": weight_set.content_hash, "uploaded_by": make.user("approver"), **scan, **changes}
    return SignedSheet(weight_set=weight_set, **said)


def stored_part() -> None:
    """One that a job has computed; the guard against parts of a computed result is put aside to make it."""
    remove([GUARDS["guard_surveys_panelpart_insert"]])
    insert(part())
    install([GUARDS["guard_surveys_panelpart_insert"]])


def changed_part() -> None:
    stored_part()
    PanelPart.objects.update(sums="[]")


def deleted_part() -> None:
    stored_part()
    delete(PanelPart)


def broken_promise() -> None:
    Survey.objects.update(anonymity="pseudonyms")
    Survey.objects.update(anonymity="named")


def named_again() -> None:
    Expert.objects.update(erased_at=timezone.now())
    Expert.objects.update(erased_at=None)


def looser_privacy() -> None:
    Survey.objects.update(smallest_group=5)
    Survey.objects.update(smallest_group=4)


def unmasked_again() -> None:
    Survey.objects.filter(unmasked_at=None).update(unmasked_at=timezone.now())
    Survey.objects.update(unmasked_at=None)


def pilot_denied() -> None:
    Expert.objects.update(pilot=True)
    Expert.objects.update(pilot=False)


def deleted_mailing() -> None:
    """One without letters, for a foreign key would refuse it otherwise."""
    insert(Mailing(survey=Survey.objects.order_by("pk")[0], kind="thanks", subject={}, body={}))
    Mailing.objects.filter(letters=None)._raw_delete("default")


def locked_set() -> WeightSet:
    copy = WeightSet.objects.get()
    copy.pk, copy.number, copy.state = None, 99, "superseded"
    return copy


def open_node() -> OpenNode:
    known = OpenNode.objects.all()[0]
    known.pk, known.node = None, Indicator.objects.get(code="c", edition=known.node.edition)
    return known


def deleted_open_link() -> None:
    """One that nobody used, for a foreign key would refuse it otherwise."""
    OpenLink.objects.create(survey=make.survey(), slug="unused")
    OpenLink.objects.filter(slug="unused")._raw_delete("default")


def deleted_open_result() -> None:
    link = OpenLink.objects.get()
    method = {"method": "eigenvector", "random_index": "simulated", "aggregation": "aij"}
    OpenResult.objects.create(link=link, number=9, respondents=99, head="", **method)
    OpenResult.objects.filter(number=9)._raw_delete("default")


def entry() -> WeightEntry:
    stranger = make.edition().indicators.all()[0]
    return WeightEntry(weight_set=WeightSet.objects.get(), indicator=stranger, local_weight="1.0", global_weight="1.0")


ATTEMPTS: dict[str, Callable[[], Any]] = {
    "surveys_judgmentevent_update": lambda: JudgmentEvent.objects.update(strength=9),
    "surveys_judgmentevent_delete": lambda: delete(JudgmentEvent),
    "surveys_judgmentevent_insert": lambda: insert(event(comparison=foreign_pair())),
    "surveys_judgment_insert": lambda: insert(judgment()),
    "surveys_judgment_update": lambda: Judgment.objects.filter(revision=1).update(comparison=foreign_pair()),
    "surveys_auditevent_update": lambda: AuditEvent.objects.update(reason="another"),
    "surveys_auditevent_delete": lambda: delete(AuditEvent),
    "surveys_submission_update": lambda: Submission.objects.update(revision=1),
    "surveys_submission_delete": lambda: delete(Submission),
    "surveys_noderesult_update": lambda: NodeResult.objects.update(ratio="0.0"),
    "surveys_noderesult_delete": lambda: delete(NodeResult),
    "surveys_panelmember_update": lambda: PanelMember.objects.update(weight=2),
    "surveys_panelmember_delete": lambda: delete(PanelMember),
    "surveys_panelmember_insert": lambda: insert(late_member()),
    "surveys_panelnode_update": lambda: PanelNode.objects.update(ratio="0.0"),
    "surveys_panelnode_delete": lambda: delete(PanelNode),
    "surveys_panelnode_insert": lambda: insert(node()),
    "surveys_panelpart_insert": lambda: insert(part()),
    "surveys_panelpart_update": changed_part,
    "surveys_panelpart_delete": deleted_part,
    "surveys_panelresult_update": lambda: PanelResult.objects.update(method="log_least_squares"),
    "surveys_panelresult_delete": lambda: delete(PanelResult),
    "surveys_survey_update": lambda: Survey.objects.update(random_index="saaty1980"),
    "surveys_survey_update_rules": lambda: Survey.objects.update(exclusion_rules={"en": "Whoever we like."}),
    "surveys_survey_update_promise": lambda: broken_promise(),
    "surveys_survey_update_stricter": looser_privacy,
    "surveys_survey_update_unmasked": lambda: unmasked_again(),
    "surveys_expert_update_erased": named_again,
    "surveys_revisionrequest_update_note": lambda: RevisionRequest.objects.update(note="another"),
    "surveys_expert_update_pilot": lambda: pilot_denied(),
    "surveys_edition_update": lambda: Edition.objects.update(label="2.0"),
    "surveys_edition_delete": lambda: delete(Edition),
    "surveys_indicator_insert": lambda: insert(indicator()),
    "surveys_indicator_update": lambda: Indicator.objects.update(unit="m"),
    "surveys_indicator_delete": lambda: delete(Indicator),
    "surveys_comparison_insert": lambda: insert(comparison()),
    "surveys_comparison_update": lambda: Comparison.objects.update(position=7),
    "surveys_comparison_delete": lambda: delete(Comparison),
    "surveys_weightset_insert": lambda: insert(locked_set()),
    "surveys_weightset_update": lambda: WeightSet.objects.update(document="{}"),
    "surveys_weightset_delete": lambda: delete(WeightSet),
    "surveys_weightentry_insert": lambda: insert(entry()),
    "surveys_weightentry_update": lambda: WeightEntry.objects.update(local_weight="0.5"),
    "surveys_weightentry_delete": lambda: delete(WeightEntry),
    "surveys_consent_update": lambda: Consent.objects.update(agreed_at=timezone.now()),
    "surveys_consent_delete": lambda: delete(Consent),
    "surveys_consenttext_update": lambda: ConsentText.objects.update(text="No?"),
    "surveys_consenttext_delete": lambda: delete(ConsentText),
    "surveys_keptjudgment_update": lambda: KeptJudgment.objects.update(reason="another"),
    "surveys_keptjudgment_delete": lambda: delete(KeptJudgment),
    "surveys_lateanswer_update": lambda: LateAnswer.objects.update(strength=9),
    "surveys_lateanswer_delete": lambda: delete(LateAnswer),
    "surveys_transcript_update": lambda: Transcript.objects.update(note="another"),
    "surveys_transcript_delete": lambda: delete(Transcript),
    "surveys_revisionpair_update": lambda: RevisionPair.objects.update(revision=2),
    "surveys_revisionpair_delete": lambda: delete(RevisionPair),
    "surveys_revisionrequest_update": lambda: RevisionRequest.objects.update(expert=Expert.objects.order_by("-pk")[0]),
    "surveys_revisionrequest_delete": lambda: delete(RevisionRequest),
    "surveys_answerpackage_update": lambda: AnswerPackage.objects.update(events=0),
    "surveys_answerpackage_delete": lambda: delete(AnswerPackage),
    "surveys_mailing_update": lambda: Mailing.objects.update(kind="thanks"),
    "surveys_mailing_delete": deleted_mailing,
    "surveys_letter_update": lambda: Letter.objects.update(expert=Expert.objects.order_by("-pk")[0]),
    "surveys_letter_delete": lambda: delete(Letter),
    "surveys_section_update": lambda: Section.objects.update(planned=3),
    "surveys_decision_update": lambda: Decision.objects.update(reason="another"),
    "surveys_decision_delete": lambda: delete(Decision),
    "surveys_signedsheet_update": lambda: SignedSheet.objects.update(note="another"),
    "surveys_signedsheet_delete": lambda: delete(SignedSheet),
    "surveys_signedsheet_insert": lambda: insert(sheet(WeightSet.objects.get())),
    "surveys_openanswer_update": lambda: OpenAnswer.objects.update(record=b"another"),
    "surveys_openanswer_delete": lambda: delete(OpenAnswer),
    "surveys_opennode_update": lambda: OpenNode.objects.update(ratio="0.0"),
    "surveys_opennode_delete": lambda: delete(OpenNode),
    "surveys_opennode_insert": lambda: insert(open_node()),
    "surveys_openlink_update": lambda: OpenLink.objects.update(count=0),
    "surveys_openlink_delete": deleted_open_link,
    "surveys_opendraft_update": lambda: OpenDraft.objects.update(receipt=""),
    "surveys_openresult_update": lambda: OpenResult.objects.update(signs={}),
    "surveys_openresult_delete": deleted_open_result,
    "surveys_openpart_insert": lambda: insert(OpenPart(result=OpenResult.objects.get(), first=9, count=1)),
    "surveys_openpart_update": lambda: OpenPart.objects.update(sums="[]"),
    "surveys_openpart_delete": lambda: delete(OpenPart),
    "surveys_round_update": lambda: Round.objects.update(note={"en": "another"}),
    "surveys_round_delete": lambda: Round.objects.filter(pairs=None)._raw_delete("default"),
    "surveys_roundpair_update": lambda: RoundPair.objects.update(distribution=[]),
    "surveys_roundpair_delete": lambda: delete(RoundPair),
    "surveys_draftanswer_insert": lambda: insert(draft()),
    "surveys_lateanswer_insert": lambda: insert(late()),
    "surveys_keptjudgment_insert": lambda: insert(kept()),
}


@pytest.fixture(scope="class")
def world(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[WeightSet]:
    """Everything there is, up to a locked weight set; made once, in a transaction that is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield everything()
        transaction.set_rollback(True)


def everything() -> WeightSet:
    approved = make.weight_set("approved")
    insert(sheet(approved))
    made = weight_set_lock(approved, user=make.user("approver"))
    expert = Expert.objects.order_by("pk")[0]
    pair, text = make.pair(expert.survey), ConsentText.objects.create(text_hash="0" * 64, language="en", text="Yes?")
    Consent.objects.create(expert=expert, text=text)
    request = RevisionRequest.objects.create(expert=expert, node=pair.node, note="Please look again.")
    RevisionPair.objects.create(request=request, comparison=pair, revision=1)
    KeptJudgment.objects.create(expert=expert, comparison=pair, revision=1, request=request, reason="I meant it.")
    LateAnswer.objects.create(expert=expert, comparison=pair, more_important="a", strength=3, client_key=uuid.uuid4())
    Transcript.objects.create(expert=expert, way="paper", received_on="2026-11-01", entered_by=make.user())
    Decision.objects.create(expert=expert, act="accept", reason="It fits the field.")
    AnswerPackage.objects.create(
        survey=expert.survey, sequence=1, sha256="0" * 64, made_at=timezone.now(), collector="https://example.org/",
        experts=1, events=1, submissions=0, imported_by=make.user(),
    )  # fmt: skip
    mailing = Mailing.objects.create(survey=expert.survey, kind="invitation", subject={}, body={})
    Letter.objects.create(mailing=mailing, expert=expert, address="e@example.org", language="en")
    Round.objects.create(survey=expert.survey, number=2)
    asked = Round.objects.create(survey=expert.survey, number=3)
    RoundPair.objects.create(round=asked, comparison=pair, distribution=[0] * 17)
    _answered_by_link()
    Section.objects.create(expert=expert, node=pair.node, pairs=[[pair.pk, 0]], planned=1)
    return made


def _answered_by_link() -> None:
    """One respondent, whose answers were computed."""
    link = make.open_link(Edition.objects.get())
    make.handed_in(link)
    open_result_request(link, user=make.user())
    make.work_off()
    make.work_off()


def sentence_of(attempt: Callable[[], Any]) -> str:
    """What the database says to it; nothing of it stays."""
    try:
        with transaction.atomic():
            attempt()
            transaction.set_rollback(True)
    except DatabaseError as error:
        return str(error)
    return ""


def test_every_guard_has_a_name_of_its_own_and_an_attempt_against_it() -> None:
    declared = [guard.name for guard in all_guards()]
    assert len(declared) == len(set(declared))
    assert {f"guard_{name}" for name in ATTEMPTS} == set(GUARDS)


class TestAgainstEverythingThereIs:
    @pytest.mark.parametrize("name", ATTEMPTS)
    def test_it_is_refused_by_its_guard_and_by_nothing_else(self, name: str, world: WeightSet) -> None:
        guard = GUARDS[f"guard_{name}"]
        assert guard.sentence in sentence_of(ATTEMPTS[name])
        remove([guard])
        assert sentence_of(ATTEMPTS[name]) == ""

    def test_a_superseded_set_stays_what_it_was(self, world: WeightSet) -> None:
        make.weight_set("locked", of=PanelResult.objects.select_related("survey__edition").get())
        old = WeightSet.objects.filter(pk=world.pk)
        for change in ({"state": "locked"}, {"superseded_by": None}, {"document": "{}"}):
            assert "cannot be changed" in sentence_of(lambda values=change: old.update(**values))  # type: ignore[misc]

    @pytest.mark.parametrize("table", WRITTEN_ONCE)
    def test_a_log_is_not_emptied(self, table: str, world: WeightSet) -> None:
        emptying = "TRUNCATE {} CASCADE" if connection.vendor == "postgresql" else "DELETE FROM {}"
        refusal = sentence_of(lambda: _execute(emptying.format(table)))
        assert "is written once" in refusal

    def test_an_event_is_not_replaced(self, world: WeightSet) -> None:
        copy = "INTO surveys_judgmentevent SELECT * FROM surveys_judgmentevent WHERE revision = 1"
        replacing = f"REPLACE {copy}"
        if connection.vendor == "postgresql":
            replacing = f"INSERT {copy} ON CONFLICT (id) DO UPDATE SET strength = 9"
        assert "is written once" in sentence_of(lambda: _execute(replacing))

    def test_lifted_guards_are_back_afterwards_even_after_an_error(self, world: WeightSet) -> None:
        with pytest.raises(ZeroDivisionError), lifted():
            assert JudgmentEvent.objects.update(note="seen") > 0
            raise ZeroDivisionError
        assert "is written once" in sentence_of(lambda: JudgmentEvent.objects.update(note="again"))

    def test_installing_twice_is_installing_once(self, world: WeightSet) -> None:
        install(all_guards())
        install(all_guards())
        remove(all_guards())
        remove(all_guards())
        assert sentence_of(lambda: JudgmentEvent.objects.update(note="seen")) == ""


@pytest.mark.parametrize("forged", [{"content_hash": "0" * 64}, {"uploaded_by": "coordinator"}])
def test_a_sheet_of_other_weights_or_of_the_proposer_is_refused(forged: dict[str, Any]) -> None:
    changes = {name: make.user(value) if name == "uploaded_by" else value for name, value in forged.items()}
    approved = make.weight_set("approved")
    assert GUARDS["guard_surveys_signedsheet_insert"].sentence in sentence_of(
        lambda: insert(sheet(approved, **changes))
    )
    assert sentence_of(lambda: insert(sheet(approved))) == ""


FORGERIES: list[tuple[str, dict[str, Any]]] = [
    ("draft", {"state": "locked"}),
    ("proposed", {"document": "{}"}),
    ("proposed", {"content_hash": "0"}),
    ("proposed", {"adopted_decimals": 3}),
    ("proposed", {"number": 9}),
    ("proposed", {"state": "locked"}),
    ("approved", {"approval": "another reason"}),
    ("approved", {"proposed_by": None}),
    ("approved", {"synthetic": True}),
    ("approved", {"state": "draft"}),
    ("approved", {"state": "locked", "document": "{}"}),
    ("locked", {"seal": "{}"}),
    ("locked", {"locked_by": None}),
    ("locked", {"state": "approved"}),
    ("locked", {"state": "superseded", "content_hash": "0"}),
]


@pytest.mark.parametrize(("state", "forgery"), FORGERIES)
def test_a_signed_set_is_not_forged(state: str, forgery: dict[str, Any]) -> None:
    weight_set = make.weight_set(state)
    refusal = sentence_of(lambda: WeightSet.objects.filter(pk=weight_set.pk).update(**forgery))
    assert GUARDS["guard_surveys_weightset_update"].sentence in refusal


def test_whether_pairs_may_stay_open_is_fixed_when_a_survey_opens() -> None:
    survey = make.survey()
    refusal = sentence_of(lambda: Survey.objects.filter(pk=survey.pk).update(missing_allowed=True))
    assert "keeps its edition and its method" in refusal


@pytest.mark.parametrize("state", ["draft", "pilot"])
def test_the_method_of_a_survey_is_free_until_it_opens(state: str) -> None:
    survey = make.survey(state)
    assert sentence_of(lambda: Survey.objects.filter(pk=survey.pk).update(method="log_least_squares")) == ""


def test_what_is_not_fixed_of_an_open_survey_still_changes() -> None:
    survey = make.survey()
    assert sentence_of(lambda: Survey.objects.filter(pk=survey.pk).update(closes_at=None, gate="hard", round=2)) == ""


def test_a_draft_edition_is_free() -> None:
    edition = make.edition(frozen=False)
    assert sentence_of(lambda: Indicator.objects.filter(edition=edition).update(unit="m")) == ""
    assert sentence_of(lambda: Edition.objects.filter(pk=edition.pk).delete()) == ""


def _execute(statement: str) -> None:
    connection.check_constraints()  # PostgreSQL empties no table that has checks to come
    with connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_sentence_may_hold_an_apostrophe() -> None:
    guard = Guard("surveys_person", "INSERT", "It's refused.")
    install([guard])
    try:
        assert "It's refused." in sentence_of(lambda: make.expert(name="somebody"))
    finally:
        remove([guard])
