"""What the database itself refuses in this app."""

from __future__ import annotations

from surveys.guards import Guard, append_only, changed

_DATA = "A data set is frozen when it is imported: import the next version."
_UNIT_IS_TOO_MANY = (
    "NEW.position NOT BETWEEN 1 AND (SELECT d.unit_count FROM scoring_dataset d WHERE d.id = NEW.data_set_id)"
)
_RULES = "A version of the scoring rules"
_STUDY = "A study is frozen once it is computed: ask for another."
_FIGURES = "A set of figures is frozen once it is made: make another."
_RUN = "A scoring run is frozen: make a new one."
_UNLOCKED = "A scoring run needs a locked weight set; anything else is a preview."
_FOREIGN = "Data and weights of a scoring run belong to one edition and one survey."
_SET_IS_UNLOCKED = "(SELECT w.state FROM surveys_weightset w WHERE w.id = NEW.weight_set_id) <> 'locked'"
_EDITIONS_DIFFER = (
    "(SELECT w.edition_id FROM surveys_weightset w WHERE w.id = NEW.weight_set_id)"
    " <> (SELECT d.edition_id FROM scoring_dataset d WHERE d.id = NEW.data_set_id)"
)
_SURVEYS_DIFFER = "(SELECT d.survey_id FROM scoring_dataset d WHERE d.id = NEW.data_set_id) <> NEW.survey_id"
_QUESTION = ("run_id", "kind", "options", "input_hash", "requested_by_id", "requested_at")
_INPUTS = (
    "survey_id", "number", "data_set_id", "weight_set_id", "weights_used", "preview", "synthetic", "options",
    "weights_hash", "rules_id", "software", "input_hash", "requested_by_id", "requested_at",
)  # fmt: skip
_SET_CONTENT = (
    "survey_id", "edition_id", "name", "version", "replaces_id", "node", "columns", "unit_count", "file_name",
    "file_hash", "year", "source", "synthetic", "unit_list_id", "sources", "findings", "content_hash",
    "created_by_id", "created_at",
)  # fmt: skip


def guards() -> list[Guard]:
    return [
        Guard("scoring_dataset", "UPDATE", _DATA, f"OLD.state = 'replaced' OR {_differs(_SET_CONTENT)}"),
        Guard("scoring_dataset", "DELETE", _DATA),
        *append_only("scoring_dataunit", "A unit of a data set"),
        Guard("scoring_dataunit", "INSERT", _DATA, _UNIT_IS_TOO_MANY),
        Guard("scoring_scoringrun", "INSERT", f"{_UNLOCKED} {_FOREIGN}", _run_is_wrong()),
        Guard("scoring_scoringrun", "UPDATE", _RUN, f"OLD.computed_at IS NOT NULL OR {_differs(_INPUTS)}"),
        Guard("scoring_scoringrun", "DELETE", _RUN),
        *append_only("scoring_score", "A score"),
        Guard("scoring_score", "INSERT", _RUN, _score_is_late()),
        *append_only("scoring_scoringrules", _RULES),
        Guard("scoring_study", "UPDATE", _STUDY, f"OLD.computed_at IS NOT NULL OR {_differs(_QUESTION)}"),
        Guard("scoring_figureset", "UPDATE", _FIGURES, "OLD.computed_at IS NOT NULL"),
        *append_only("scoring_reporttemplate", "A template"),
        *append_only("scoring_reportplan", "A plan of figures"),
    ]


def _run_is_wrong() -> str:
    return f"(NOT NEW.preview AND {_SET_IS_UNLOCKED}) OR {_EDITIONS_DIFFER} OR {_SURVEYS_DIFFER}"


def _score_is_late() -> str:
    return "(SELECT r.computed_at FROM scoring_scoringrun r WHERE r.id = NEW.run_id) IS NOT NULL"


def _differs(columns: tuple[str, ...]) -> str:
    return f"({changed(*columns)})"
