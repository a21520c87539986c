"""Texts that people enter, in the languages that there are."""

import pytest
from django.utils import translation

from surveys.texts import Texts, language_of, text_in

BOTH = {"zh-hans": "算力", "en": "Computing"}


@pytest.mark.parametrize(
    ("entered", "wanted", "tag"),
    [
        (BOTH, "en", "en"),
        (BOTH, "EN", "en"),
        (BOTH, "zh-hans", "zh-hans"),
        (BOTH, "zh-hant", "zh-hans"),
        (BOTH, "en-gb", "en"),
        (BOTH, "fr", "zh-hans"),
        ({"en": "", "zh-hans": "算力"}, "en", "zh-hans"),
        ({"en": "", "en-gb": "Colour"}, "en", "en-gb"),
        ({"fr": "Calcul"}, "en", "fr"),
    ],
)
def test_which_text_is_shown(entered: Texts, wanted: str, tag: str) -> None:
    assert language_of(entered, wanted) == tag
    assert text_in(entered, wanted) == entered[tag]


@pytest.mark.parametrize("entered", [{}, {"en": ""}])
def test_nothing_entered_is_an_empty_text(entered: Texts) -> None:
    assert text_in(entered, "en") == ""


def test_the_active_language_counts_where_none_is_named() -> None:
    with translation.override("en"):
        assert text_in(BOTH) == "Computing"
    with translation.override("zh-hans"):
        assert text_in(BOTH) == "算力"
    with translation.override(None):
        assert text_in(BOTH) == "算力"
