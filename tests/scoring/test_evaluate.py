"""`manage.py evaluate`: three files out, or every error of every file and nothing written."""

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

import ahp
from tests.support.files import TREE, english  # noqa: F401

ROOT = Path(__file__).parents[2]
JUDGMENTS = """expert,parent,item_a,item_b,more_important,strength
E2,0,A,B,a,3
E2,A,A1,A2,b,2
E1,0,A,B,a,3
E1,A,A2,A1,equal,1
"""
DATA = "town,A1,A2,B\nx,1,1.5,3\ny,2,1.2,4\nz,3,1.8,4\n"
WEIGHTS = "code,local_weight\nA,0.75\nB,0.25\nA1,0.5\nA2,0.5\n"


@pytest.fixture
def files(tmp_path: Path) -> Path:
    for name, text in {"i": TREE, "j": JUDGMENTS, "d": DATA, "w": WEIGHTS}.items():
        (tmp_path / f"{name}.csv").write_text(text)
    return tmp_path


def evaluate(
    folder: Path, *options: str, data: tuple[str, ...] = ("d",), source: str = "judgments"
) -> dict[str, list[dict[str, str]]]:
    arguments = [f"--indicators={folder}/i.csv", f"--{source}={folder}/{source[0]}.csv", f"--out={folder}/out"]
    arguments += [f"--data={folder}/{name}.csv" for name in data]
    call_command("evaluate", *arguments, *options, stdout=io.StringIO())
    results = {}
    for file in sorted((folder / "out").iterdir()):
        content = file.read_bytes()
        assert content.startswith(b"\xef\xbb\xbf")
        results[file.name] = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))
    return results


def refused(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    *options: str,
    data: tuple[str, ...] = ("d",),
    source: str = "judgments",
) -> list[str]:
    with pytest.raises(SystemExit) as caught:
        evaluate(folder, *options, data=data, source=source)
    assert caught.value.code == 2
    assert not (folder / "out").exists()
    return capsys.readouterr().err.replace(f"{folder}/", "").splitlines()


def test_it_writes_weights_consistency_and_scores(files: Path) -> None:
    found = evaluate(files)
    assert list(found) == ["consistency.csv", "scores.csv", "weights.csv"]
    weights = found["weights.csv"]
    assert list(weights[0]) == ["code", "name", "local_weight", "global_weight"]
    assert [row["code"] for row in weights] == ["0", "A", "A1", "A2", "B"]
    assert (weights[0]["local_weight"], weights[0]["global_weight"]) == ("1.0", "1.0")
    assert [float(row["global_weight"]) for row in weights[1:]] == pytest.approx(
        [0.75, 0.75 / (1 + 2**0.5), 0.75 * 2**0.5 / (1 + 2**0.5), 0.25], rel=1e-12
    )


def test_consistency_names_experts_in_the_order_of_the_file_and_the_panel_last(files: Path) -> None:
    rows = evaluate(files)["consistency.csv"]
    assert list(rows[0]) == ["expert", "node", "n", "lambda_max", "ci", "random_index", "ri", "cr"]
    assert [(row["expert"], row["node"]) for row in rows] == [
        (expert, node) for expert in ("E2", "E1", "panel") for node in ("0", "A")
    ]
    assert (rows[0]["n"], rows[0]["random_index"], rows[0]["ri"], rows[0]["cr"]) == ("2", "simulated", "", "")


def test_scores_stand_by_node_and_rank_for_every_unit_leaves_too(files: Path) -> None:
    rows = evaluate(files, source="weights")["scores.csv"]
    assert list(rows[0]) == ["data", "unit", "code", "name", "score", "rank"]
    assert len(rows) == 3 * 5
    assert (rows[0]["data"], rows[0]["unit"], rows[0]["name"], rows[0]["rank"]) == ("d", "y", "index", "1")
    assert float(rows[0]["score"]) == pytest.approx(0.375 * 50 + 0.375 * 100)
    assert [(row["unit"], row["score"], row["rank"]) for row in rows if row["code"] == "B"] == [
        ("x", "100.0", "1"),
        ("y", "0.0", "2"),
        ("z", "0.0", "2"),
    ]


def test_weights_come_from_a_file_without_any_expert(files: Path) -> None:
    found = evaluate(files, source="weights")
    assert found["consistency.csv"] == []
    assert [row["local_weight"] for row in found["weights.csv"]] == ["1.0", "0.75", "0.5", "0.5", "0.25"]


def test_two_runs_give_the_same_bytes(files: Path) -> None:
    evaluate(files)
    first = {file.name: file.read_bytes() for file in (files / "out").iterdir()}
    evaluate(files)
    assert {file.name: file.read_bytes() for file in (files / "out").iterdir()} == first


def test_each_data_set_is_scored_by_itself_and_on_its_own_node(files: Path) -> None:
    (files / "branch.csv").write_text("city,racks,PUE\nc1,5,1.5\nc2,7,1.2\n")
    rows = evaluate(files, data=("d", "branch"))["scores.csv"]
    assert {row["code"] for row in rows if row["data"] == "branch"} == {"A", "A1", "A2"}
    assert len([row for row in rows if row["data"] == "d"]) == 15


def test_method_and_random_index_are_chosen_by_name(files: Path) -> None:
    (files / "i.csv").write_text(TREE + "C,0,third,,\n")
    (files / "j.csv").write_text(JUDGMENTS + "E1,0,A,C,a,5\nE1,0,B,C,a,3\nE2,0,A,C,a,5\nE2,0,B,C,a,3\n")
    (files / "d.csv").write_text("town,A1,A2,B,C\nx,1,1.5,3,1\ny,2,1.2,4,2\n")
    rows = evaluate(files, "--random-index=saaty1980", "--method=log_least_squares")["consistency.csv"]
    assert [(row["random_index"], row["ri"]) for row in rows if row["n"] == "3"] == [("saaty1980", "0.58")] * 3
    with pytest.raises(CommandError, match="invalid choice: 'mine'"):
        evaluate(files, "--random-index=mine")


def test_a_unit_without_a_score_stands_last_and_blank(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "i.csv").write_text(
        "code,parent,name,missing\n0,,index,\nA,0,use,\nA1,A,racks,leave_out\nA2,A,PUE,\nB,0,price,\n"
    )
    (files / "d.csv").write_text(DATA.replace("y,2,", "y,,"))
    rows = evaluate(files, source="weights")["scores.csv"]
    assert [(row["unit"], row["score"], row["rank"]) for row in rows if row["code"] == "A"][-1] == ("y", "", "")


def test_what_was_done_to_a_unit_is_told(files: Path) -> None:
    (files / "i.csv").write_text(
        "code,parent,name,low,high,cap,aggregation\n0,,index,,,,\nA,0,use,,,,geometric\nA1,A,racks,0,2,yes,\n"
        "A2,A,PUE,,,,\nB,0,price,,,,\n"
    )
    told = io.StringIO()
    call_command(
        "evaluate", f"--indicators={files}/i.csv", f"--weights={files}/w.csv", f"--data={files}/d.csv",
        f"--out={files}/out", stdout=told,
    )  # fmt: skip
    assert "A1: a value beyond the bounds was moved to them for z" in told.getvalue()
    assert "A: a score of 0 under a geometric or harmonic mean gives 0 to y" in told.getvalue()


def test_every_error_of_every_file_is_told_and_nothing_is_written(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "j.csv").write_text(JUDGMENTS + "E1,0,A,B,a,3\n" + "E3,0,A,B,a,10\n")
    (files / "d.csv").write_text(DATA.replace("1.8,4", "12%,4"))
    (files / "other.csv").write_text("%PDF")
    assert refused(files, capsys, data=("d", "other", "absent")) == [
        "j.csv: row 6: expert E1 has judged A and B in row 4 already; keep one row for a pair, whichever way round",
        "j.csv: row 7, column strength: the strength “10” is not a whole number from 2 to 9; "
        "write one of 2, 3, 4, 5, 6, 7, 8, 9",
        "d.csv: row 4, column A2: “12%” has a percent sign; "
        "write the number alone, as 12.5, and put % in the unit of the indicator",
        "other.csv: the file is a PDF document, not a table; save the table as “CSV UTF-8” or as .xlsx",
        "absent.csv: the file cannot be used: No such file or directory; check the path and the permissions",
    ]


def test_with_a_broken_tree_the_other_files_are_still_looked_at(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "i.csv").write_text(TREE.replace("A1,A", "A1,Z"))
    (files / "d.csv").write_text(DATA + "v,1\n")
    assert [line.split(";")[0] for line in refused(files, capsys)] == [
        "i.csv: row 4, column parent: the parent Z of A1 is not in the file",
        "d.csv: row 5: the row has 2 cells, the heading has 4",
    ]


THREE = TREE + "C,0,third,,\n"
LINKED = "E1,0,A,B,a,2\nE1,0,B,C,a,4\nE1,0,A,C,cannot_judge,\nE1,A,A1,A2,equal,1\n"


def test_missing_judgments_are_completed_as_the_method_says(files: Path) -> None:
    (files / "i.csv").write_text(THREE)
    (files / "j.csv").write_text(JUDGMENTS.splitlines()[0] + "\n" + LINKED)
    (files / "d.csv").write_text("town,A1,A2,B,C\nx,1,1.5,3,1\ny,2,1.2,4,2\n")
    rows = evaluate(files)
    local = {row["code"]: float(row["local_weight"]) for row in rows["weights.csv"]}
    assert (local["A"], local["B"], local["C"]) == pytest.approx((8 / 13, 4 / 13, 1 / 13), rel=1e-12)
    tested = {(row["expert"], row["node"]): row for row in rows["consistency.csv"]}
    assert (tested["E1", "0"]["cr"], tested["E1", "0"]["ri"]) == ("", "")  # nothing could contradict


@pytest.mark.parametrize("method", ["eigenvector", "log_least_squares", "harker"])
def test_the_random_index_of_an_incomplete_matrix_is_smaller(files: Path, method: str) -> None:
    (files / "i.csv").write_text(THREE + "D,0,fourth,,\n")
    said = LINKED.replace("E1,0,A,C,cannot_judge,\n", "") + "E1,0,C,D,a,2\nE1,0,A,D,a,9\n"
    (files / "j.csv").write_text(JUDGMENTS.splitlines()[0] + "\n" + said)
    (files / "d.csv").write_text("town,A1,A2,B,C,D\nx,1,1.5,3,1,1\ny,2,1.2,4,2,2\n")
    rows = evaluate(files, f"--method={method}")
    (line,) = [row for row in rows["consistency.csv"] if (row["expert"], row["node"]) == ("E1", "0")]
    said_matrix = ahp.matrix_from_pairs("ABCD", {("A", "B"): 2, ("B", "C"): 4, ("C", "D"): 2, ("A", "D"): 9})
    assert float(line["ri"]) == ahp.random_index(4, missing=2)
    assert float(line["cr"]) == ahp.consistency(said_matrix).ratio
    local = [float(row["local_weight"]) for row in rows["weights.csv"] if row["code"] in "ABCD"]
    assert local == pytest.approx(ahp.priorities(said_matrix, method=method).weights.tolist(), rel=1e-12)


def test_answers_that_do_not_link_all_items_are_refused_and_named(
    files: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (files / "i.csv").write_text(THREE)
    said = "E1,0,A,B,a,2\nE1,A,A1,A2,cannot_judge,\nE2,0,A,B,a,2\nE2,0,A,C,a,2\nE2,A,A1,A2,a,2\n"
    (files / "j.csv").write_text(JUDGMENTS.splitlines()[0] + "\n" + said)
    (files / "d.csv").write_text("town,A1,A2,B,C\nx,1,1.5,3,1\ny,2,1.2,4,2\n")
    assert refused(files, capsys) == [
        "j.csv: the answers of expert E1 under 0 do not link all items, they fall into {A, B}; {C}; "
        "add an answer between two groups, such as A – C",
        "j.csv: the answers of expert E1 under A do not link all items, they fall into {A1}; {A2}; "
        "add an answer between two groups, such as A1 – A2",
    ]


def test_two_data_files_of_one_name_are_refused(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "sub").mkdir()
    (files / "sub" / "d.csv").write_text(DATA)
    (line,) = refused(files, capsys, data=("d", "sub/d"))
    assert line == "sub/d.csv: d.csv has the same name, by which the scores tell the files apart; rename one of the two"


def test_a_table_too_short_for_the_tree_is_refused(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    codes = [f"c{number}" for number in range(17)]
    (files / "i.csv").write_text("code,parent,name\n0,,r\n" + "".join(f"{code},0,{code}\n" for code in codes))
    pairs = [f"E1,0,{a},{b},equal,1\n" for place, a in enumerate(codes) for b in codes[place + 1 :]]
    (files / "j.csv").write_text(JUDGMENTS.splitlines()[0] + "\n" + "".join(pairs))
    (files / "d.csv").write_text("u," + ",".join(codes) + "\nx" + ",1" * 17 + "\ny" + ",2" * 17 + "\n")
    (line,) = refused(files, capsys, "--random-index=common_cn")
    assert line == (
        "--random-index: the table common_cn has no random index for the 17 children of 0; "
        "choose another table, such as simulated"
    )


def test_a_place_that_cannot_be_written_is_told(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (files / "out").write_text("in the way")
    with pytest.raises(SystemExit):
        evaluate(files)
    assert "out: the file cannot be used: File exists; check the path and the permissions" in capsys.readouterr().err
    assert (files / "out").read_text() == "in the way"


def test_it_needs_no_database(files: Path) -> None:
    """The real command, with a database that nobody answers for."""
    environment = os.environ | {"DATABASE_URL": "postgres://nobody@127.0.0.1:1/none", "DATA_DIR": str(files / "state")}
    arguments = ["--indicators", "i.csv", "--judgments", "j.csv", "--data", "d.csv", "--out", "out"]
    command = [sys.executable, str(ROOT / "manage.py"), "evaluate", *arguments]
    done = subprocess.run(command, cwd=files, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(list((files / "out").iterdir())) == 3
    done = subprocess.run(
        [*command, "--data", "w.csv"],
        cwd=files,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("w.csv: ")


def test_a_terminal_that_knows_no_chinese_is_no_reason_to_fail(files: Path) -> None:
    (files / "i.csv").write_text("code,parent,name,missing\n0,,index,mean\nA,0,a,\nA1,A,b,\nA2,A,c,\nB,0,d,\n")
    (files / "d.csv").write_text(DATA.replace("x,1,", "x,,"))
    environment = os.environ | {"PYTHONIOENCODING": "ascii", "DATA_DIR": str(files / "state")}
    arguments = ["--indicators", "i.csv", "--judgments", "j.csv", "--data", "d.csv", "--out", "out"]
    command = [sys.executable, str(ROOT / "manage.py"), "evaluate", *arguments]
    done = subprocess.run(command, cwd=files, env=environment, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"d.csv: " in done.stdout
