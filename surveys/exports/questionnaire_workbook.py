"""The questionnaire of one expert as a workbook that is filled in without a connection and read back."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from surveys import sheet
from surveys.exports.questionnaire_look import Guide, Rows, dress
from surveys.exports.workbook import Sheet, workbook_bytes
from surveys.files.writing import Cell
from surveys.models import Expert, Indicator
from surveys.scale import LEVELS
from surveys.selectors.questionnaire import Given, Place, Said, Way, said_by, way_of
from surveys.templatetags.quanheng import moment
from surveys.texts import text_in

TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
GUIDE_WIDTHS = (20, 84, 4)
QUESTION_WIDTHS = (12, 22, 34, 34, 18, 40)
ITEM_WIDTHS = (12, 32, 84, 16)


def questionnaire_name(expert: Expert) -> str:
    """What the file is called; an operating system refuses some characters, and none needs to be told."""
    synthetic = "-synthetic" if expert.survey.synthetic else ""
    code = "".join(char if char.isalnum() or char in "-_." else "-" for char in expert.code)
    return f"questionnaire-{code}{synthetic}.xlsx"


def questionnaire_xlsx(expert: Expert, *, named: bool, filled: bool = True) -> bytes:
    """The planned pairs in the expert's own order; `named`: with the expert's name; `filled`: with the answers."""
    said = said_by(expert) if filled else {}
    way = way_of(expert, said)
    guide = _guide(expert, named)
    places = [place for stage in way.stages for place in stage.places if place.planned]
    sheets = [
        Sheet(_("Read me"), guide.rows, frozenset(guide.headings), widths=GUIDE_WIDTHS),
        Sheet(str(sheet.QUESTIONS["questions"]), _questions(places, said), frozen=1, widths=QUESTION_WIDTHS),
        Sheet(_("Definitions"), _items(way), frozen=1, widths=ITEM_WIDTHS),
    ]
    return workbook_bytes(sheets, lambda book: dress(book, guide, expert.code))


# --- what stands in it ---


def _guide(expert: Expert, named: bool) -> Guide:
    survey = expert.survey
    guide = Guide([[text_in(survey.title), None, sheet.stamp(str(survey.key), expert.code)]])
    if survey.synthetic:
        guide.rows.append([_("Synthetic demo data"), _("not real statistics")])
    guide.rows += [[label, text] for label, text in _facts(expert, named) if text]
    guide.part(_("How to fill it in"), _steps())
    sides = [name for name in sheet.SIDES if name != "cannot_judge" or survey.missing_allowed]
    guide.part(str(sheet.COLUMNS["which"]), [str(sheet.SIDES[name]) for name in sides])
    guide.sides = guide.newest(len(sides))
    guide.part(str(sheet.COLUMNS["much"]), [sheet.strength_label(level) for level in LEVELS])
    guide.levels = guide.newest(len(sheet.STRENGTHS))
    return guide


def _facts(expert: Expert, named: bool) -> list[tuple[str, str]]:
    survey = expert.survey
    return [
        (_("Expert"), expert.code),
        (_("Name"), expert.person.name if named and expert.person else ""),
        (_("Who asks"), text_in(survey.inviter)),
        (_("Deadline"), moment(survey.closes_at) if survey.closes_at else ""),
        (_("Whom to ask"), text_in(survey.contact)),
    ]


def _steps() -> list[str]:
    steps = [
        _("On the sheet “%(sheet)s”, fill in the two coloured columns: first which is more important, then how much.")
        % {"sheet": sheet.QUESTIONS["questions"]},
        _("Choose from the list in the cell; for how much you may also just type a number from 2 to 9."),
        _("Where both are equally important (1), say so in the first column and leave the second one blank."),
        _("Leave a row blank where you have not decided yet: it counts as not answered, never as equal."),
        _("A row that is half filled is marked in colour."),
        _("What each item means stands on the sheet “%(sheet)s”.") % {"sheet": _("Definitions")},
        _("Save the file and upload it on the page it came from, or send it back to whoever asked you."),
        _("You see what would change before anything is stored. Blank rows take nothing back."),
    ]
    return [f"{number}. {step}" for number, step in enumerate(steps, start=1)]


def _questions(places: Sequence[Place], said: Said) -> Rows:
    heading: list[Cell] = [str(word) for word in sheet.COLUMNS.values()]
    return [heading] + [_question(place, said.get(place.comparison.pk)) for place in places]


def _question(place: Place, judgment: Given | None) -> list[Cell]:
    pair = place.comparison
    items = (pair.item_b, pair.item_a) if place.swapped else (pair.item_a, pair.item_b)
    return [
        sheet.pair_id(pair.node.code, pair.item_a.code, pair.item_b.code),
        text_in(pair.node.name),
        _label(items[0], items[1]),
        _label(items[1], items[0]),
        *(_answer(judgment, place.swapped) if judgment else (None, None)),
    ]


def _label(item: Indicator, other: Indicator) -> str:
    return sheet.item_label(item.name, item.code, other.name)


def _answer(judgment: Given, swapped: bool) -> tuple[str, str | None]:
    said = judgment.more_important
    if said in ("a", "b"):
        side = "right" if (said == "b") != swapped else "left"
        return str(sheet.SIDES[side]), sheet.strength_label(judgment.strength or 1)
    return str(sheet.SIDES[said]), None


def _items(way: Way) -> Rows:
    """One row for each item of the questionnaire, in tree order."""
    found: dict[int, Indicator] = {}
    for place in (place for stage in way.stages for place in stage.places):
        for item in (place.comparison.item_a, place.comparison.item_b):
            found[item.position] = item
    heading: list[Cell] = [_("Code"), _("Indicator"), _("Definition"), _("Unit of measure")]
    items = [found[position] for position in sorted(found)]
    return [heading] + [[item.code, text_in(item.name), text_in(item.definition), item.unit] for item in items]
