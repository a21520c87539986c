"""Which scans of signed sheets count for a weight set."""

from __future__ import annotations

from django.db.models import QuerySet

from surveys.models import SignedSheet, WeightSet


def sheets_of(weight_set: WeightSet) -> QuerySet[SignedSheet]:
    """Every scan that was brought, the oldest first, without its bytes."""
    return weight_set.signed_sheets.select_related("uploaded_by").defer("file").order_by("pk")


def counting_sheets(weight_set: WeightSet) -> QuerySet[SignedSheet]:
    """Those that were signed under the present content, and were not brought by whoever proposes it."""
    same = sheets_of(weight_set).filter(content_hash=weight_set.content_hash)
    return same.exclude(uploaded_by_id=weight_set.proposed_by_id) if weight_set.proposed_by_id else same
