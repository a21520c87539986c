"""Answers that travel between two sites in a sealed file: `seal` (the key both hold), `archive` (the file itself)."""
