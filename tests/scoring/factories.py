"""Small ready-made data sets and runs, always made through the services."""

from scoring.files import read_data
from scoring.models import DataSet, Publication, ScoringRules, ScoringRun
from scoring.publishing import Profile
from scoring.selectors.scoring_rules import survey_tree
from scoring.services.data_sets import About, data_set_import
from scoring.services.publications import publication_move, publication_write
from scoring.services.runs import run_request
from scoring.services.scoring_rules import Asked, Whole, rules_create
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
    table = read_data(read_table(content, file), survey_tree(of))
    return data_set_import(of, table, content=content, about=said, user=make.user(), replaces=replaces)


def rules(of: Survey, changes: dict[str, dict[str, str]], **whole: str) -> ScoringRules:
    """The next version of a survey's scoring rules."""
    return rules_create(of, Asked(changes, Whole(**whole), reason="Agreed."), user=make.user())


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


def publication(of: ScoringRun, *, state: str = "draft", **profile: object) -> Publication:
    """The public page of a run that tests share; another profile is written anew."""
    found = of.publications.first()
    shown = {"nodes": ["r", "a"], "top": None, "parts": True, "own_weights": True, **profile}
    if found is None or profile:
        found = publication_write(
            of, slug=f"page-{of.pk}", title={"en": "Ranks", "zh-hans": "排名"}, words={"en": "Read this."},
            profile=Profile(**shown), user=make.user(), publication=found,  # type: ignore[arg-type]
        )  # fmt: skip
    if state != found.state:
        publication_move(found, state, user=make.user())
    return found
