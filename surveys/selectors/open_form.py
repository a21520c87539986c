"""The questionnaire as a respondent of the open link finds it: pages of rows, in an order that is the device's own."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.utils import translation
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from surveys import packed
from surveys.models import Comparison, Indicator, OpenDraft, OpenLink, Survey
from surveys.plan import order_of, questions_for
from surveys.rows import ROW
from surveys.selectors.answers import Ratio
from surveys.selectors.consents import Notice, notice_of
from surveys.selectors.panel_answers import kept_questions
from surveys.selectors.reviewing import NodeReview, reviewed
from surveys.selectors.structure import structure_of
from surveys.services.results import Method
from surveys.texts import text_in
from surveys.tokens import token_hash

MOST_ROWS = 12


@dataclass(frozen=True)
class Asked:
    """A pair on a page: its place in the row of answers, and on which side its items stand."""

    comparison: Comparison
    place: int
    swapped: bool
    number: int


@dataclass(frozen=True)
class OpenPage:
    """Some pairs of one node. A node of many pairs has several pages, as equal as can be."""

    number: int
    node: Indicator
    part: int
    parts: int
    asked: Sequence[Asked]

    def answered(self, codes: bytes) -> int:
        return sum(codes[pair.place] != packed.UNANSWERED for pair in self.asked)

    def is_open(self, codes: bytes) -> bool:
        return self.answered(codes) < len(self.asked)


@dataclass(frozen=True)
class OpenSection:
    """All pages of one node."""

    node: Indicator
    pages: Sequence[OpenPage]

    @property
    def total(self) -> int:
        return sum(len(page.asked) for page in self.pages)

    def answered(self, codes: bytes) -> int:
        return sum(page.answered(codes) for page in self.pages)

    def first_open(self, codes: bytes) -> OpenPage:
        """Where to go on; its first page where nothing is open."""
        return next((page for page in self.pages if page.is_open(codes)), self.pages[0])


@dataclass(frozen=True)
class OpenForm:
    survey: Survey
    sections: Sequence[OpenSection]

    @cached_property
    def pages(self) -> list[OpenPage]:
        return [page for section in self.sections for page in section.pages]

    @cached_property
    def total(self) -> int:
        return sum(section.total for section in self.sections)

    def answered(self, codes: bytes) -> int:
        return sum(section.answered(codes) for section in self.sections)

    def open_in(self, codes: bytes) -> int:
        """Pairs that are asked and not answered."""
        return self.total - self.answered(codes)

    def first_open(self, codes: bytes) -> OpenPage | None:
        return next((page for page in self.pages if page.is_open(codes)), None)


def open_notice_of(survey: Survey) -> Notice:
    """The privacy notice as a respondent reads it: the coordinator's words, or ours, which promise less is kept."""
    if text_in(survey.privacy):
        return notice_of(survey)
    return Notice(get_language() or settings.LANGUAGE_CODE, _usual_text(survey))


def open_notices_of(survey: Survey) -> list[Notice]:
    """In every language."""
    found = []
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found.append(open_notice_of(survey))
    return found


def _usual_text(survey: Survey) -> str:
    people = {
        "inviter": text_in(survey.inviter) or _("the team that made this survey public"),
        "contact": text_in(survey.contact) or _("the people who made this survey public"),
    }
    return "\n\n".join(
        [
            _("Who is responsible: %(inviter)s. Whom to ask: %(contact)s.") % people,
            _(
                "What for: your answers are used to work out the weights of the indicators in this survey, and for"
                " nothing else."
            ),
            _(
                "What is kept: your answers, the minute in which you submit them, how long they took, and that you"
                " agreed to this notice. No name, no e-mail address, no network address. A cookie on this device"
                " brings you back to your answers, and says that this device has submitted."
            ),
            _("How long: until the results no longer have to be explained or checked."),
            _(
                "Your choice: taking part is voluntary, and you may stop at any time: what was not submitted is not"
                " used. What was submitted carries no name and cannot be taken back."
            ),
        ]
    )


def link_at(slug: str) -> OpenLink | None:
    return OpenLink.objects.select_related("survey__edition").filter(slug=slug).first()


def draft_of(link: OpenLink, token: str) -> OpenDraft | None:
    """The answers of the device with this cookie."""
    found = OpenDraft.objects.filter(link=link, token_hash=token_hash(token)).first()
    if found:
        found.link = link
    return found


def pairs_of(survey: Survey) -> int:
    """How long a row of answers is, whether or not all of them are asked."""
    return len(kept_questions(survey.edition).columns)


def form_of(survey: Survey, seed: int) -> OpenForm:
    """The pages of one device. No query where this process knows the edition."""
    structure, columns = structure_of(survey.edition), kept_questions(survey.edition).columns
    sections: list[OpenSection] = []
    count = 0
    for node in structure.nodes:
        pairs, items = structure.by_node[node.pk], structure.items_of(node.pk)
        order = order_of(pairs, items, survey, seed)[: questions_for(len(items), survey)]
        asked = [
            Asked(structure.pairs[pair], columns[pair], bool(swapped), number)
            for number, (pair, swapped) in enumerate(order, 1)
        ]
        pages = list(_pages(node, asked, count))
        count += len(pages)
        sections.append(OpenSection(node, pages))
    return OpenForm(survey, sections)


def form_for(draft: OpenDraft) -> OpenForm:
    return form_of(draft.link.survey, draft.seed)


def _pages(node: Indicator, asked: Sequence[Asked], before: int) -> Iterator[OpenPage]:
    parts = math.ceil(len(asked) / MOST_ROWS)
    size = math.ceil(len(asked) / parts)
    for part, start in enumerate(range(0, len(asked), size), 1):
        yield OpenPage(before + part, node, part, parts, asked[start : start + size])


def answers_sent(sent: dict[str, str], page: OpenPage, *, missing_allowed: bool) -> dict[int, int]:
    """What a page of rows sends, place → code. A row left blank says nothing; a value that no row has says nothing."""
    known = {*ROW, *(["cannot_judge"] if missing_allowed else [])}
    chosen = {pair.place: sent.get(f"pair-{pair.place}", "") for pair in page.asked}
    return {place: packed.code_of(value) for place, value in chosen.items() if value in known}


def reviews_of(survey: Survey, codes: bytes) -> list[NodeReview]:
    """What the answers mean at every node that asks something, by the survey's method."""
    structure, questions = structure_of(survey.edition), kept_questions(survey.edition)
    ratios = packed.ratios_of(packed.codes_in(codes))
    said = {node.pk: _said(structure.by_node[node.pk], ratios, questions.columns) for node in structure.nodes}
    return [reviewed(node, structure.items_of(node.pk), said[node.pk], Method.of(survey)) for node in structure.nodes]


def doubtful_nodes(survey: Survey, codes: bytes) -> list[Indicator]:
    """Where the answers do not fit together: a CR of 0.1 or more."""
    return [review.node for review in reviews_of(survey, codes) if not review.consistent]


def _said(pairs: Sequence[Comparison], ratios: packed.Ratios, columns: Mapping[int, int]) -> Ratio:
    found = {(pair.item_a.code, pair.item_b.code): float(ratios[columns[pair.pk]]) for pair in pairs}
    return {pair: ratio for pair, ratio in found.items() if not math.isnan(ratio)}
