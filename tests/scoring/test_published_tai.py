"""Indices that others published come back from their own raw values, through `manage.py evaluate`.

The Technology Achievement Index, 23 countries and 8 indicators (files in `tests/published/tai`): raw values, weights
and ranks from OECD and JRC, *Handbook on Constructing Composite Indicators* (2008), Tables A.2, 22, 23 and 41;
goalposts from Saisana, Saltelli and Tarantola, J. R. Statist. Soc. A 168 (2005), Table 1; the index to two decimals
from the *Human Development Report 2001*. Telephones and electricity are printed as logarithms to base 10, and so are
their goalposts here.
"""

import csv
import io
from pathlib import Path

import pytest
from django.core.management import call_command

TAI = Path(__file__).parents[1] / "published" / "tai"
EQUAL = ("PATENTS", "ROYALTIES", "INTERNET", "EXPORTS", "TELEPHONES", "ELECTRICITY", "SCHOOLING", "UNIVERSITY")
BUDGET = dict(zip(EQUAL, ("0.11", "0.11", "0.11", "0.18", "0.1", "0.06", "0.15", "0.18"), strict=True))
SIX = [code for code in EQUAL if code not in ("TELEPHONES", "ELECTRICITY")]


def _rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"))))


def _scores(out: Path, weights: dict[str, str], *, drop: tuple[str, ...] = ()) -> dict[str, dict[str, str]]:
    """Country → its row on the index, with these local weights and these columns left out."""
    (out / "weights.csv").write_text("code,local_weight\n" + "".join(f"{c},{w}\n" for c, w in weights.items()))
    for name in ("indicators.csv", "data.csv"):
        (out / name).write_text(_without(TAI / name, drop))
    given = [f"--indicators={out}/indicators.csv", f"--weights={out}/weights.csv", f"--data={out}/data.csv"]
    call_command("evaluate", *given, f"--out={out}/results", stdout=io.StringIO())
    return {row["unit"]: row for row in _rows(out / "results" / "scores.csv") if row["code"] == "TAI"}


def _without(file: Path, drop: tuple[str, ...]) -> str:
    rows = [row for row in csv.reader(io.StringIO(file.read_text())) if row[0] not in drop]
    kept = [place for place, code in enumerate(rows[0]) if code not in drop]
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows([[row[place] for place in kept] for row in rows])
    return text.getvalue()


@pytest.mark.parametrize(
    ("column", "weights", "drop"),
    [
        ("rank_equal", dict.fromkeys(EQUAL, "0.125"), ()),
        ("rank_budget", BUDGET, ()),
        ("rank_six", dict.fromkeys(SIX, repr(1 / 6)), ("TELEPHONES", "ELECTRICITY")),
    ],
)
def test_every_published_rank_comes_back(
    tmp_path: Path, column: str, weights: dict[str, str], drop: tuple[str, ...]
) -> None:
    scores = _scores(tmp_path, weights, drop=drop)
    published = {row["country"]: row[column] for row in _rows(TAI / "published.csv")}
    assert {country: row["rank"] for country, row in scores.items()} == published


def test_the_published_index_comes_back_to_its_second_decimal(tmp_path: Path) -> None:
    scores = _scores(tmp_path, dict.fromkeys(EQUAL, "0.125"))
    published = {row["country"]: float(row["index"]) for row in _rows(TAI / "published.csv") if row["index"]}
    # The handbook's raw values are themselves rounded: the last printed digit may differ by one.
    assert len(published) == 22
    assert all(abs(float(scores[country]["score"]) / 100 - index) <= 0.0101 for country, index in published.items())


def test_bounds_from_the_sample_would_tell_another_story(tmp_path: Path) -> None:
    """The guard: were the goalposts ignored, the ranks would differ."""
    for name in ("indicators.csv", "data.csv"):
        (tmp_path / name).write_text(_without(TAI / name, ("low", "high", "cap")))
    (tmp_path / "weights.csv").write_text("code,local_weight\n" + "".join(f"{code},0.125\n" for code in EQUAL))
    given = [f"--indicators={tmp_path}/indicators.csv", f"--weights={tmp_path}/weights.csv"]
    call_command("evaluate", *given, f"--data={tmp_path}/data.csv", f"--out={tmp_path}/out", stdout=io.StringIO())
    ranks = {row["unit"]: row["rank"] for row in _rows(tmp_path / "out" / "scores.csv") if row["code"] == "TAI"}
    published = {row["country"]: row["rank_equal"] for row in _rows(TAI / "published.csv")}
    assert sum(ranks[country] == rank for country, rank in published.items()) == 11
