"""The methods text: from answers to weights."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

import ahp
from surveys.exports.papers import Block, Grid, Heading, Text
from surveys.exports.references import Citations
from surveys.exports.weight_story import Story, percent, ratio, together
from surveys.models import PanelNode, PanelResult, Survey
from surveys.selectors.consistency import method_label, table_label
from surveys.selectors.weight_facts import PanelFacts
from surveys.services.results import OTHER_METHOD

FEW_SHOWN = 12
SOURCES = {"saaty1980": "saaty1980", "saaty2005": "saaty2005", "alonso_lamata": "alonso2006"}


def local_section(story: Story, cited: Citations) -> Iterator[Block]:
    result = story.weight_set.panel_result
    if result is None:
        return
    yield Heading(_("Local weights"))
    if result.method == Survey.Method.EIGENVECTOR:
        text = _(
            "The local weights of the items of a judgment matrix A are its principal eigenvector w, A w = λmax w, with "
            "the sum 1 %(cite)s."
        )
        yield Text(text % {"cite": cited.cite("saaty1977")})
    else:
        text = _(
            "The local weights w of the items of a judgment matrix make Σ (ln a_ij − ln w_i + ln w_j)² least over the "
            "answered pairs, with the sum 1; for a complete matrix they are the geometric means of its rows %(cite)s."
        )
        yield Text(text % {"cite": cited.cite("crawford1985")})
    yield from _second_method(story, result, cited)


def _second_method(story: Story, result: PanelResult, cited: Citations) -> Iterator[Block]:
    other = OTHER_METHOD[result.method]
    said = {
        "method": method_label(other),
        "cite": cited.cite("crawford1985" if other == Survey.Method.LOG_LEAST_SQUARES else "saaty1977"),
    }
    check = _("As a check, all weights were also computed by the other method, %(method)s %(cite)s.") % said
    gap = _(
        "Over both methods and both ways to combine experts, no global weight differs by more than %(gap)s percentage "
        "points."
    )
    yield Text(together(check, gap % {"gap": f"{story.ways.largest_gap * 100:.2f}"} if story.ways else ""))


def consistency_section(story: Story, cited: Citations) -> Iterator[Block]:
    panel, result = story.panel, story.weight_set.panel_result
    if panel is None or result is None:
        return
    yield Heading(_("Consistency"))
    text = _(
        "CI = (λmax − n)/(n − 1) and CR = CI/RI were computed for every matrix of n ≥ 3 items; CR < 0.10 is taken as "
        "consistent %(cite)s. With one or two items nothing can contradict anything, and nothing is tested."
    )
    yield Text(text % {"cite": cited.cite("saaty1980")})
    yield Text(_table_sentence(result, panel, cited))
    yield Text(_verdicts(panel))
    yield _table(panel)


def _table_sentence(result: PanelResult, panel: PanelFacts, cited: Citations) -> str:
    largest = max((len(node.weights) for node in panel.nodes), default=0)
    values = "; ".join(f"n = {n}: {_index(n, result.random_index):.4g}" for n in range(3, largest + 1)) or "–"
    said = {"table": table_label(result.random_index), "values": values, "source": _source(result.random_index, cited)}
    text = _("The random index RI is that of the table “%(table)s” (%(source)s): %(values)s.") % said
    if panel.missing or result.missing_allowed or result.survey.question_plan != Survey.Plan.FULL:
        cite = {"cite": cited.cite("agoston2022")}
        return together(text, _("Where answers are missing, RI is lowered for their number %(cite)s.") % cite)
    return text


def _index(n: int, table: str) -> float:
    try:
        return ahp.random_index(n, table=table)
    except ahp.RandomIndexError:
        return float("nan")


def _source(table: str, cited: Citations) -> str:
    if table in SOURCES:
        return cited.cite(SOURCES[table])
    if table == "common_cn":
        return _("as usual in Chinese papers")
    return _("mean CI of random reciprocal matrices; exact for n = 3 and 4, simulated above")


def _verdicts(panel: PanelFacts) -> str:
    said = {
        "tested": panel.tested,
        "passing": panel.passing,
        "share": f"{100 * panel.passing / panel.tested:.0f}" if panel.tested else "–",
    }
    single = _(
        "Of the %(tested)d matrices of single experts that can be tested, %(passing)d have CR < 0.10 (%(share)s %%)."
    )
    worst = panel.worst
    if worst is None:
        return single % said
    group = {
        "tested": len(panel.tested_nodes),
        "passing": len(panel.passing_nodes),
        "ratio": ratio(worst.ratio),
        "name": f"{worst.node.code} {worst.node}",
    }
    text = _(
        "Of the %(tested)d matrices of the panel that can be tested, %(passing)d have CR < 0.10; the largest is "
        "%(ratio)s, at %(name)s. Averaging lowers CR, so the panel's CR is no evidence about single answers."
    )
    return together(single % said, text % group)


def _table(panel: PanelFacts) -> Grid:
    heading = (_("Code"), _("Matrix"), "n", _("Experts"), "λmax", "CI", "RI", "CR")
    rows = [_table_row(node) for node in panel.nodes if len(node.weights) > 1]
    widths = (0.11, 0.37, 0.06, 0.1, 0.1, 0.09, 0.09, 0.08)
    return Grid(heading, rows, widths, frozenset(range(2, 8)), small=True)


def _table_row(node: PanelNode) -> list[str]:
    numbers = [ratio(node.lambda_max), ratio(node.index), ratio(node.random_index), ratio(node.ratio)]
    return [node.node.code, str(node.node), str(len(node.weights)), str(node.experts), *numbers]


def group_section(story: Story, cited: Citations) -> Iterator[Block]:
    result = story.weight_set.panel_result
    if result is None:
        return
    yield Heading(_("Combining the experts"))
    if result.aggregation == Survey.Aggregation.JUDGMENTS:
        text = _(
            "The experts' judgments of each pair were combined by their weighted geometric mean, "
            "a_ij = Π_k a_ij(k)^β_k, β_k being the share of expert k among those who answered %(mean)s, and the "
            "weights computed from the matrix of the group (aggregation of individual judgments, AIJ %(cite)s)."
        )
        yield Text(text % {"mean": cited.cite("aczel1983"), "cite": cited.cite("forman1998")})
    else:
        text = _(
            "Weights were computed for each expert, and combined node by node by their weighted geometric mean, with "
            "the sum 1 (aggregation of individual priorities, AIP %(cite)s)."
        )
        yield Text(text % {"cite": cited.cite("forman1998")})
    yield from _missing(story, cited)


def _missing(story: Story, cited: Citations) -> Iterator[Block]:
    panel = story.panel
    if panel is None:
        return
    if not panel.missing:
        yield Text(_("Every expert who counts at a node answered every pair of it: nothing had to be completed."))
        return
    said = {
        "missing": panel.missing,
        "asked": panel.asked,
        "share": f"{100 * panel.missing / panel.asked:.1f}",
        "cite": cited.cite("bozoki2010"),
    }
    text = _(
        "Of %(asked)d possible answers of the experts who count, %(missing)d are missing (%(share)s %%): not asked, "
        "not given, or “cannot judge”. A missing answer is never put to “equal”: the group's mean is taken over those "
        "who answered, and a matrix with empty pairs is completed so that λmax is least %(cite)s."
    )
    yield Text(text % said)
    yield Text(few_sentence(panel), small=True)


def few_sentence(panel: PanelFacts) -> str:
    """Which pairs not everybody answered, the fewest answers first."""
    fewest = sorted(panel.few, key=lambda pair: pair.answers)
    pairs = [
        _("%(a)s – %(b)s: %(answers)d of %(experts)d")
        % {"a": pair.item_a.code, "b": pair.item_b.code, "answers": pair.answers, "experts": pair.experts}
        for pair in fewest[:FEW_SHOWN]
    ]
    more = len(fewest) - FEW_SHOWN
    said = _("Answers to a pair: %(pairs)s") % {"pairs": "; ".join(pairs)}
    if more > 0:
        said += ngettext("; and %(count)d more pair.", "; and %(count)d more pairs.", more) % {"count": more}
    return said


def uncertainty_section(story: Story) -> Iterator[Block]:
    """The first level with its intervals."""
    ways = story.ways
    intervals = ways.intervals if ways else {}
    top = [row for row in story.rows if row.node.depth == 1 and row.node.code in intervals]
    if not top:
        return
    yield Heading(_("How sure the weights are"))
    text = _(
        "Intervals that hold in 95 of 100 cases follow from the differences between the experts: mean of the log "
        "weights ± t with M − 1 degrees of freedom, M being the effective number of experts, carried back to shares. "
        "On the first level:"
    )
    yield Text(text)
    rows = [
        [row.node.code, str(row.node), percent(row.entry.local_weight), _range(*intervals[row.node.code])]
        for row in top
    ]
    heading = (_("Code"), _("Indicator"), _("Weight"), _("Interval"))
    yield Grid(heading, rows, (0.12, 0.48, 0.15, 0.25), frozenset({2, 3}), small=True)


def _range(low: float, high: float) -> str:
    return f"{percent(low)} – {percent(high)}"
