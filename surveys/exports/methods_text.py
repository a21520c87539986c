"""The methods text: how the weights came about, with the numbers of one set filled in, fit for a referee."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from surveys.exports.methods_asking import panel_section, questions_section, system_section
from surveys.exports.methods_computing import consistency_section, group_section, local_section, uncertainty_section
from surveys.exports.papers import Block, Grid, Heading, Paper, Text
from surveys.exports.references import Citations
from surveys.exports.weight_story import (
    Story,
    changes_sentence,
    day,
    decision_sentence,
    outside_sentence,
    percent,
)
from surveys.services.signed_sheets import SHORT
from surveys.texts import text_in
from surveys.version import VERSION


def methods_text(story: Story) -> Paper:
    """In the active language."""
    return Paper(
        title=_("How the weights were determined"),
        subtitle=story.name,
        blocks=list(_blocks(story)),
        language=get_language() or "",
        footer=_("Content hash %(short)s") % {"short": story.weight_set.content_hash[:SHORT]},
        page_of=_("page %(page)s of %(pages)s"),
        lacking=_("stands for characters that the font of this file does not have:"),
        stamps=story.stamps,
    )


def _blocks(story: Story) -> Iterator[Block]:
    cited = Citations()
    if story.weight_set.synthetic:
        text = _("Synthetic demo: the experts, their answers and all numbers below are invented and describe nobody.")
        yield Text(text, marked=True)
    yield from _outside(story)
    yield from system_section(story)
    yield from panel_section(story)
    yield from questions_section(story, cited)
    yield from local_section(story, cited)
    yield from consistency_section(story, cited)
    yield from group_section(story, cited)
    yield from _exclusions(story)
    yield from _whole_weights(story, cited)
    yield from uncertainty_section(story)
    yield from _signatures(story)
    yield from _limits(story)
    yield from _record(story)
    yield Heading(_("References"))
    yield from (Text(reference, small=True) for reference in cited.listed())


def _outside(story: Story) -> Iterator[Block]:
    if not story.origins:
        return
    yield Heading(_("Weights that are not from judgments"))
    for outside in story.origins.outside:
        yield Text(outside_sentence(outside, whole=story.origins.whole), marked=True)
    if not story.origins.whole:
        yield Text(_("At all other nodes the weights are those of the panel, as described below."))


def _exclusions(story: Story) -> Iterator[Block]:
    survey = story.survey
    if story.panel is None or survey is None:
        return
    yield Heading(_("Answers left out"))
    rules = text_in(survey.exclusion_rules)
    if rules:
        yield Text(
            _("Before the survey opened, these rules for leaving answers out were declared: %(rules)s")
            % {"rules": rules}
        )
    else:
        yield Text(_("No rules for leaving answers out were declared before the survey opened."))
    left_out = len(story.left_out)
    if left_out:
        text = ngettext(
            "%(count)d decision leaves answers out; they stay on record, with the reason.",
            "%(count)d decisions leave answers out; they stay on record, with the reason.",
            left_out,
        )
        yield Text(text % {"count": left_out})
    else:
        yield Text(_("No answers were left out."))
    yield from (Text(decision_sentence(decided)) for decided in story.decisions)
    yield Text(_unmasking(story))


def _unmasking(story: Story) -> str:
    """A referee's first question: had those who decided seen whom it helps?"""
    survey = story.survey
    seen = survey.unmasked_at if survey else None
    if seen is None or seen > story.weight_set.created_at:
        return _(
            "When the weights were drafted, nobody had seen names of units beside the effect of a decision on ranks."
        )
    after = sum(decided.after_unmasking for decided in story.decisions)
    return _(
        "Names of units were first shown beside the effect of a decision on ranks on %(day)s; %(count)d of the "
        "decisions were made afterwards and are marked."
    ) % {"day": day(seen), "count": after}


def _whole_weights(story: Story, cited: Citations) -> Iterator[Block]:
    yield Heading(_("Global and adopted weights"))
    yield Text(
        _(
            "The global weight of a node is the product of the local weights on its path from the top; every level "
            "adds up to 1."
        )
    )
    if story.printed:
        said = {
            "decimals": story.weight_set.adopted_decimals,
            "cite": cited.cite("balinski1982"),
            "shift": f"{_largest_shift(story):.{(story.weight_set.adopted_decimals or 0) + 2}f}",
        }
        text = _(
            "Adopted weights are percentages with %(decimals)d decimals, rounded by largest remainder from the top "
            "down, so that children add up to their parent and the lowest indicators to 100 %(cite)s. Rounding moves "
            "no weight by more than %(shift)s percentage points."
        )
        yield Text(text % said)
    yield Text(changes_sentence(story.changes))
    heading = [_("Code"), _("Indicator"), _("Local"), _("Global"), *([_("Adopted")] if story.printed else [])]
    rows = [
        [
            row.node.code,
            "　" * (row.node.depth - 1) + str(row.node),
            percent(row.entry.local_weight),
            percent(row.entry.global_weight),
            *([f"{row.entry.adopted_weight} %"] if story.printed else []),
        ]
        for row in story.rows
        if row.node.depth
    ]
    widths = [0.13, 0.48, *([0.13] * (len(heading) - 2))]
    yield Grid(heading, rows, widths, frozenset(range(2, len(heading))), small=True)


def _largest_shift(story: Story) -> float:
    shifts = [abs(float(row.entry.adopted_weight) - float(row.entry.global_weight) * 100) for row in story.rows]
    return max(shifts, default=0.0)


def _signatures(story: Story) -> Iterator[Block]:
    signers = list(story.signers())
    if not signers:
        return
    yield Heading(_("Approval"))
    yield Text(
        _("Two people sign: whoever proposes a set cannot approve it. A locked set cannot be changed, only replaced.")
    )
    for what, name, moment, reason in signers:
        said = {"what": what, "name": name, "day": day(moment), "reason": reason}
        yield Text(_("%(what)s by %(name)s on %(day)s. %(reason)s") % said)
    for sheet in story.sheets:
        said = {"day": day(sheet.uploaded_at), "hash": sheet.file_hash, "note": sheet.note}
        yield Text(_("Signed on paper; scan of %(day)s with SHA-256 %(hash)s. %(note)s") % said)


def _limits(story: Story) -> Iterator[Block]:
    yield Heading(_("Limits"))
    if story.panel:
        yield Text(
            _(
                "The weights express what this panel holds important, not a fact that could be measured; another panel "
                "would give others, within the intervals stated. The scale ends at 9, which pulls extreme ratios "
                "together. CR shows whether answers fit each other, not whether they are right. Weights of a level add "
                "up to 1, so an indicator that is added or removed changes all others of its group."
            )
        )
    else:
        yield Text(
            _("These weights were set and not derived from judgments: no consistency and no interval can be stated.")
        )


def _record(story: Story) -> Iterator[Block]:
    it = story.weight_set
    yield Heading(_("Software and record"))
    said = {"version": VERSION, "hash": it.content_hash}
    yield Text(
        _(
            "Computed with Quanheng %(version)s. Judgments, matrices, decisions and weights are stored with the "
            "SHA-256 hash %(hash)s; the export of the set holds all that is needed to compute them again."
        )
        % said
    )
    if it.seal_hash:
        yield Text(_("The signatures are sealed with the SHA-256 hash %(hash)s.") % {"hash": it.seal_hash})
