"""Every operation of the API, and whose token may use it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from surveys.access import READS, SCORES
from tests.scoring import factories as score
from tests.support.everybody import Estate

Who = tuple[str, ...]
Place = Callable[[Estate], list[Any]]
EVERYBODY: Who = ()
"""Any account: it is shown what is its own."""


@dataclass(frozen=True)
class ApiDoor:
    """An operation: whose token may use it, where, and with what body."""

    name: str
    method: str = "GET"
    who: Who = READS
    place: Place = lambda _at: []
    body: Callable[[Estate], dict[str, Any]] | None = None
    operation: str = ""
    """Its name, where the address is named for another operation."""

    @property
    def writes(self) -> bool:
        return self.method == "POST"


def decided(at: Estate) -> list[Any]:
    return [at.decided.pk]


def locked(at: Estate) -> list[Any]:
    return [at.decided.pk, at.sets["locked"].number]


def run(at: Estate) -> list[Any]:
    return [at.decided.pk, at.run.number]


def new_data(at: Estate) -> dict[str, Any]:
    return {"name": {"en": f"Sent to {at.decided.pk}"}, "csv": score.DATA.decode(), "year": "2024"}


def new_run(at: Estate) -> dict[str, Any]:
    return {"data_set": at.data.pk, "weight_set": at.sets["draft"].number, "preview": True}


API_DOORS = [
    ApiDoor("surveys:api_systems", who=EVERYBODY),
    ApiDoor("surveys:api_edition", place=lambda at: [at.decided.edition_id]),
    ApiDoor("surveys:api_surveys", who=EVERYBODY),
    ApiDoor("surveys:api_survey", place=decided),
    ApiDoor("surveys:api_progress", place=decided),
    ApiDoor("surveys:api_weight_sets", place=decided),
    ApiDoor("surveys:api_weight_set", place=locked),
    ApiDoor("surveys:api_weight_set_document", place=locked),
    ApiDoor("scoring:api_data_sets", place=decided),
    ApiDoor("scoring:api_data_sets", "POST", SCORES, decided, new_data, "api_data_set_new"),
    ApiDoor("scoring:api_data_set", place=lambda at: [at.decided.pk, at.data.pk]),
    ApiDoor("scoring:api_runs", place=decided),
    ApiDoor("scoring:api_runs", "POST", SCORES, decided, new_run, "api_run_new"),
    ApiDoor("scoring:api_run", place=run),
    ApiDoor("scoring:api_scores", place=run),
    ApiDoor("scoring:api_run_document", place=run),
]
