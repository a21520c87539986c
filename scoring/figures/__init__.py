"""Figures: one specification each (`specification.py`), drawn for pages and for every kind of file from that alone."""
