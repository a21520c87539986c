"""Data sets and scoring runs. Rules that make them live in `scoring.services`."""

from .data import DataSet, DataUnit
from .publication import Publication
from .report import FigureSet, ReportPlan, ReportTemplate
from .rules import ScoringRules
from .run import Score, ScoringRun
from .study import Study
from .units import Unit, UnitList

__all__ = [
    "DataSet",
    "DataUnit",
    "FigureSet",
    "Publication",
    "ReportPlan",
    "ReportTemplate",
    "Score",
    "ScoringRules",
    "ScoringRun",
    "Study",
    "Unit",
    "UnitList",
]
