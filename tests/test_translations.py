"""The tool that finds sentences and compares them with the catalogues; and the compiler of catalogues."""

import gettext
import os
import time
from pathlib import Path

import polib
import pytest

from config import catalogues
from surveys.management.commands.translations import HEADER, Sentence, extract, problems_of, update_catalogue

CODE = """
from django.utils.translation import gettext as _, ngettext
_("Saved")
ngettext("%(n)s expert", "%(n)s experts", n)
_(variable)
"""
TEMPLATE = """
{% load i18n %}
  {% translate "Panel" %}
    {% blocktranslate with name=x %}Dear {{ name }},{% endblocktranslate %}
{% translate "May" context "month" %}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "surveys").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "surveys" / "views.py").write_text(CODE, encoding="utf-8")
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE, encoding="utf-8")
    return tmp_path


def catalogue(**translations: str) -> polib.POFile:
    found = polib.POFile()
    found.metadata = HEADER
    found.extend(polib.POEntry(msgid=msgid, msgstr=msgstr) for msgid, msgstr in translations.items())
    return found


def test_sentences_are_found_in_code_and_templates(project: Path) -> None:
    assert set(extract(project)) == {
        Sentence("", "Saved", ""),
        Sentence("", "%(n)s expert", "%(n)s experts"),
        Sentence("", "Panel", ""),
        Sentence("", "Dear %(name)s,", ""),
        Sentence("month", "May", ""),
    }


def test_a_place_is_named(project: Path) -> None:
    assert extract(project)[Sentence("", "Panel", "")] == [("templates/page.html", "3")]


USED = {Sentence("", "Saved", ""): [("surveys/views.py", "3")]}


def test_a_good_translation_passes() -> None:
    assert problems_of(catalogue(Saved="已保存"), USED) == []


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (catalogue(), "missing"),
        (catalogue(Saved=""), "not translated"),
        (catalogue(Saved="已保存 %(when)s"), "placeholder"),
    ],
)
def test_a_bad_translation_is_named(found: polib.POFile, fault: str) -> None:
    [problem] = problems_of(found, USED)
    assert fault in problem
    assert "surveys/views.py:3" in problem


def test_a_fuzzy_translation_is_named() -> None:
    found = catalogue(Saved="已保存")
    found[0].flags.append("fuzzy")
    assert "fuzzy" in problems_of(found, USED)[0]


def test_an_update_adds_what_is_missing_and_keeps_what_is_there() -> None:
    found = catalogue(Gone="没了", Kept="留下")
    used = {**USED, Sentence("", "Kept", ""): [("a.py", "1")], Sentence("", "one", "many"): [("a.py", "2")]}
    assert update_catalogue(found, used) == 2
    assert found.find("Kept").msgstr == "留下"
    assert found.find("Saved").msgstr == ""
    assert found.find("one").msgstr_plural == {0: ""}
    assert found.find("Gone", include_obsolete_entries=True).obsolete
    assert update_catalogue(found, used) == 0


@pytest.fixture
def po(tmp_path: Path) -> Path:
    path = tmp_path / "zh_Hans" / "LC_MESSAGES" / "django.po"
    path.parent.mkdir(parents=True)
    catalogue(Saved="已保存").save(str(path))
    return path


def test_catalogues_are_compiled_when_missing_or_stale(po: Path, tmp_path: Path) -> None:
    assert catalogues.compile_stale(tmp_path) == [po]
    assert catalogues.compile_stale(tmp_path) == []
    later = time.time() + 5
    os.utime(po, (later, later))
    assert catalogues.compile_stale(tmp_path) == [po]
    assert gettext.translation("django", tmp_path, ["zh_Hans"]).gettext("Saved") == "已保存"
    assert sorted(file.name for file in po.parent.iterdir()) == ["django.mo", "django.po"]


def test_a_catalogue_that_cannot_be_written_is_no_reason_to_stop(
    po: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    po.with_suffix(".mo").mkdir()
    os.utime(po.with_suffix(".mo"), (0, 0))
    assert catalogues.compile_stale(tmp_path) == []
    assert "will speak English" in caplog.text
