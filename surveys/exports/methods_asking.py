"""The methods text: what was asked, of whom."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _

from surveys.exports.papers import Block, Heading, Text
from surveys.exports.references import Citations
from surveys.exports.weight_story import Story, day, listed, together
from surveys.models import Survey
from surveys.plan import per_item_text


def system_section(story: Story) -> Iterator[Block]:
    edition, tree = story.weight_set.edition, story.tree
    levels = Counter(node.depth for node in tree.nodes if node.depth)
    counts = [_("%(count)d on level %(level)d") % {"count": levels[level], "level": level} for level in sorted(levels)]
    yield Heading(_("Indicator system"))
    said = {
        "system": str(edition.system),
        "edition": edition.label,
        "root": str(tree.root),
        "levels": len(levels),
        "counts": listed(counts),
        "leaves": len(tree.leaves),
    }
    text = _(
        "The indicator system “%(system)s”, edition %(edition)s, divides “%(root)s” on %(levels)d levels: %(counts)s. "
        "Its %(leaves)d lowest indicators are the ones that are measured."
    )
    yield Text(text % said)
    if edition.frozen_at:
        frozen = {"day": day(edition.frozen_at), "hash": edition.content_hash}
        yield Text(
            _("The edition was frozen on %(day)s, before the survey, and cannot change since (SHA-256 %(hash)s).")
            % frozen
        )


def panel_section(story: Story) -> Iterator[Block]:
    panel, survey = story.panel, story.survey
    if panel is None:
        return
    yield Heading(_("Panel of experts"))
    said = {
        "invited": panel.invited,
        "submitted": panel.submitted,
        "rate": f"{100 * panel.submitted / panel.invited:.0f}" if panel.invited else "–",
        "counted": panel.counted,
    }
    text = _(
        "%(invited)d experts were invited and %(submitted)d handed in their answers, a response of %(rate)s %%. "
        "The answers of %(counted)d experts count."
    )
    yield Text(text % said)
    yield from _composition(story)
    if panel.weighted:
        text = _("Experts with a weight other than 1, each set with a reason: %(count)d; all others count alike.")
        yield Text(text % {"count": panel.weighted})
    else:
        yield Text(_("All experts whose answers count have the same weight."))
    if survey and survey.anonymity == Survey.Anonymity.PSEUDONYMS:
        yield Text(_("Answers were kept under a code; names stood beside them for invitations only."))
    else:
        yield Text(_("Answers were kept under a code, apart from the name and address of the expert."))


def _composition(story: Story) -> Iterator[Block]:
    panel = story.panel
    if panel is None:
        return
    for told, text in ((panel.fields, _("By field: %(parts)s.")), (panel.groups, _("By group: %(parts)s."))):
        if told.groups:
            parts = [_("%(name)s (%(count)d)") % {"name": name, "count": count} for name, count in told.groups]
            parts += [_("in smaller ones (%(count)d)") % {"count": told.others}] if told.others else []
            yield Text(text % {"parts": listed(parts)})


def questions_section(story: Story, cited: Citations) -> Iterator[Block]:
    panel, survey = story.panel, story.survey
    if panel is None or survey is None:
        return
    sizes = [len(story.tree.children_of(node)) for node in story.tree.parents]
    said = {
        "matrices": sum(size > 1 for size in sizes),
        "pairs": sum(size * (size - 1) // 2 for size in sizes),
        "cite": cited.cite("saaty1977", "saaty1980"),
    }
    yield Heading(_("Questions and scale"))
    text = _(
        "The children of every node were compared in pairs with respect to their parent: %(matrices)d judgment "
        "matrices with %(pairs)d pairs. For each pair an expert said which item is more important and how strongly, on "
        "Saaty's scale %(cite)s: 1 equally important, 3 slightly, 5 clearly, 7 strongly, 9 extremely more important; "
        "2, 4, 6 and 8 lie between. The opposite comparison is the reciprocal."
    )
    yield Text(text % said)
    yield Text(_plan(survey))
    yield Text(_order(survey))


def _plan(survey: Survey) -> str:
    if survey.question_plan == Survey.Plan.FULL:
        said = _("Every pair was asked.")
    else:
        said = _(
            "Of a matrix with n items every pair was asked up to %(items)d items, above that %(per_item)s n pairs, "
            "chosen so that they link all items and lower the expected error most."
        ) % {"items": survey.full_up_to, "per_item": per_item_text(survey)}
    if survey.missing_allowed:
        cannot = _("“Cannot judge” was allowed as an answer; it is treated as missing, never as equal.")
        return together(said, cannot)
    return said


def _order(survey: Survey) -> str:
    if survey.question_order == Survey.Order.PAPER:
        return _("All experts were asked in the order of the paper form.")
    return _("The order of the pairs was shuffled for each expert, and of two items each stood first about as often.")
