"""How the answers of one matrix came about: pair by pair, what each submission said, when, where and how fast."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from surveys.models import Comparison, Indicator, JudgmentEvent, KeptJudgment, MoreImportant, Section, Submission
from surveys.scale import ratio_of
from surveys.selectors.consistency import ratio_text
from surveys.selectors.keeping import kept_now
from surveys.selectors.structure import structure_of

MOST_VERSIONS = 6
Events = Sequence[JudgmentEvent]


@dataclass(frozen=True)
class Version:
    """What one submission said of a pair: as a number, and whether and why it differs from the one before."""

    text: str
    changed: bool
    cause: str


@dataclass(frozen=True)
class PairStory:
    """A pair: its versions, the oldest first, how often it was answered, and the answer that counts with its making."""

    comparison: Comparison
    versions: list[Version]
    answers: int
    event: JudgmentEvent | None
    kept: KeptJudgment | None

    @property
    def at(self) -> datetime | None:
        return self.event.received_at if self.event else None

    @property
    def seconds(self) -> float | None:
        milliseconds = self.event.milliseconds if self.event else None
        return None if milliseconds is None else milliseconds / 1000

    @property
    def shown(self) -> str:
        """In which view, or how it came where no view showed it."""
        if self.event is None:
            return ""
        return str(self.event.get_view_display() if self.event.view else self.event.get_source_display())


@dataclass(frozen=True)
class Story:
    """All pairs of one matrix of one expert. `submissions` are the columns of the versions, the newest last."""

    submissions: list[Submission]
    pairs: list[PairStory]
    familiarity: str

    @property
    def timed(self) -> bool:
        return any(pair.seconds is not None for pair in self.pairs)


def story_of(submission: Submission, node: Indicator) -> Story:
    """Four queries, however often the expert has submitted. Only what was handed in is told."""
    expert = submission.expert
    submissions = list(expert.submissions.order_by("number"))[-MOST_VERSIONS:]
    kept = kept_now(expert, up_to=submission.revision)
    log = JudgmentEvent.objects.filter(
        expert=expert, comparison__node=node, revision__lte=submission.revision, conflict=False
    )
    events: dict[int, list[JudgmentEvent]] = defaultdict(list)
    for event in log.order_by("revision"):
        events[event.comparison_id].append(event)
    pairs = structure_of(expert.survey.edition).by_node.get(node.pk, [])
    section = Section.objects.filter(expert=expert, node=node).first()
    return Story(
        submissions,
        [_pair(pair, events[pair.pk], submissions, kept) for pair in pairs],
        str(section.get_familiarity_display()) if section and section.familiarity else "",
    )


def _pair(
    pair: Comparison, events: Events, submissions: Sequence[Submission], kept: Mapping[int, KeptJudgment]
) -> PairStory:
    versions: list[Version] = []
    before: JudgmentEvent | None = None
    for number, submission in enumerate(submissions):
        said = next((event for event in reversed(events) if event.revision <= submission.revision), None)
        changed = number > 0 and _said(said) != _said(before)
        cause = str(said.get_cause_display()) if said and changed else ""
        versions.append(Version(_text(said), changed, cause))
        before = said
    counting = before if before and before.more_important else None
    return PairStory(pair, versions, len(events), counting, kept.get(pair.pk))


def _said(event: JudgmentEvent | None) -> tuple[str, int | None]:
    return (event.more_important, event.strength) if event else ("", None)


def _text(event: JudgmentEvent | None) -> str:
    """As it stands in the matrix; empty where nothing was answered."""
    if event is None or not event.more_important:
        return ""
    if event.strength is None:
        return str(MoreImportant.CANNOT_JUDGE.label)
    return ratio_text(ratio_of(event.more_important, event.strength))
