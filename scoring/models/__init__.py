"""Data sets and scoring runs. Rules that make them live in `scoring.services`."""

from .data import DataSet, DataUnit
from .run import Score, ScoringRun

__all__ = ["DataSet", "DataUnit", "Score", "ScoringRun"]
