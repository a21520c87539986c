"""Canonical JSON: one document, one text, one hash."""

import hashlib
import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from surveys.canonical import canonical_json, content_hash, decimal_text

TEXTS = st.text(st.characters(exclude_categories=["Cs"]))
DOCUMENTS = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@given(DOCUMENTS)
def test_reading_and_writing_again_changes_nothing(document: object) -> None:
    text = canonical_json(document)
    assert canonical_json(json.loads(text)) == text
    assert text.encode("utf-8").decode("utf-8") == text


@given(st.dictionaries(TEXTS, st.integers(), min_size=2))
def test_the_order_of_keys_does_not_matter(document: dict[str, int]) -> None:
    assert canonical_json(dict(reversed(document.items()))) == canonical_json(document)


def test_composed_and_decomposed_letters_are_one() -> None:
    assert content_hash(canonical_json({"e\u0301": ["e\u0301"]})) == content_hash(canonical_json({"\xe9": ["\xe9"]}))


def test_the_hash_is_sha_256_of_the_utf_8() -> None:
    assert content_hash("算力") == hashlib.sha256(b"\xe7\xae\x97\xe5\x8a\x9b").hexdigest()
    assert content_hash("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


@pytest.mark.parametrize("number", [1.0, float("nan"), {"deep": [0.5]}])
def test_floats_are_refused(number: object) -> None:
    with pytest.raises(TypeError, match="decimal_text"):
        canonical_json(number)


@pytest.mark.parametrize("thing", [Decimal("1.5"), {1, 2}, b"bytes", object()])
def test_what_json_does_not_know_is_refused(thing: object) -> None:
    with pytest.raises(TypeError):
        canonical_json({"thing": thing})


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_decimal_text_reads_back_as_the_same_double(number: float) -> None:
    assert float(decimal_text(number)) == number


@pytest.mark.parametrize("number", [float("nan"), float("inf"), float("-inf")])
def test_what_is_no_number_is_not_written_down(number: float) -> None:
    with pytest.raises(ValueError, match="no number"):
        decimal_text(number)
