"""Small ready-made data sets and runs, always made through the services."""

from scoring.computing import tree_by
from scoring.files import read_data
from scoring.models import DataSet, ScoringRules, ScoringRun
from scoring.selectors.rules import rules_now
from scoring.services.data_sets import About, data_set_import
from scoring.services.rules import rules_create
from scoring.services.runs import run_request
from scoring.tasks import perform  # noqa: F401  the jobs of this app are known
from surveys.files.tables import read_table
from surveys.models import Survey, WeightSet
from tests.surveys import factories as make

DATA = b"unit,a1,a2,b,c\nNorth,1,10,3,5\nSouth,2,30,1,5.5\nEast,3,20,2,9\nWest,3,20,2,9\n"
"""Four units on the small tree of the survey factories; East and West are equal."""
BRANCH = b"unit,province,a1,a2\nTown,North,1,10\nVillage,South,2,30\n"
"""Only the leaves below node a."""


def data_set(
    of: Survey, content: bytes = DATA, *, file: str = "data.csv", replaces: DataSet | None = None, **about: object
) -> DataSet:
    said = About(**{"name": {"en": "Data"}, "year": "2023", "source": "Yearbook", **about})  # type: ignore[arg-type]
    table = read_data(read_table(content, file), tree_by(of.edition, rules_now(of)))
    return data_set_import(of, table, content=content, about=said, user=make.user(), replaces=replaces)


def rules(of: Survey, changes: dict[str, dict[str, str]], **options: str) -> ScoringRules:
    """The next version of a survey's scoring rules; bounds that are stated are fixed ones."""
    codes = {
        code: {**({"basis": "fixed"} if {"low", "high"} & set(said) else {}), **said} for code, said in changes.items()
    }
    return rules_create(of, codes, options, reason="Agreed.", user=make.user())


def locked(*, decimals: int | None = None) -> WeightSet:
    return make.weight_set("locked", decimals=decimals)


def survey_of(weight_set: WeightSet) -> Survey:
    assert weight_set.survey
    return weight_set.survey


def run(weight_set: WeightSet | None = None, data: DataSet | None = None, **details: object) -> ScoringRun:
    """A computed run; over a locked set and the small data where nothing else is said."""
    weight_set = weight_set or locked()
    of = survey_of(weight_set)
    made = run_request(of, data or data_set(of), weight_set, user=make.user(), **details)[0]  # type: ignore[arg-type]
    make.work_off()
    made.refresh_from_db()
    return made
