"""Chinese inside a sentence of another language says that it is Chinese."""

import pytest
from django.utils import translation
from django.utils.html import format_html

from surveys.templatetags.quanheng import marked

ZH = '<span lang="zh-Hans">'
CASES = {
    "算力 is clearly more important than B (5)": f"{ZH}算力</span> is clearly more important than B (5)",
    "For 陈教授": f"For {ZH}陈教授</span>",
    "算力、存力 over 城域出口IP带宽": f"{ZH}算力、存力</span> over {ZH}城域出口IP带宽</span>",
    "Nothing of the kind": "Nothing of the kind",
}


@pytest.mark.parametrize("said", CASES)
def test_in_english(said: str) -> None:
    with translation.override("en"):
        assert marked(said) == CASES[said]


@pytest.mark.parametrize("said", CASES)
def test_in_chinese_nothing_is_marked(said: str) -> None:
    with translation.override("zh-hans"):
        assert marked(said) == said


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_what_people_wrote_is_escaped(language: str) -> None:
    with translation.override(language):
        assert "<script>" not in marked("<script>算力</script>")
        assert "&lt;script&gt;" in marked("<script>算力</script>")


def test_a_tag_stays_as_it_is() -> None:
    with translation.override("en"):
        found = marked(format_html('<b title="{}">{}</b>', "算力", "存力"))
    assert found == '<b title="算力"><span lang="zh-Hans">存力</span></b>'
