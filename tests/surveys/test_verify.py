"""`manage.py verify`: a whole set holds, a changed one does not."""

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from surveys.canonical import canonical_json, content_hash
from surveys.exports.weight_sets import export_bytes
from surveys.guards import lifted
from surveys.models import JudgmentEvent, WeightEntry, WeightSet
from surveys.selectors.verification import file_problems, stored_problems
from tests.surveys import factories

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("english")]


@pytest.fixture
def locked() -> WeightSet:
    return factories.weight_set("locked", decimals=2)


@pytest.fixture
def exported(locked: WeightSet) -> bytes:
    return export_bytes(locked, "json")


def rehashed(exported: bytes, change: Callable[[Any], None]) -> bytes:
    """A forger who knows how the hashes are made."""
    export = json.loads(exported)
    change(export["document"])
    export["content_hash"] = export["seal"]["content_hash"] = content_hash(canonical_json(export["document"]))
    export["seal_hash"] = content_hash(canonical_json(export["seal"]))
    return canonical_json(export).encode()


def test_an_untouched_set_holds(locked: WeightSet, exported: bytes, tmp_path: Path) -> None:
    file = tmp_path / "set.json"
    file.write_bytes(exported)
    call_command("verify", str(file))
    call_command("verify", str(locked.pk))


@pytest.mark.parametrize("state", ["draft", "proposed", "approved"])
def test_a_set_on_its_way_holds_too(state: str) -> None:
    made = factories.weight_set(state)
    assert stored_problems(made) == []
    assert file_problems(export_bytes(made, "json")) == []


def test_a_panel_of_priorities_holds() -> None:
    result = factories.panel_result(factories.survey(aggregation="aip"))
    assert stored_problems(factories.weight_set("locked", of=result)) == []


def test_every_changed_byte_is_found(exported: bytes) -> None:
    chance = random.Random(1)
    for _attempt in range(200):
        place = chance.randrange(len(exported))
        other = chance.choice([byte for byte in range(256) if byte != exported[place]])
        assert file_problems(exported[:place] + bytes([other]) + exported[place + 1 :]), place


def _weight(document: Any) -> None:
    document["weights"][1]["local_weight"] = "0.5"


def _matrix(document: Any) -> None:
    document["panel"]["nodes"][0]["matrix"][0][1], document["panel"]["nodes"][0]["matrix"][1][0] = "2.0", "0.5"


def _ratio(document: Any) -> None:
    document["panel"]["nodes"][0]["ratio"] = "0.01"


def _adopted(document: Any) -> None:
    document["weights"][1]["adopted_weight"] = "99.00"


def _second(document: Any) -> None:
    document["panel"]["nodes"][0]["second_weights"] = ["0.2", "0.3", "0.5"]


@pytest.mark.parametrize("change", [_weight, _matrix, _ratio, _adopted, _second])
def test_numbers_that_do_not_follow_are_found_under_good_hashes(exported: bytes, change: Callable[[Any], None]) -> None:
    assert file_problems(rehashed(exported, change))


def test_a_file_without_its_seal_or_with_one_signer_is_found(exported: bytes) -> None:
    export = json.loads(exported)
    bare = {**export, "seal": None, "seal_hash": ""}
    assert file_problems(canonical_json(bare).encode())
    export["seal"]["approved"] = export["seal"]["proposed"]
    export["seal_hash"] = content_hash(canonical_json(export["seal"]))
    assert file_problems(canonical_json(export).encode()) == ["One account has both proposed and approved."]


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", b"\xff\xfe", b'{"document": 1}'])
def test_what_is_no_export_is_said(content: bytes) -> None:
    assert "no whole export" in file_problems(content)[0]


@pytest.mark.django_db(transaction=True)
def test_rows_changed_behind_the_guards_are_found(locked: WeightSet) -> None:
    with lifted():
        WeightEntry.objects.filter(weight_set=locked, indicator__code="b").update(local_weight="0.5")
        event = JudgmentEvent.objects.order_by("pk").first()
        assert event
        JudgmentEvent.objects.filter(pk=event.pk).update(strength=9)
        WeightSet.objects.filter(pk=locked.pk).update(approval="somebody else's words")
    problems = "\n".join(stored_problems(WeightSet.objects.get(pk=locked.pk)))
    assert "The stored weight of b" in problems
    assert "E1: Event 1 does not say" in problems
    assert "does not follow from the judgments" in problems
    assert "The stored signature “approved”" in problems


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    file = tmp_path / "set.json"
    file.write_bytes(b"{}")
    with pytest.raises(CommandError, match="does not hold"):
        call_command("verify", str(file))
    with pytest.raises(CommandError, match="no weight set with the id 77"):
        call_command("verify", "77")
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify", str(tmp_path / "nothing.json"))
