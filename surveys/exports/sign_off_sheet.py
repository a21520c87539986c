"""The sign-off sheet 签批单: one page that says what is approved, for those who sign with a pen."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from surveys.exports.papers import Block, Grid, Paper, Row, Signatures, Text
from surveys.exports.weight_story import (
    Story,
    changes_sentence,
    day,
    decision_sentence,
    outside_sentence,
    percent,
    points,
    ratio,
)
from surveys.selectors.weights import WeightRow
from surveys.services.signed_sheets import SHORT

SHOWN_DEPTH = 2
"""Levels below the root that stand in the table with their names; what lies deeper is listed by code."""
LEAVES_IN_A_ROW = 6
DECISIONS_SHOWN = 4


def sign_off_sheet(story: Story) -> Paper:
    """In the active language."""
    digits = story.weight_set.content_hash
    return Paper(
        title=_("Sign-off sheet for indicator weights"),
        subtitle=story.name,
        blocks=list(_blocks(story)),
        language=get_language() or "",
        footer=_("Content hash %(short)s") % {"short": digits[:SHORT]},
        page_of=_("page %(page)s of %(pages)s"),
        lacking=_("stands for characters that the font of this file does not have:"),
        stamps=story.stamps,
        one_page=True,
    )


def _blocks(story: Story) -> Iterator[Block]:
    yield _facts(story)
    yield _weights(story)
    yield from _leaves(story)
    yield from (Text(text) for text in _notes(story))
    yield Text(_("Content hash (SHA-256): %(hash)s") % {"hash": story.weight_set.content_hash}, small=True)
    yield Text(
        _(
            "Whoever signs approves the weights with this hash. The scan is uploaded by a second person, who types the "
            "first %(count)d characters: %(short)s"
        )
        % {"count": SHORT, "short": story.weight_set.content_hash[:SHORT]},
        small=True,
    )
    yield Signatures([_("Prepared by"), _("Reviewed by"), _("Approved by")], _("Signature"), _("Date"))


def _facts(story: Story) -> Grid:
    """Two facts side by side."""
    pairs = list(_pairs(story))
    if len(pairs) % 2:
        pairs.append(("", ""))
    rows = [(*pairs[place], *pairs[place + 1]) for place in range(0, len(pairs), 2)]
    return Grid(("", "", "", ""), rows, (0.15, 0.38, 0.15, 0.32))


def _pairs(story: Story) -> Iterator[tuple[str, str]]:
    it, panel, facts = story.weight_set, story.panel, story.facts
    yield _("Indicator system"), str(it.edition)
    yield _("Survey"), str(it.survey) if it.survey else "–"
    if panel:
        counts = {"counted": panel.counted, "submitted": panel.submitted, "invited": panel.invited}
        yield _("Panel"), _("%(counted)d count, %(submitted)d submitted, %(invited)d invited") % counts
        yield _("Weights by"), str(facts["method"])
        yield _("Aggregation"), str(facts["aggregation"])
        yield _("Random index"), str(facts["table"])
        tested = {"passing": panel.passing, "tested": panel.tested}
        yield _("Experts' matrices"), _("CR < 0.1 in %(passing)d of %(tested)d") % tested
        worst = panel.worst
        if worst:
            said = {"ratio": ratio(worst.ratio), "code": worst.node.code}
            yield _("Panel's largest CR"), _("%(ratio)s at %(code)s") % said
    yield _("Weight set"), f"W{it.number}, {it.get_state_display()}"
    yield _("Drafted on"), day(it.created_at)


def _weights(story: Story) -> Grid:
    """The upper levels with their names."""
    shown = [row for row in story.rows if 0 < row.node.depth <= SHOWN_DEPTH]
    heading = [_("Code"), _("Indicator"), _("Local"), _("Global")]
    heading += [_("Adopted")] if story.printed else []
    heading += [_("Change")] if story.changes else []
    heading += [_("CR of its children")]
    widths = [0.1, 0.42, *([0.11] * (len(heading) - 2))]
    numbers = frozenset(range(2, len(heading)))
    return Grid(heading, [_weight_row(row, story) for row in shown], widths, numbers, small=len(shown) > 20)


def _weight_row(row: WeightRow, story: Story) -> Row:
    entry, code = row.entry, row.node.code
    mark = "" if entry.origin == "judgments" else f" ({_('not from judgments')})"
    cells = [
        code,
        "　" * (row.node.depth - 1) + f"{row.node}{mark}",
        percent(entry.local_weight),
        percent(entry.global_weight),
    ]
    cells += [f"{entry.adopted_weight} %"] if story.printed else []
    cells += [points(story.changes.by_code[code].difference)] if story.changes else []
    part = row.panel_node
    return [*cells, ratio(part.ratio) if part and part.ratio else "–"]


def _leaves(story: Story) -> Iterator[Block]:
    """What lies deeper: codes and weights, several in a row."""
    deeper = [row for row in story.rows if row.node.depth > SHOWN_DEPTH and not row.children]
    cells = [text for row in deeper for text in (row.node.code, _leaf_weight(row, story))]
    width = 2 * LEAVES_IN_A_ROW
    padded: Sequence[str] = [*cells, *[""] * (-len(cells) % width)]
    rows = [padded[start : start + width] for start in range(0, len(padded), width)]
    if rows:
        yield Text(_("Indicators below, global weight:"), small=True)
        numbers = frozenset(range(1, width, 2))
        yield Grid([""] * width, rows, [0.085, 0.08] * LEAVES_IN_A_ROW, numbers, small=True)


def _leaf_weight(row: WeightRow, story: Story) -> str:
    return f"{row.entry.adopted_weight} %" if story.printed else percent(row.entry.global_weight)


def _notes(story: Story) -> Iterator[str]:
    """Changes, decisions, and what is not from judgments."""
    yield from (outside_sentence(outside, whole=story.origins.whole) for outside in story.origins.outside)
    yield _("Changes: %(said)s") % {"said": changes_sentence(story.changes)}
    if story.decisions:
        shown = "; ".join(decision_sentence(decided) for decided in story.decisions[:DECISIONS_SHOWN])
        more = len(story.decisions) - DECISIONS_SHOWN
        rest = _(" … and %(count)d more, in the methods text") % {"count": more} if more > 0 else ""
        yield _("Decisions about answers: %(said)s") % {"said": shown + rest}
    elif story.panel:
        yield _("Decisions about answers: none; no answers were left out.")
