"""The gallery of a report's figures: what can be made of a run, and each as a file."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from scoring.report.plan import Item
from scoring.services.figure_sets import plan_write
from tests.scoring import factories as score
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]


def test_every_card_says_whether_it_can_be_made_and_gives_its_files_in_both_languages() -> None:
    run = score.run()
    wanted = [Item(kind="bars", node="r"), Item(kind="twins", node="a1", other="zz", number="7"), Item(kind="weights")]
    plan_write(run.survey, wanted, user=make.user())
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    where = [run.survey_id, run.number]
    page = client.get(reverse("scoring:gallery", args=where)).content.decode()
    cards = [
        (page.index(f">{name}<"), name) for name in ("Can be made; its table agrees", "Cannot be made from this run")
    ]
    assert cards == sorted(cards), "in the order of the plan"
    assert page.count("Can be made; its table agrees") == 2
    assert "The run has no data on zz." in page
    assert "1 cannot be made" in page
    assert "figures/one/weights.csv?lang=zh-hans" in page
    assert "figures/one/weights.svg" not in page

    def file(key: str, kind: str, lang: str) -> Any:
        return client.get(reverse("scoring:report_figure", args=[*where, key, kind]), {"lang": lang})

    headings = [file("weights", "csv", lang).content.decode("utf-8-sig").splitlines()[0] for lang in ("en", "zh-hans")]
    assert headings == ["Code,Indicator,Level,Local weight,Weight", "代码,指标,层级,局部权重,权重"]
    assert file("weights", "xlsx", "en")["Content-Disposition"] == 'attachment; filename="R1-weights-en.xlsx"'
    assert "得分" in file("bars-r", "svg", "zh-hans").content.decode()
    assert [file(*each, "en").status_code for each in (("weights", "svg"), ("twins-a1-zz", "csv"), ("no", "csv"))] == [
        404, 404, 404,
    ]  # fmt: skip
