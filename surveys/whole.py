"""Whole numbers in what a browser sends beside forms."""

MOST_DIGITS = 18  # more may not fit into a database's integer, and very many not into Python's patience


def whole(text: str) -> int | None:
    """The number that the text writes in digits, as a page of ours would have sent it; else None.

    >>> whole("12"), whole("-1"), whole("٣"), whole("1_0"), whole("9" * 19)
    (12, None, None, None, None)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None
