"""Packages of answers: numbered where they are collected, taken in where they are computed.

Taking in is all or nothing. A package may come twice, late or beside another: events are known by expert, number and
hash, so that what is here already is left alone, a gap is named, and a log that went another way is refused.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from surveys.errors import Refused
from surveys.models import AnswerPackage, Expert, Job, JudgmentEvent, Survey
from surveys.packages.archive import ANSWERS, Line, Package
from surveys.selectors.packing import PACKED, fixed_settings, next_sequence
from surveys.selectors.structure import structure_of
from surveys.services.audit import audit
from surveys.services.judgments import current_set, revisions_take
from surveys.services.packages_beside import Beside
from surveys.services.packages_events import Log, Pairs, log_take
from surveys.services.panel import expert_add

State = Survey.State
SHOWN_PROBLEMS = 20


@dataclass
class Taken:
    """What of a package was new. `jobs` compute its submissions: the door announces them."""

    survey: Survey
    events: int = 0
    submissions: int = 0
    again: bool = False
    jobs: list[Job] = field(default_factory=list)


@transaction.atomic
def package_number_take(survey: Survey, *, user: User | None, after: int = 0, frame: bool = False) -> int:
    """The number of a package that is about to be written; the log says that answers left the house. A frame is
    package 0: it holds none.
    """
    if survey.state in (State.DRAFT, State.PILOT):
        raise Refused(_("Open the survey first: until then its method may still change."))
    if frame:
        return 0
    survey = Survey.objects.select_for_update().get(pk=survey.pk)
    number = next_sequence(survey)
    audit(PACKED, survey, user=user, survey=survey, new={"package": number, **({"after": after} if after else {})})
    return number


@transaction.atomic
def package_take(package: Package, *, user: User) -> Taken:
    """Take a package in, in the name of `user`, who also stands for those who keyed answers in where they were
    collected. Raises Refused with everything that is wrong, and then nothing of it was stored.
    """
    survey = survey_of(package)
    earlier = survey.answer_packages.filter(sequence=package.sequence).first()
    if earlier and earlier.sha256 == package.sha256:
        return Taken(survey, again=True)
    if earlier:
        raise Refused(
            _("Package %(number)d came before with another content: have the answers exported once more.")
            % {"number": package.sequence}
        )
    newest = survey.answer_packages.aggregate(newest=Max("sequence"))["newest"] or 0
    with package.reading():
        taking = _Taking(survey, package, user, newest=package.sequence > newest)
        taken = taking.all()
    _note(package, taken, len(taking.logs), user)
    return taken


def survey_of(package: Package) -> Survey:
    """The survey that the answers belong to, locked. Refused where it is none of here, or asks something else."""
    manifest = package.manifest
    if package.kind != ANSWERS:
        raise Refused(_("%(file)s holds no answers.") % {"file": package.file})
    survey = Survey.objects.select_for_update(of=("self",)).filter(key=manifest["survey"]).first()
    if survey is None:
        raise Refused(
            _("No survey here is the one that these answers belong to: export its frame there and import that first.")
        )
    if survey.edition.content_hash != manifest["edition"]:
        raise Refused(_("The survey here asks about another edition than the one that was answered."))
    here, there = fixed_settings(survey), manifest["settings"]
    names = [str(Survey._meta.get_field(name).verbose_name) for name in here if here[name] != there.get(name)]  # type: ignore[union-attr]
    if names:
        raise Refused(
            _("The survey here has other settings than the one that was answered: %(names)s.")
            % {"names": ", ".join(names)}
        )
    return survey


def _note(package: Package, taken: Taken, experts: int, user: User) -> None:
    told = {"experts": experts, "events": taken.events, "submissions": taken.submissions}
    AnswerPackage.objects.create(
        survey=taken.survey,
        sequence=package.sequence,
        sha256=package.sha256,
        made_at=datetime.fromisoformat(package.manifest["made_at"]),
        collector=package.manifest["collector"],
        imported_by=user,
        **told,
    )
    new = {"package": package.sequence, "file_hash": package.sha256, **told}
    audit("answers.taken", taken.survey, user=user, survey=taken.survey, new=new)


class _Taking:
    """One package on its way in. What is wrong is collected, and refused together at the end."""

    def __init__(self, survey: Survey, package: Package, user: User, *, newest: bool) -> None:
        self.survey, self.package, self.user, self.newest = survey, package, user, newest
        self.problems: list[str] = []
        self.logs: dict[str, Log] = {}
        self.pairs: Pairs = {
            (pair.item_a.code, pair.item_b.code): pair for pair in structure_of(survey.edition).pairs.values()
        }

    def all(self) -> Taken:
        taken = Taken(self.survey)
        known = {expert.code: expert for expert in self.survey.experts.all()}
        lines = list(self.package.lines("experts"))
        for line in lines:
            expert = known.get(line["expert"]) or self._expert(line)
            expert.survey = self.survey
            self.logs[expert.code] = Log(expert, line)
        beside = Beside(self.survey, self.pairs, self.logs, newest=self.newest)
        self.problems += beside.sections(self.package.lines("sections"))
        taken.events = sum(self._events())
        beside.consents(self.package.lines("notices"), self.package.lines("consents"))
        beside.kept(self.package.lines("kept"))
        if not self.problems:
            self.problems += beside.submissions(self.package.lines("submissions"), taken.jobs)
            taken.submissions = len(taken.jobs)
            beside.experts(lines)
        self._refuse_any()
        return taken

    def _expert(self, line: Line) -> Expert:
        """Somebody who is not on the panel here yet: by code, with what their code is known by."""
        try:
            expert = expert_add(
                self.survey, code=line["expert"], field=line["field"], group=line["group"], user=self.user
            )
        except ValidationError as error:
            raise Refused(f"{line['expert']}: {' '.join(error.messages)}") from error
        expert.seed, expert.basis, expert.pilot = line["seed"], line["basis"], line["pilot"]
        expert.weight, expert.weight_reason = line["weight"], line["weight_reason"]
        expert.save(update_fields=["seed", "basis", "pilot", "weight", "weight_reason"])
        return expert

    def _events(self) -> Iterator[int]:
        """Expert by expert: how many events of each were new."""
        grouped = groupby(self.package.lines("events"), key=itemgetter("expert"))
        said = set()
        for code, lines in grouped:
            said.add(code)
            yield self._log(self.logs[code], lines)
        for code in self.logs.keys() - said:
            yield self._log(self.logs[code], ())

    def _log(self, log: Log, lines: Iterable[Line]) -> int:
        log_take(log, lines, self.pairs, self.user)
        self.problems += log.problems
        if not log.new or log.problems:
            return 0
        if not revisions_take(log.expert, len(log.new), states=(State.OPEN,)):
            raise Refused(_("The survey here takes no answers now: open it, then import the package again."))
        JudgmentEvent.objects.bulk_create(log.new)
        newest: Mapping[int, JudgmentEvent] = {event.comparison_id: event for event in log.new if not event.conflict}
        if newest:
            current_set(list(newest.values()))
        return len(log.new)

    def _refuse_any(self) -> None:
        if self.problems:
            more = len(self.problems) - SHOWN_PROBLEMS
            shown = self.problems[:SHOWN_PROBLEMS] + ([_("and %(count)d more.") % {"count": more}] if more > 0 else [])
            raise Refused("\n".join([_("Nothing was taken in:"), *shown]))
