"""Data sets and runs through their services."""

import json

import pytest
from django.core.management import CommandError, call_command

from scoring.computing import inputs_of
from scoring.models import DataSet, Score, ScoringRun
from scoring.services.runs import run_compute, run_request, run_with_inputs
from scoring.services.verification import run_problems
from surveys.canonical import content_hash
from surveys.errors import Refused, Stale
from surveys.guards import lifted
from surveys.models import AuditEvent, Job
from tests.scoring import factories as score
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


def ranks(run: ScoringRun, code: str) -> list[tuple[str, int | None]]:
    found = Score.objects.filter(run=run, node__code=code).order_by("unit__position")
    return list(found.values_list("unit__name", "rank"))


def test_a_data_set_keeps_what_was_typed() -> None:
    stored = score.data_set(make.survey())
    south = stored.units.get(name="South")
    assert (stored.node, stored.columns, stored.unit_count) == ("r", ["a1", "a2", "b", "c"], 4)
    assert (south.position, south.row, south.values) == (2, 3, ["2", "30", "1", "5.5"])
    assert len(stored.content_hash) == len(stored.file_hash) == 64


def test_the_same_data_have_the_same_hash_and_other_data_another() -> None:
    survey = make.survey()
    first, second = score.data_set(survey), score.data_set(survey)
    other = score.data_set(survey, score.DATA.replace(b"5.5", b"5.50"))
    assert first.content_hash == second.content_hash != other.content_hash


def test_a_data_set_needs_a_name_and_a_frozen_edition() -> None:
    with pytest.raises(Refused, match="name"):
        score.data_set(make.survey(), name={"en": ""})
    with pytest.raises(Refused, match="Freeze"):
        score.data_set(make.survey("draft", of=make.edition(frozen=False, label="2.0")))


def test_a_later_version_replaces_the_earlier_one_once() -> None:
    survey = make.survey()
    first = score.data_set(survey)
    second = score.data_set(survey, replaces=first)
    first.refresh_from_db()
    assert (second.version, first.state) == (2, DataSet.State.REPLACED)
    with pytest.raises(Stale):
        score.data_set(survey, replaces=first)


def test_data_of_a_synthetic_survey_are_synthetic() -> None:
    assert score.data_set(make.survey(synthetic=True)).synthetic
    assert not score.data_set(make.survey(of=make.edition(label="3.0"))).synthetic


def test_a_run_scores_and_ranks_every_unit_on_every_node() -> None:
    run = score.run()
    assert run.computed
    assert run.scores.count() == 4 * 6
    assert ranks(run, "a1") == [("North", 4), ("South", 3), ("East", 1), ("West", 1)]
    assert not run.scores.exclude(score__range=(0, 100)).exists()


def test_a_run_names_its_inputs_by_their_hashes() -> None:
    run = score.run()
    document = json.loads(run.document)
    assert content_hash(run.document) == run.content_hash
    assert document["data"]["content_hash"] == run.data_set.content_hash
    assert document["weights"]["content_hash"] == run.weight_set.content_hash
    assert document["weights"]["seal_hash"] == run.weight_set.seal_hash
    assert document["software"] == run.software
    assert document["scores"]["b"] == ["100.0", "0.0", "50.0", "50.0"]


def test_the_same_run_comes_out_the_same_to_the_last_bit() -> None:
    run = score.run()
    assert inputs_of(run_with_inputs(run.pk)).local == inputs_of(run_with_inputs(run.pk)).local
    run_compute(run.pk)()  # a second delivery of the same job stores nothing
    again = run_with_inputs(run.pk)
    assert (again.document, again.scores.count()) == (run.document, 24)


def test_asking_twice_gives_one_run_and_one_job() -> None:
    run = score.run()
    again, job = run_request(run.survey, run.data_set, run.weight_set, user=None)
    assert (again.pk, job.state, Job.objects.filter(kind="scoring_run").count()) == (run.pk, Job.State.DONE, 1)
    assert AuditEvent.objects.filter(action="run.requested").count() == 1


@pytest.mark.parametrize("state", ["draft", "proposed", "approved"])
def test_a_stored_run_needs_locked_weights(state: str) -> None:
    weight_set = make.weight_set(state)
    with pytest.raises(Refused, match="not locked"):
        score.run(weight_set)


def test_a_preview_takes_any_weights_and_says_so() -> None:
    run = score.run(make.weight_set("draft"), preview=True)
    document = json.loads(run.document)
    assert run.preview
    assert run.computed
    assert (document["preview"], document["weights"]["seal_hash"]) == (True, "")


def test_a_preview_of_weights_that_changed_meanwhile_fails_with_a_sentence() -> None:
    from surveys.services.weight_sets import weight_set_adopt

    weight_set = make.weight_set("draft")
    survey = score.survey_of(weight_set)
    _run, job = run_request(survey, score.data_set(survey), weight_set, user=None, preview=True)
    weight_set_adopt(weight_set, decimals=1, user=make.user())
    make.work_off()
    job.refresh_from_db()
    assert (job.state, "have changed" in job.error) == (Job.State.FAILED, True)


def test_data_and_weights_must_belong_together() -> None:
    weight_set = score.locked()
    elsewhere = make.survey(of=make.edition(label="2.0"))
    with pytest.raises(Refused, match="one survey"):
        run_request(score.survey_of(weight_set), score.data_set(elsewhere), weight_set, user=None)


def test_a_branch_is_scored_with_the_weights_below_it() -> None:
    weight_set = score.locked()
    survey = score.survey_of(weight_set)
    run = score.run(weight_set, score.data_set(survey, score.BRANCH))
    document = json.loads(run.document)
    assert (document["node"], set(document["scores"])) == ("a", {"a", "a1", "a2"})
    assert [float(text) for text in document["scores"]["a"]] == pytest.approx([0, 100])
    assert set(document["local_weights"]) == {"a"}


def test_adopted_weights_are_the_printed_ones() -> None:
    weight_set = score.locked(decimals=0)
    data = score.data_set(score.survey_of(weight_set))
    used = score.run(weight_set, data, weights_used="adopted")
    printed = {entry.indicator.code: float(entry.adopted_weight) for entry in weight_set.entries.all()}
    local = json.loads(used.document)["local_weights"]["r"]
    assert {code: float(weight) for code, weight in local.items()} == {c: printed[c] / 100 for c in ("a", "b", "c")}
    exact = score.run(weight_set, data)
    assert exact.pk != used.pk


def test_adopted_weights_must_exist() -> None:
    with pytest.raises(Refused, match="no adopted weights"):
        score.run(weights_used="adopted")


def test_a_computed_run_verifies() -> None:
    run = score.run()
    assert run_problems(run.pk) == []
    call_command("verify_run", run.pk)
    with pytest.raises(CommandError, match="No such run"):
        call_command("verify_run", run.pk + 1)


@pytest.mark.parametrize(
    ("change", "found"),
    [
        (lambda data: data.units.filter(name="South").update(values=["2", "30", "1", "5.6"]), "data are not those"),
        (lambda _: Score.objects.filter(unit__name="South", node__code="b").update(score=1.0), "stored scores of b"),
    ],
)
def test_a_changed_cell_is_found(change: object, found: str) -> None:
    run = score.run()
    with lifted():
        change(run.data_set)  # type: ignore[operator]
    assert any(found in problem for problem in run_problems(run.pk))
    with pytest.raises(SystemExit):
        call_command("verify_run")
