"""Addresses of data, runs, figures and public pages."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from scoring.models import UnitList
from scoring.report.document import example_template
from scoring.selectors.report import plan_of
from scoring.services.figure_sets import figure_set_compute, figure_set_request
from scoring.services.runs import run_request
from scoring.services.studies import study_compute, study_request
from surveys.access import READS, RUNS, SCORES
from tests.scoring import factories as score
from tests.support.doors.door import ACCOUNT, ANYBODY, Arguments, Door
from tests.support.doors.estate import KINDS, NODES, asking, decided, expert, fields, upload
from tests.support.everybody import Estate
from tests.surveys import factories as make


def run(*rest: Any) -> Arguments:
    return lambda at: [[at.decided.pk, at.run.number, *(each if isinstance(each, tuple) else (each,))] for each in rest]


def a_run(at: Estate) -> list[list[Any]]:
    return [[at.decided.pk, at.run.number]]


def a_study(at: Estate, *, computed: bool = True) -> list[list[Any]]:
    study, _job = study_request(at.run, "indicators", user=None)
    if computed and not study.computed_at:
        study_compute(study.pk)()
    return [[at.decided.pk, at.run.number, study.pk]]


def listed(at: Estate) -> UnitList:
    """A list of units of the decided survey's system, made when it is first asked for."""
    return at.decided.edition.system.unit_lists.first() or score.unit_list(at.decided)


def listed_unit(at: Estate) -> list[list[Any]]:
    found = listed(at)
    return [[at.decided.pk, found.pk, found.units.get(code="1").pk]]


def grouped_run(at: Estate) -> int:
    """The number of a run whose units have regions."""
    content = b"unit,region,a1,a2,b,c\nNorth,Up,1,10,3,5\nSouth,Up,2,30,1,5.5\nEast,Down,3,20,2,9\n"
    return score.run(at.sets["locked"], score.data_set(at.decided, content)).number


def later_data(at: Estate) -> int:
    return score.data_set(at.decided, score.DATA.replace(b"North,1,10", b"North,100,11")).pk


def another_run(at: Estate) -> list[list[Any]]:
    """With a run that it can be compared with."""
    run_request(at.decided, at.data, at.sets["locked"], user=None, preview=True)
    make.work_off()
    return a_run(at)


def report_plan(at: Estate) -> dict[str, Any]:
    places = range(len(plan_of(at.run)))
    return {f"shown-{place}": "on" for place in places} | {f"place-{place}": str(place + 1) for place in places}


def report_template(_at: Estate) -> dict[str, Any]:
    return {"file": SimpleUploadedFile("t.docx", example_template([("figure", "2")]))}


def figure_set(at: Estate) -> list[list[Any]]:
    made, _job = figure_set_request(at.run, plan_of(at.run), language="en", other=None, template=None, user=None)
    figure_set_compute(made.pk)()
    return [[at.decided.pk, at.run.number, made.pk]]


def a_page(*rest: Any, state: str = "public") -> Arguments:
    """A public page, or one that is not public yet; by its address, and what follows."""
    return lambda at: [[score.publication(at.run, state=state).slug, *each] for each in (rest or ((),))]


def a_draft(at: Estate) -> list[list[Any]]:
    return [[at.decided.pk, at.run.number, score.publication(at.run).pk]]


PUBLICATION = {
    "slug": "new-page", "title_en": "Ranks", "nodes": "r", "names": "on", "ranks": "on", "scores": "on", "band": "5",
    "gaps": "kept", "languages": "en",
}  # fmt: skip


PUBLISHED = (
    *("title_zh_hans", "words_zh_hans", "words_en", "top", "parts", "intervals", "hidden"),
    *("own_weights", "downloads", "indexed", "licence"),
)


DOORS: dict[str, Door] = {
    # data and runs
    "scoring:home": Door(get=ACCOUNT),
    "scoring:data_sets": Door(get=READS, args=decided),
    "scoring:data_import": Door(get=SCORES, post=SCORES, args=decided, payload=upload(score.DATA, name_en="New")),
    "scoring:data_template": Door(get=READS, args=decided),
    "scoring:data_set": Door(get=READS, args=lambda at: [[at.decided.pk, at.data.pk]]),
    "scoring:data_changes": Door(get=READS, args=lambda at: [[at.decided.pk, at.data.pk]]),
    "scoring:data_changes_export": Door(
        get=READS,
        args=lambda at: [[at.decided.pk, later_data(at), kind] for kind in ("csv", "xlsx")],
    ),
    "scoring:data_quality": Door(get=READS, args=lambda at: [[at.decided.pk, at.data.pk]]),
    "scoring:data_quality_file": Door(
        get=READS, args=lambda at: [[at.decided.pk, at.data.pk, kind] for kind in ("csv", "xlsx")]
    ),
    "scoring:data_quality_figure": Door(
        get=READS, args=lambda at: [[at.decided.pk, at.data.pk, "a", "relations", kind] for kind in ("svg", "xlsx")]
    ),
    "scoring:regions": Door(get=READS, args=a_run),
    "scoring:regions_export": Door(
        get=READS, args=lambda at: [[at.decided.pk, grouped_run(at), kind] for kind in ("csv", "xlsx")]
    ),
    "scoring:run_quality": Door(get=READS, args=a_run),
    "scoring:run_quality_file": Door(get=READS, args=run("csv", "xlsx")),
    "scoring:unit_lists": Door(get=READS, args=decided),
    "scoring:unit_list_new": Door(get=SCORES, post=SCORES, args=decided, payload=upload(score.LIST, name_en="Lands")),
    "scoring:unit_list": Door(get=READS, args=lambda at: [[at.decided.pk, listed(at).pk]]),
    "scoring:unit_list_again": Door(
        get=SCORES, post=SCORES, args=lambda at: [[at.decided.pk, listed(at).pk]], payload=upload(score.LIST)
    ),
    "scoring:unit_list_remove": Door(post=SCORES, args=lambda at: [[at.decided.pk, listed(at).pk]]),
    "scoring:unit_list_export": Door(
        get=READS, args=lambda at: [[at.decided.pk, listed(at).pk, kind] for kind in ("csv", "xlsx")]
    ),
    "scoring:unit_edit": Door(
        get=SCORES, post=SCORES, args=listed_unit, payload=fields(name_zh_hans="North", region_en="Elsewhere"),
    ),
    "scoring:rules": Door(get=READS, args=decided),
    "scoring:rules_look": Door(get=READS, args=decided),
    "scoring:rules_new": Door(
        get=SCORES, post=SCORES, args=decided,
        payload=fields(
            store="1", draft='{"b": {"missing": "leave_out"}}', base="", output_low="0", output_high="100",
            tie_tolerance="1e-9", rank_decimals="", reason="Gaps are left out.", name_en="Gaps",
        ),
    ),
    "scoring:runs": Door(get=READS, args=decided),
    "scoring:run_new": Door(
        get=SCORES, post=SCORES, args=decided,
        payload=lambda at: {
            "data_set": at.data.pk, "weight_set": at.sets["draft"].pk, "weights_used": "exact", "preview": "1",
        },
    ),
    "scoring:run": Door(get=READS, args=lambda at: [[at.decided.pk, at.run.number]]),
    "scoring:node": Door(get=READS, args=run(*NODES)),
    "scoring:figure_file": Door(
        get=READS,
        # Every figure in one format, and one figure in every format: who may does not depend on both at once.
        args=lambda at: [
            [at.decided.pk, at.run.number, code, show, kind]
            for code, show, kind in (
                *(("r", "bars", kind) for kind in ("svg", "png", "xlsx")),
                *(("r", "bars", "csv"), ("a", "makeup", "csv"), ("a1", "values", "csv"), ("a1", "minmax", "csv")),
                *(("r", "relations", "csv"), ("r", "influence", "csv"), ("r", "experts", "csv")),
            )
        ],
    ),
    "scoring:unit": Door(
        get=READS, args=lambda at: [[at.decided.pk, at.run.number, unit.pk] for unit in at.data.units.all()[:1]]
    ),
    "scoring:comparing": Door(get=READS, args=a_run),
    "scoring:comparing_export": Door(
        get=READS, args=lambda at: [[*another_run(at)[0], kind] for kind in ("csv", "xlsx")]
    ),
    "scoring:sure": Door(get=READS, args=a_run),
    "scoring:study_ask": Door(post=SCORES, args=a_run, payload=fields(kind="methods")),
    "scoring:study": Door(get=READS, args=a_study),
    "scoring:study_stop": Door(post=SCORES, args=lambda at: a_study(at, computed=False)),
    "scoring:study_export": Door(
        get=READS, args=lambda at: [[*a_study(at)[0], kind] for kind in ("csv", "xlsx")]
    ),
    "scoring:gallery": Door(get=READS, post=SCORES, args=a_run, payload=fields(language="en")),
    "scoring:report_figure": Door(
        get=READS, args=run(("bars-r", "svg"), ("bars-r", "png"), ("definitions", "csv"), ("weights", "xlsx"))
    ),
    "scoring:report_plan": Door(
        get=SCORES, post=SCORES, args=a_run, payload=report_plan, asks=("add-kind", "add-node", "add-other")
    ),
    "scoring:report_template": Door(post=SCORES, args=a_run, payload=report_template),
    "scoring:report_template_example": Door(get=READS, args=a_run),
    "scoring:figure_set": Door(get=READS, args=figure_set),
    "scoring:figure_set_file": Door(get=READS, args=figure_set),
    "scoring:why": Door(
        get=READS,
        args=lambda at: [[at.decided.pk, at.run.number, at.data.units.order_by("pk")[0].pk, code] for code in NODES],
    ),
    "scoring:run_export": Door(get=READS, args=run(*KINDS)),
    # what the public may see
    "scoring:publications": Door(get=READS, args=a_run),
    "scoring:publication_new": Door(get=RUNS, post=RUNS, args=a_run, payload=fields(**PUBLICATION), asks=PUBLISHED),
    "scoring:publication_edit": Door(get=RUNS, post=RUNS, args=a_draft, payload=fields(**PUBLICATION), asks=PUBLISHED),
    "scoring:publication_decide": Door(
        post=RUNS, args=a_draft, payload=fields(to="public", looked="1"), asks=("reason",)
    ),
    "scoring:publication_preview": Door(get=READS, args=a_draft),
    "scoring:publication_preview_of": Door(get=READS, args=lambda at: [[*a_draft(at)[0], "method/"]]),
    "scoring:publication_files": Door(get=READS, args=a_draft),
    "scoring:public": Door(get=ANYBODY, args=a_page()),
    "scoring:public_node": Door(get=ANYBODY, args=a_page(("r",), ("a",))),
    "scoring:public_figure": Door(
        get=ANYBODY, args=a_page(*(("r", "bars", kind) for kind in ("svg", "png", "xlsx", "csv", "docx")))
    ),
    "scoring:public_method": Door(get=ANYBODY, args=a_page()),
    "scoring:public_weights": Door(get=ANYBODY, args=a_page()),
    "scoring:public_data": Door(get=ANYBODY, args=a_page(("csv",), ("xlsx",), ("json",))),
    # decisions about answers, with their effect
    "scoring:accept": Door(
        get=RUNS, post=RUNS, args=lambda at: [[*expert(at)[0], "r"]], payload=fields(reason="It fits the field.")
    ),
    "scoring:exclude_here": Door(
        get=RUNS, post=RUNS, args=lambda at: [[*expert(at)[0], "a"]], payload=fields(reason="At random.")
    ),
    "scoring:exclude_all": Door(get=RUNS, post=RUNS, args=expert, payload=fields(reason="At random.")),
    "scoring:undo": Door(
        get=RUNS, post=RUNS, args=lambda at: [[at.asking.pk, at.decision.pk]], payload=fields(reason="Explained.")
    ),
    "scoring:what_if": Door(get=READS, args=lambda at: [[at.decided.pk], [at.asking.pk], [at.planned.pk]]),
    "scoring:what_if_variant": Door(
        get=READS, args=lambda at: [[at.decided.pk, name] for name in ("aggregation", "method", "consistent", "first")]
    ),
    "scoring:unmask": Door(post=RUNS, args=asking, payload=fields(reason="The director asks.")),
}  # fmt: skip
