"""What the words of the audit log mean to people. A word that is not here is shown as it stands."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from surveys.authority import BASIS_WORDS, EXTENT_WORDS
from surveys.models import ApiToken, Decision, InvitationLink, LetterKind, Membership, Survey, Transcript, WeightSet

ACTS = {
    "access.refused": _("Opened a page that needs another role"),
    "account.link_made": _("Link made to choose a password"),
    "account.made": _("Account made"),
    "account.password_set": _("Password chosen"),
    "account.switched_off": _("Account deactivated"),
    "account.switched_on": _("Account activated again"),
    "answers.entered": _("Answers keyed in on the expert's behalf"),
    "answers.read": _("Answers of an expert looked at"),
    "answers.submitted": _("Answers submitted"),
    "data.imported": _("Data imported"),
    "decision.accepted": _("Matrix accepted as it is"),
    "decision.excluded": _("Answers left out"),
    "decision.undone": _("Decision undone"),
    "drafts.confirmed": _("Prepared answers confirmed by the expert"),
    "drafts.discarded": _("Prepared answers discarded by the expert"),
    "drafts.prepared": _("Answers keyed in as drafts"),
    "expert.added": _("Expert added"),
    "expert.assigned": _("Sections of an expert chosen"),
    "expert.basis": _("Basis of judgment said by the expert"),
    "expert.declined": _("Expert declined"),
    "expert.placed": _("Field or group of an expert set"),
    "expert.removed": _("Expert taken off the panel"),
    "expert.weighted": _("Weight of an expert set"),
    "file.exported": _("File exported"),
    "invitation.renewed": _("Invitation renewed"),
    "invitation.revoked": _("Invitation revoked"),
    "edition.copied": _("Next edition begun"),
    "edition.deleted": _("Draft edition deleted"),
    "edition.frozen": _("Edition frozen"),
    "edition.imported": _("Edition imported"),
    "indicator.added": _("Indicator added"),
    "indicator.changed": _("Indicator changed"),
    "indicator.deleted": _("Indicator deleted"),
    "indicator.moved": _("Indicator moved"),
    "indicator.ordered": _("Order of indicators changed"),
    "indicator.restored": _("Deleted indicators put back"),
    "judgments.carried": _("Answers carried over from an earlier survey"),
    "judgments.imported": _("Judgments imported"),
    "late.taken": _("Late answers taken"),
    "letter.returned": _("Letter returned"),
    "letter.tested": _("Letter sent to oneself for trial"),
    "letters.copied": _("Letters handed over to be sent elsewhere"),
    "letters.printed": _("Cards with personal links printed"),
    "letters.sent": _("Letters sent"),
    "letters.words": _("Words of a letter changed"),
    "letters.words_reset": _("Usual words of a letter taken up again"),
    "link.minted": _("Personal link made"),
    "member.added": _("Role given"),
    "member.removed": _("Role taken away"),
    "names.unmasked": _("Units' names shown beside an effect"),
    "open_link.computed": _("Weights of the open link requested"),
    "open_link.made": _("Open link made"),
    "open_link.shut": _("Open link shut"),
    "panel.requested": _("Panel result asked for"),
    "person.address": _("Address of an expert corrected"),
    "person.changed": _("Person corrected"),
    "person.merged": _("Two entries of a person merged"),
    "publication.published": _("Public page published"),
    "publication.withdrawn": _("Public page withdrawn"),
    "publication.written": _("Public page written down"),
    "reminders.paused": _("Reminders of an expert paused"),
    "reminders.resumed": _("Reminders of an expert resumed"),
    "reminders.settings": _("Automatic reminders set"),
    "revision.requested": _("Expert asked to look again"),
    "revision.withdrawn": _("Request to look again withdrawn"),
    "round.started": _("Further round begun"),
    "rules.made": _("Scoring rules made"),
    "run.requested": _("Run asked for"),
    "section.declined": _("Section declined: not my field"),
    "section.taken_up": _("Declined section taken up again"),
    "sign_in.failed": _("Sign-in failed"),
    "survey.created": _("Survey made"),
    "survey.deadline": _("Deadline set"),
    "survey.moved": _("Survey moved to another stage"),
    "survey.settings": _("Method chosen"),
    "survey.terms": _("Texts, promises or reminders changed"),
    "token.made": _("Token for a program made"),
    "token.revoked": _("Token for a program revoked"),
    "transcript.entered": _("Answers on paper or by telephone received"),
    "units.changed": _("Unit of a list changed"),
    "units.deleted": _("List of units deleted"),
    "units.imported": _("List of units imported"),
    "weights.adopted": _("Printed weights rounded anew"),
    "weights.drafted": _("Weight set drafted"),
    "weights.fixed": _("Weights below a node fixed"),
    "weights.imported": _("Weight set imported"),
    "weights.released": _("Weights below a node taken from the panel again"),
    "weights.sheet_signed": _("Signed sheet uploaded"),
    "weights.moved": _("Weight set moved to another state"),
}

DETAILS = {
    **BASIS_WORDS,
    "aggregation": _("Aggregation"),
    "anonymity": _("Anonymity"),
    "channel": _("Way"),
    "closes_at": _("Deadline"),
    "contact": _("Contact"),
    "content_hash": _("Content hash"),
    "data": _("Data"),
    "edition": _("Edition"),
    "email": _("E-mail"),
    "events": _("Answers"),
    "exclusion_rules": _("Rules for leaving answers out"),
    "experts": _("Experts"),
    "field": _("Field"),
    "file": _("File"),
    "file_hash": _("Hash of the file"),
    "full_up_to": _("Every pair up to so many items"),
    "gate": _("Consistency gate"),
    "group": _("Group"),
    "indicators": _("Indicators"),
    "inviter": _("Who asks"),
    "language": _("Language"),
    "languages": _("Languages of the form"),
    "from_survey": _("From"),
    "match": _("Experts matched by"),
    "method": _("Weights by"),
    "missing_allowed": _("“Cannot judge”"),
    "name": _("Name"),
    "node": _("Branch"),
    "organisation": _("Organisation"),
    "pairs": _("Pairs"),
    "pilot": _("Answers of the pilot"),
    "privacy": _("Privacy notice"),
    "purpose": _("Purpose"),
    "question_order": _("Order of the pairs"),
    "question_plan": _("Questions"),
    "questions_per_item": _("Questions per item above"),
    "random_index": _("Random index"),
    "redefined": _("With changed definitions"),
    "renamed": _("With changed names"),
    "address": _("Address"),
    "days": _("Days"),
    "kind": _("Letter"),
    "letters": _("Letters"),
    "after_unmasking": _("After names were seen"),
    "decision": _("Decision"),
    "receipt": _("Receipt"),
    "reference": _("Document number"),
    "reminder_days": _("Days after the invitation"),
    "reminders": _("Automatic reminders"),
    "received": _("Received on"),
    "respondents": _("Respondents"),
    "result": _("Panel result"),
    "role": _("Role"),
    "round": _("Round"),
    "rule": _("Declared rule"),
    "run": _("Run"),
    "scan": _("Scan"),
    "scope": _("Scope"),
    "section": _("Section"),
    "sections": _("Sections"),
    "source": _("Source"),
    "state": _("State"),
    "telephone": _("Telephone"),
    "title": _("Title"),
    "units": _("Units"),
    "version": _("Version"),
    "page": _("Web address"),
    "profile": _("Shown"),
    "nodes": _("Nodes"),
    "top": _("Down to rank"),
    "names": _("Names"),
    "ranks": _("Ranks"),
    "scores": _("Scores"),
    "band": _("Ranks in a band"),
    "parts": _("Make-up"),
    "intervals": _("Rank intervals"),
    "hidden": _("Hidden units"),
    "gaps": _("Ranks around a hidden unit"),
    "own_weights": _("Own weights of readers"),
    "downloads": _("Files"),
    "indexed": _("In search engines"),
    "licence": _("Licence"),
    "way": _("How the answers came"),
    "weight": _("Weight"),
    "weights": _("Weights"),
    "weights_used": _("Weights used"),
}
SHOWN_OR_NOT = (
    *("top", "names", "ranks", "scores", "parts", "intervals"),
    *("own_weights", "downloads", "indexed"),
)
CHOICES = {
    **dict.fromkeys(BASIS_WORDS, EXTENT_WORDS),
    "aggregation": dict(Survey.Aggregation.choices),
    "channel": dict(InvitationLink.Channel.choices),
    "after_unmasking": {"True": _("yes"), "False": _("no")},
    "decision": dict(Decision.Act.choices),
    "gate": dict(Survey.Gate.choices),
    "match": {"person": _("person"), "code": _("code")},
    "renamed": {"True": _("yes"), "False": _("no")},
    "redefined": {"True": _("yes"), "False": _("no")},
    "kind": dict(LetterKind.choices),
    **{key: {"True": _("yes"), "False": _("no"), "None": _("all")} for key in SHOWN_OR_NOT},
    "gaps": {"kept": _("gap"), "closed": _("no gap")},
    "reminders": {"True": _("on"), "False": _("off")},
    "method": dict(Survey.Method.choices),
    "missing_allowed": {"True": _("allowed"), "False": _("not allowed")},
    "question_order": dict(Survey.Order.choices),
    "question_plan": dict(Survey.Plan.choices),
    "random_index": dict(Survey.RandomIndex.choices),
    "role": dict(Membership.Role.choices),
    "anonymity": dict(Survey.Anonymity.choices),
    "pilot": {"count": _("counted"), "leave_out": _("recorded, not counted")},
    "scope": dict(ApiToken.Scope.choices),
    "way": dict(Transcript.Way.choices),
    "state": {**dict(WeightSet.State.choices), **dict(Survey.State.choices)},
}


def act_label(action: str) -> str:
    return str(ACTS.get(action, action))


def detail_label(key: str) -> str:
    return str(DETAILS.get(key, key))


def value_label(key: str, value: str) -> str:
    return str(CHOICES.get(key, {}).get(value, value))


HASH = re.compile("[0-9a-f]{64}")


def told(values: Mapping[str, object]) -> str:
    """What the audit log keeps of an act, in one line; of a hash the first twelve digits."""
    return ", ".join(f"{detail_label(key)} {_short(key, value)}".rstrip() for key, value in values.items())


def _short(key: str, value: object) -> str:
    if isinstance(value, dict):
        return told(value)
    if isinstance(value, list):
        return " · ".join(str(each) for each in value)
    text = value_label(key, str(value))
    return text[:12] if HASH.fullmatch(text) else text
