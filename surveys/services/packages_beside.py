"""What comes in a package beside the answers: sections, consents, kept answers, submissions, how far an expert is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from operator import itemgetter

from django.utils.translation import gettext as _

from surveys.erased import unless_erased
from surveys.models import Consent, ConsentText, Expert, Job, KeptJudgment, Section, Submission, Survey
from surveys.packages.archive import Line
from surveys.selectors.structure import structure_of
from surveys.services.jobs import job_ensure
from surveys.services.packages_events import Log, Pairs
from surveys.services.submissions import JOB


class Beside:
    """Rows that are written once are added where they are missing. Of those that change (how far an expert is, how
    well a section is known) the package with the highest number has the last word: `newest`.
    """

    def __init__(self, survey: Survey, pairs: Pairs, logs: Mapping[str, Log], *, newest: bool) -> None:
        self.survey, self.pairs, self.logs, self.newest = survey, pairs, logs, newest
        self.nodes = {node.code: node.pk for node in structure_of(survey.edition).nodes}

    def sections(self, lines: Iterable[Line]) -> list[str]:
        """Add the sections of those who have none here. Returns who was asked in another order already."""
        stored: dict[tuple[int, int], Section] = {
            (row.expert_id, row.node_id): row for row in Section.objects.filter(expert__survey=self.survey).order_by()
        }
        new, changed, others = [], [], []
        for line in lines:
            section = self._section(line)
            known = stored.get((section.expert_id, section.node_id))
            if known is None:
                new.append(section)
            elif (known.pairs, known.planned) != (section.pairs, section.planned):
                others.append(line["expert"])
            elif self.newest and _moving(known) != _moving(section):
                section.pk = known.pk
                changed.append(section)
        Section.objects.bulk_create(new)
        Section.objects.bulk_update(changed, ["assigned", "familiarity", "declined_at"], batch_size=500)
        sentence = _("was asked here in another order already: the same expert cannot answer on both sites.")
        return [f"{code}: {sentence}" for code in dict.fromkeys(others)]

    def _section(self, line: Line) -> Section:
        return Section(
            expert=self._expert(line),
            node_id=self.nodes[line["node"]],
            pairs=[[self.pairs[a, b].pk, swapped] for a, b, swapped in line["pairs"]],
            planned=line["planned"],
            assigned=line["assigned"],
            familiarity=line["familiarity"],
            declined_at=_moment(line["declined_at"]),
        )

    def consents(self, notices: Iterable[Line], consents: Iterable[Line]) -> None:
        texts = {}
        for line in notices:
            if hashlib.sha256(line["text"].encode()).hexdigest() != line["hash"]:
                raise ValueError("a privacy notice does not have its hash")
            said = {"language": line["language"], "text": line["text"]}
            texts[line["hash"]] = ConsentText.objects.get_or_create(text_hash=line["hash"], defaults=said)[0]
        rows = [
            Consent(
                expert=self._expert(line),
                text=texts[line["notice"]],
                agreed_at=datetime.fromisoformat(line["agreed_at"]),
            )
            for line in consents
        ]
        Consent.objects.bulk_create(rows, ignore_conflicts=True)

    def kept(self, lines: Iterable[Line]) -> None:
        stored = KeptJudgment.objects.filter(expert__survey=self.survey, request=None)
        known = set(stored.values_list("expert_id", "comparison_id", "revision", "kept_at"))
        rows = [
            KeptJudgment(
                expert=self._expert(line),
                comparison=self.pairs[line["item_a"], line["item_b"]],
                revision=line["revision"],
                reason=unless_erased(line["reason"], self._expert(line).erased_at),
                kept_at=datetime.fromisoformat(line["kept_at"]),
            )
            for line in lines
        ]
        KeptJudgment.objects.bulk_create(
            row for row in rows if (row.expert_id, row.comparison_id, row.revision, row.kept_at) not in known
        )

    def submissions(self, lines: Iterable[Line], jobs: list[Job]) -> list[str]:
        """Add the submissions that are new, with a job for each. Returns what does not fit to the logs."""
        rows = Submission.objects.filter(expert__survey=self.survey).values_list("expert__code", "number", "head_hash")
        known = {(code, number): head for code, number, head in rows}
        problems: list[str] = []
        for code, own in groupby(lines, key=itemgetter("expert")):
            for line in own:
                place, head = (code, line["number"]), line["head"]
                if known.get(place, head) != head or self.logs[code].hashes.get(line["revision"], "") != head:
                    sentence = _("submission %(number)d names a head that the log does not have.")
                    problems.append(f"{code}: {sentence % {'number': line['number']}}")
                elif place not in known:
                    jobs.append(job_ensure(JOB, self._submission(line).pk))
        return problems

    def _submission(self, line: Line) -> Submission:
        expert = self._expert(line)
        return Submission.objects.create(
            expert=expert,
            number=line["number"],
            revision=line["revision"],
            head_hash=line["head"],
            reason=unless_erased(line["reason"], expert.erased_at),
            remark=unless_erased(line["remark"], expert.erased_at),
            submitted_at=datetime.fromisoformat(line["submitted_at"]),
        )

    def experts(self, lines: Iterable[Line]) -> None:
        """How far each is, as the newest package says."""
        for line in lines if self.newest else ():
            moments = {name: _moment(line[name]) for name in ("started_at", "submitted_at", "declined_at")}
            Expert.objects.filter(pk=self._expert(line).pk).update(basis=line["basis"], **moments)

    def _expert(self, line: Line) -> Expert:
        return self.logs[line["expert"]].expert


def _moving(section: Section) -> tuple[bool, str, datetime | None]:
    return section.assigned, section.familiarity, section.declined_at


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
