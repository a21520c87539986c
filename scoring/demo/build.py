"""The demo, from its files to its runs. Judgments go in through the services, results come out of the tasks."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings

from scoring.demo import consensus, decisions, earlier, everybody, hard_cases, panels, runs, texts
from scoring.demo.panels import People
from scoring.demo.people import people_create
from scoring.demo.year_before import year_before
from scoring.report.plan import items_of
from scoring.services.figure_sets import plan_write
from surveys.files.judgments import JudgmentRow
from surveys.models import AuditEvent, Edition, Survey
from surveys.selectors.demo import READY
from surveys.services.audit import audit
from surveys.services.systems import edition_next

COMPUTING = Path(settings.BASE_DIR) / "demo" / "computing"
TOWNS = Path(settings.BASE_DIR) / "demo" / "towns"
BUILT = "demo.built"
CALM = "E01"  # whose answers the hard cases are made from
OPEN_SLUG = "computing"


def demo_build() -> None:
    """Make the whole demo in an empty database. Its last act says so: a demo that was interrupted is known by that."""
    people = people_create()
    _towns(people)
    indicators, rows = panels.indicators(COMPUTING, "zh-hans"), panels.judgments(COMPUTING, "zh-hans")
    before = earlier.edition(indicators, people["coordinator"])
    edition = panels.edition(
        COMPUTING, name=texts.COMPUTING_SYSTEM, label="3.0", language="zh-hans", user=people["coordinator"],
        system=before.system, was=earlier.WAS,
    )  # fmt: skip
    _golden_panel(edition, rows, people)
    _open_survey(edition, [row for row in rows if row.expert == CALM], people)
    edition_next(edition, label=earlier.DRAFT, user=people["coordinator"])
    earlier.surveys(before, edition, indicators, rows, people)
    audit(BUILT, "demo", user=None)


def is_built() -> bool:
    return AuditEvent.objects.filter(action=BUILT).exists()


def _golden_panel(edition: Edition, rows: list[JudgmentRow], people: People) -> None:
    """Twelve consistent experts, a second round, a locked set, and the runs of 31 provinces and 302 cities."""
    survey = _computing_survey(edition, people, texts.COMPUTING_TITLE)
    _answered(survey, consensus.first_answers(rows), texts.COMPUTING_PANEL, "zh-hans", people)
    consensus.say_of_themselves(list(survey.experts.order_by("pk")))
    consensus.second_round(survey, rows, people["coordinator"])
    weight_set = panels.locked_set(
        survey, people, proposal=texts.COMPUTING_PROPOSAL, approval=texts.COMPUTING_APPROVAL, decimals=2
    )
    runs.unit_lists(survey, COMPUTING, people)
    made = [
        runs.run(
            COMPUTING / file, survey, weight_set, name=name, source=texts.COMPUTING_SOURCE, year="2023", people=people
        )
        for file, name in texts.COMPUTING_DATA.items()
    ]
    runs.studies(made[0], people)  # those of the cities are for the reader to ask
    runs.publish(made[0], people)
    provinces = COMPUTING / next(iter(texts.COMPUTING_DATA))
    before = runs.run(
        provinces, survey, weight_set, name=texts.YEAR_BEFORE, source=texts.YEAR_BEFORE_SOURCE, year="2022",
        people=people, content=year_before(provinces),
    )  # fmt: skip
    runs.by_rules(made[0], before.data_set, people)
    plan = json.loads((COMPUTING / "report.json").read_text(encoding="utf-8"))
    plan_write(survey, items_of(plan), user=people["analyst"])


def _open_survey(edition: Edition, calm: list[JudgmentRow], people: People) -> None:
    """Five experts who are hard to deal with, and one whom nobody plays yet."""
    survey = _computing_survey(
        edition, people, texts.OPEN_TITLE, missing_allowed=True, rules=texts.OPEN_RULES, slug=OPEN_SLUG
    )
    answers = [
        hard_cases.hurried("H1", calm),
        hard_cases.circular("H2", calm, node="1.2"),
        hard_cases.unfinished("H3", calm),
        hard_cases.straight_lined("H4", calm),
        hard_cases.outlying("H5", calm),
    ]
    codes = [rows[0].expert for rows in answers]
    panels.panel(survey, codes, texts.COMPUTING_PANEL, "zh-hans", people["coordinator"])
    panels.ready_expert(survey, READY, texts.READY_EXPERT, people["coordinator"])
    panels.answers(survey, [row for rows in answers for row in rows], people["coordinator"])
    finished = list(survey.experts.filter(code__in=codes).exclude(code="H3").order_by("pk"))
    decisions.second_thoughts(survey.experts.get(code="H1"))
    for expert in finished:
        panels.submit(expert)
    consensus.say_of_themselves(finished)
    decisions.decide(survey, people)
    everybody.answered_by_link(survey, calm, people["coordinator"])
    file, name = next(iter(texts.COMPUTING_DATA.items()))
    runs.data(COMPUTING / file, survey, name=name, source=texts.COMPUTING_SOURCE, year="2023", people=people)


def _towns(people: People) -> None:
    """The second, small demo: English, another subject."""
    edition = panels.edition(TOWNS, name=texts.TOWNS_SYSTEM, label="2026", language="en", user=people["coordinator"])
    survey = panels.survey(
        edition,
        people,
        days_open=30,
        title=texts.TOWNS_TITLE,
        purpose=texts.TOWNS_PURPOSE,
        inviter=texts.TOWNS_INVITER,
        contact=texts.TOWNS_CONTACT,
        privacy=texts.PRIVACY,
    )
    _answered(survey, panels.judgments(TOWNS, "en"), texts.TOWNS_PANEL, "en", people)
    weight_set = panels.locked_set(
        survey, people, proposal=texts.TOWNS_PROPOSAL, approval=texts.TOWNS_APPROVAL, decimals=1
    )
    runs.run(
        TOWNS / "data.csv", survey, weight_set, name=texts.TOWNS_DATA, source=texts.SOURCE, year="2026", people=people
    )


def _computing_survey(
    edition: Edition,
    people: People,
    title: dict[str, str],
    *,
    missing_allowed: bool = False,
    rules: dict[str, str] | None = None,
    slug: str = "",
) -> Survey:
    return panels.survey(
        edition,
        people,
        days_open=60,
        missing_allowed=missing_allowed,
        slug=slug,
        exclusion_rules=rules or texts.EXCLUSION_RULES,
        title=title,
        purpose=texts.COMPUTING_PURPOSE,
        inviter=texts.COMPUTING_INVITER,
        contact=texts.COMPUTING_CONTACT,
        privacy=texts.PRIVACY,
    )


def _answered(survey: Survey, rows: list[JudgmentRow], name: str, language: str, people: People) -> None:
    """A panel whose every expert has answered and submitted."""
    panels.panel(survey, list(dict.fromkeys(row.expert for row in rows)), name, language, people["coordinator"])
    panels.answers(survey, rows, people["coordinator"])
    for expert in survey.experts.all():
        panels.submit(expert)
