"""What the database itself refuses in this app."""

from __future__ import annotations

from django.db.models import Model

from surveys.erased import ERASED
from surveys.guards import Guard, append_only, changed
from surveys.models import AuditEvent, JudgmentEvent, KeptJudgment, Mailing, RevisionRequest, Submission, Transcript

_EDITION_IS_FROZEN = "(SELECT e.state FROM surveys_edition e WHERE e.id = {edition}) = 'frozen'"
_NODE_IS_FROZEN = (
    "(SELECT e.state FROM surveys_edition e JOIN surveys_indicator i ON i.edition_id = e.id WHERE i.id = {node})"
    " = 'frozen'"
)
_FROZEN = "A frozen edition of an indicator system cannot be changed: make the next edition."
_FOREIGN_PAIR = "This pair does not belong to the edition that the expert was asked about."
_PAIR_IS_FOREIGN = (
    "(SELECT i.edition_id FROM surveys_comparison c JOIN surveys_indicator i ON i.id = c.node_id"
    " WHERE c.id = NEW.comparison_id)"
    " <> (SELECT s.edition_id FROM surveys_expert x JOIN surveys_survey s ON s.id = x.survey_id"
    " WHERE x.id = NEW.expert_id)"
)
_SECTION = "The order in which an expert is asked is made once."
_REQUEST = "A revision request says what it said: withdraw it and make another."
_LETTER = "A letter that was sent keeps its mailing and its expert, and is not deleted."
_METHOD = "A survey that was opened keeps its edition and its method: make another survey."
_RULES = "The rules for leaving answers out were declared when the survey opened: they stay as they are."
_PROMISE = "The experts were promised that their names stay apart from their answers: this cannot be taken back."
_STRICTER = "What was promised about small groups and about how long names are kept can be made stricter, never looser."
_UNMASKED = "The moment at which units' names were first seen is kept: it is written once."
_PILOT = "Whether an expert answered in the pilot is said once, when the survey opens."
_COMPUTED = "A panel result is computed once: ask for a new one."
_RESULT_IS_COMPUTED = "(SELECT r.computed_at FROM surveys_panelresult r WHERE r.id = NEW.result_id) IS NOT NULL"
_OPEN_COMPUTED = "A result of the open link is computed once: ask for a new one."
_OPEN_RESULT_IS_COMPUTED = "(SELECT r.computed_at FROM surveys_openresult r WHERE r.id = NEW.result_id) IS NOT NULL"
_OPEN_LINK = "An open link keeps its survey and its address, and its answers are only added to."
_HANDED_IN = "This device has handed in: nothing of it changes any more."
_SIGNED = "A weight set that was proposed cannot be changed: propose a new one."
_SET_IS_NOT_DRAFT = "(SELECT w.state FROM surveys_weightset w WHERE w.id = {weight_set}) <> 'draft'"
_SHEET = "A signed sheet belongs to a set that was proposed, to its content, and to another person."
_OF_SHEETS_SET = "(SELECT w.{column} FROM surveys_weightset w WHERE w.id = NEW.weight_set_id)"
_GONE = "Whose name was erased stays without one."
_IS_ERASED = "EXISTS (SELECT 1 FROM surveys_expert x WHERE {whose} AND x.erased_at IS NOT NULL)"
_OF_ERASED = _IS_ERASED.format(whose="x.id = OLD.expert_id")
_LOG_OF_ERASED = (
    f"({_IS_ERASED.format(whose='x.survey_id = OLD.survey_id')}"
    " OR OLD.survey_id IS NULL AND substr(OLD.action, 1, 7) = 'person.')"
)
_MAILING_OF_ERASED = (
    "EXISTS (SELECT 1 FROM surveys_expert x JOIN surveys_letter l ON l.expert_id = x.id"
    " WHERE l.mailing_id = OLD.id AND x.erased_at IS NOT NULL)"
)
_GONE_AS = {"JSONField": "NEW.{name} = '{{}}'", "BinaryField": "NEW.{name} IS NULL"}
_MOVES = (
    "draft>proposed", "proposed>draft", "proposed>approved", "approved>locked", "locked>superseded",
)  # fmt: skip
_CONTENT = (
    "edition_id", "survey_id", "panel_result_id", "number", "adopted_decimals", "synthetic", "document", "content_hash",
    "created_by_id",
)  # fmt: skip
_SIGNATURES = ("proposed_by_id", "proposed_at", "proposal", "approved_by_id", "approved_at", "approval")
_SEAL = ("locked_by_id", "locked_at", "seal", "seal_hash")


def guards() -> list[Guard]:
    return [
        *_erasable(JudgmentEvent, "A judgment event", _OF_ERASED, "note"),
        *_erasable(AuditEvent, "An entry of the audit log", _LOG_OF_ERASED, "subject", "reason", "old", "new"),
        *_erasable(Submission, "A submission", _OF_ERASED, "reason", "remark"),
        *append_only("surveys_noderesult", "A computed result"),
        *append_only("surveys_panelmember", "The list of submissions behind a panel result"),
        *append_only("surveys_panelnode", "A computed panel result"),
        *append_only("surveys_consenttext", "A privacy notice that was shown"),
        *append_only("surveys_consent", "A consent"),
        *_erasable(KeptJudgment, "An answer that was kept", _OF_ERASED, "reason"),
        *append_only("surveys_lateanswer", "A late answer"),
        *_erasable(Transcript, "A record of answers keyed in", _OF_ERASED, "note", "file_name", "file"),
        *append_only("surveys_revisionpair", "A pair of a revision request"),
        *append_only("surveys_round", "A further round"),
        *append_only("surveys_roundpair", "A pair of a further round"),
        *append_only("surveys_decision", "A decision about an expert's answers"),
        *_erasable(Mailing, "What was sent to whom", _MAILING_OF_ERASED, "subject", "body"),
        *append_only("surveys_answerpackage", "What was taken in from another site"),
        Guard("surveys_letter", "UPDATE", _LETTER, changed("mailing_id", "expert_id")),
        Guard("surveys_letter", "DELETE", _LETTER),
        *append_only("surveys_signedsheet", "The scan of a signed sheet"),
        Guard("surveys_judgmentevent", "INSERT", _FOREIGN_PAIR, _PAIR_IS_FOREIGN),
        Guard("surveys_judgment", "INSERT", _FOREIGN_PAIR, _PAIR_IS_FOREIGN),
        Guard("surveys_judgment", "UPDATE", _FOREIGN_PAIR, _PAIR_IS_FOREIGN),
        Guard("surveys_draftanswer", "INSERT", _FOREIGN_PAIR, _PAIR_IS_FOREIGN),
        Guard("surveys_lateanswer", "INSERT", _FOREIGN_PAIR, _PAIR_IS_FOREIGN),
        Guard("surveys_keptjudgment", "INSERT", _FOREIGN_PAIR, _PAIR_IS_FOREIGN),
        Guard("surveys_section", "UPDATE", _SECTION, changed("expert_id", "node_id", "pairs", "planned")),
        Guard("surveys_revisionrequest", "UPDATE", _REQUEST, changed("expert_id", "node_id", "round_id")),
        Guard("surveys_revisionrequest", "UPDATE", _REQUEST, _not_erased(RevisionRequest, _OF_ERASED, "note"), "note"),
        Guard(
            "surveys_expert", "UPDATE", _GONE, "OLD.erased_at IS NOT NULL AND (" + changed("erased_at") + ")", "erased"
        ),
        Guard("surveys_revisionrequest", "DELETE", _REQUEST),
        *_opened_surveys(),
        *_frozen_edition(),
        *_panel_results(),
        *_open_link(),
        *_weight_sets(),
    ]


def _erasable(model: type[Model], what: str, where: str, *names: str) -> list[Guard]:
    """Written once, but for these texts, which may be erased of whom was erased."""
    update, delete = append_only(model._meta.db_table, what)
    kept = changed(*(str(field.column) for field in model._meta.concrete_fields if field.name not in names))
    return [Guard(update.table, "UPDATE", update.sentence, f"{kept} OR {_not_erased(model, where, *names)}"), delete]


def _not_erased(model: type[Model], where: str, *names: str) -> str:
    """A condition: one of these becomes anything but erased, or does so of somebody who was not."""
    other = []
    for name in names:
        kind = model._meta.get_field(name).get_internal_type()
        gone = _GONE_AS.get(kind, f"NEW.{{name}} = '{ERASED}'").format(name=name)
        other.append(f"({changed(name)}) AND NOT ({gone})")
    return f"({changed(*names)}) AND NOT {where} OR {' OR '.join(other)}"


def _frozen_edition() -> list[Guard]:
    new, old = _EDITION_IS_FROZEN.format(edition="NEW.edition_id"), _EDITION_IS_FROZEN.format(edition="OLD.edition_id")
    pair_new, pair_old = (
        _NODE_IS_FROZEN.format(node="NEW.node_id"),
        _NODE_IS_FROZEN.format(node="OLD.node_id"),
    )
    return [
        Guard("surveys_edition", "UPDATE", _FROZEN, "OLD.state = 'frozen'"),
        Guard("surveys_edition", "DELETE", _FROZEN, "OLD.state = 'frozen'"),
        Guard("surveys_indicator", "INSERT", _FROZEN, new),
        Guard("surveys_indicator", "UPDATE", _FROZEN, f"{old} OR {new}"),
        Guard("surveys_indicator", "DELETE", _FROZEN, old),
        Guard("surveys_comparison", "INSERT", _FROZEN, pair_new),
        Guard("surveys_comparison", "UPDATE", _FROZEN, f"{pair_old} OR {pair_new}"),
        Guard("surveys_comparison", "DELETE", _FROZEN, pair_old),
    ]


def _opened_surveys() -> list[Guard]:
    fixed = changed(
        "key", "edition_id", "method", "random_index", "aggregation", "missing_allowed", "question_plan", "full_up_to",
        "questions_per_item", "question_order",
    )  # fmt: skip
    opened = "OLD.state NOT IN ('draft', 'pilot')"
    broken = "OLD.anonymity = 'pseudonyms' AND NEW.anonymity <> 'pseudonyms'"
    looser = (
        "NEW.smallest_group < OLD.smallest_group"
        " OR OLD.names_kept IS NOT NULL AND (NEW.names_kept IS NULL OR NEW.names_kept > OLD.names_kept)"
    )
    unmasked = f"OLD.unmasked_at IS NOT NULL AND ({changed('unmasked_at')})"
    return [
        Guard("surveys_survey", "UPDATE", _METHOD, f"{opened} AND ({fixed})"),
        Guard("surveys_survey", "UPDATE", _RULES, f"{opened} AND ({changed('exclusion_rules')})", "rules"),
        Guard("surveys_survey", "UPDATE", _PROMISE, f"{opened} AND {broken}", "promise"),
        Guard("surveys_survey", "UPDATE", _STRICTER, f"{opened} AND ({looser})", "stricter"),
        Guard("surveys_survey", "UPDATE", _UNMASKED, unmasked, "unmasked"),
        Guard("surveys_expert", "UPDATE", _PILOT, "OLD.pilot AND NOT NEW.pilot", "pilot"),
    ]


def _panel_results() -> list[Guard]:
    inputs = changed(
        "survey_id", "number", "input_hash", "method", "random_index", "aggregation", "missing_allowed", "invited"
    )
    return [
        Guard("surveys_panelresult", "UPDATE", _COMPUTED, f"OLD.computed_at IS NOT NULL OR {inputs}"),
        Guard("surveys_panelresult", "DELETE", _COMPUTED),
        Guard("surveys_panelpart", "INSERT", _COMPUTED, _RESULT_IS_COMPUTED),
        Guard("surveys_panelpart", "UPDATE", _COMPUTED, f"OLD.sums <> '' OR {changed('result_id', 'first', 'count')}"),
        Guard("surveys_panelpart", "DELETE", _COMPUTED),
        Guard("surveys_panelmember", "INSERT", _COMPUTED, _RESULT_IS_COMPUTED),
        Guard("surveys_panelnode", "INSERT", _COMPUTED, _RESULT_IS_COMPUTED),
    ]


def _open_link() -> list[Guard]:
    inputs = changed(
        "link_id", "number", "respondents", "head", "method", "random_index", "aggregation", "missing_allowed"
    )
    moved = "OLD.count <> NEW.count AND NEW.count <> OLD.count + 1"
    part = f"OLD.sums <> '' OR {changed('result_id', 'first', 'count')}"
    rewound = "OLD.count = NEW.count AND OLD.head <> NEW.head"
    return [
        *append_only("surveys_openanswer", "An answer by the open link"),
        *append_only("surveys_opennode", "A computed result of the open link"),
        Guard("surveys_openlink", "UPDATE", _OPEN_LINK, f"{changed('survey_id', 'slug')} OR ({moved}) OR ({rewound})"),
        Guard("surveys_openlink", "DELETE", _OPEN_LINK),
        Guard("surveys_opendraft", "UPDATE", _HANDED_IN, "OLD.receipt <> ''"),
        Guard("surveys_openresult", "UPDATE", _OPEN_COMPUTED, f"OLD.computed_at IS NOT NULL OR {inputs}"),
        Guard("surveys_openresult", "DELETE", _OPEN_COMPUTED),
        Guard("surveys_openpart", "INSERT", _OPEN_COMPUTED, _OPEN_RESULT_IS_COMPUTED),
        Guard("surveys_openpart", "UPDATE", _OPEN_COMPUTED, part),
        Guard("surveys_openpart", "DELETE", _OPEN_COMPUTED),
        Guard("surveys_opennode", "INSERT", _OPEN_COMPUTED, _OPEN_RESULT_IS_COMPUTED),
    ]


def _weight_sets() -> list[Guard]:
    new, old = (
        _SET_IS_NOT_DRAFT.format(weight_set="NEW.weight_set_id"),
        _SET_IS_NOT_DRAFT.format(weight_set="OLD.weight_set_id"),
    )
    allowed = ", ".join(f"'{move}'" for move in _MOVES)
    forbidden = (
        f"(OLD.state <> NEW.state AND (OLD.state || '>' || NEW.state) NOT IN ({allowed}))",
        "OLD.state = 'superseded'",
        f"(OLD.state <> 'draft' AND ({changed(*_CONTENT)}))",
        f"(OLD.state IN ('approved', 'locked') AND ({changed(*_SIGNATURES)}))",
        f"(OLD.state = 'locked' AND ({changed(*_SEAL)}))",
    )
    return [
        Guard("surveys_weightset", "INSERT", "A weight set begins as a draft.", "NEW.state <> 'draft'"),
        Guard("surveys_weightset", "UPDATE", _SIGNED, " OR ".join(forbidden)),
        Guard("surveys_weightset", "DELETE", _SIGNED, "OLD.state <> 'draft'"),
        Guard("surveys_weightentry", "INSERT", _SIGNED, new),
        Guard("surveys_weightentry", "UPDATE", _SIGNED, f"{old} OR {new}"),
        Guard("surveys_weightentry", "DELETE", _SIGNED, old),
        Guard("surveys_signedsheet", "INSERT", _SHEET, _sheet_is_foreign()),
    ]


def _sheet_is_foreign() -> str:
    state, content, proposer = (
        _OF_SHEETS_SET.format(column=column) for column in ("state", "content_hash", "proposed_by_id")
    )
    return (
        f"{state} NOT IN ('proposed', 'approved') OR {content} <> NEW.content_hash OR {proposer} = NEW.uploaded_by_id"
    )
