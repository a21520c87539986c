"""The pages of an assistant's device: rows of answers that are drafts until the expert confirms them."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from surveys.errors import Refused
from surveys.forms.enter import RowsForm
from surveys.models import DraftAnswer, Expert, Section
from surveys.rows import value_of
from surveys.selectors.drafts import prepared_counts, prepared_values
from surveys.selectors.questionnaire import said_by
from surveys.selectors.sections import sections_of
from surveys.services.drafts import drafts_keep
from surveys.views.keying import after, keying, pairs_in, section_in

from .session import for_device, go, page


@require_safe
@for_device
def prepare(request: HttpRequest, expert: Expert) -> HttpResponse:
    """The sections; the expert's own device has better pages."""
    if not _assists(request):
        return go("contents", expert)
    counts = prepared_counts(expert)
    sections = sorted(sections_of(expert), key=lambda section: section.node.position)
    rows = [(section, counts.get(section.node_id, 0)) for section in sections if section.open]
    return page(request, expert, "prepare.html", rows=rows, prepared=sum(counts.values()))


@require_http_methods(["GET", "HEAD", "POST"])
@for_device
def prepare_section(request: HttpRequest, expert: Expert, node: str) -> HttpResponse:
    if not _assists(request):
        return go("contents", expert)
    section = section_in(expert, node)
    if request.method != "POST":
        return _rows_page(request, expert, section, prepared_values(expert))
    form = RowsForm(request.POST, pairs=pairs_in(expert, section))
    refusal = _kept(request, expert, form)
    if not refusal:
        return _onward(expert, section)
    values = {pair: value_of(answer.more_important, answer.strength) for pair, answer in form.answers.items()}
    return _rows_page(request, expert, section, values, problems=[refusal], status=422)


def _assists(request: HttpRequest) -> bool:
    return bool(request.device.assistant)  # type: ignore[attr-defined]


def _kept(request: HttpRequest, expert: Expert, form: RowsForm) -> str:
    """Empty, or why nothing was kept."""
    if not form.is_valid():
        return " ".join(str(error) for errors in form.errors.values() for error in errors)
    before = prepared_values(expert)
    changed = {
        pair: answer
        for pair, answer in form.answers.items()
        if value_of(answer.more_important, answer.strength) != before.get(pair, "")
    }
    try:
        drafts_keep(expert, changed)
    except Refused as refusal:
        return str(refusal)
    count = len(changed)
    said = ngettext("%(count)d prepared answer was kept.", "%(count)d prepared answers were kept.", count)
    messages.success(request, said % {"count": count})
    return ""


def _onward(expert: Expert, section: Section) -> HttpResponseRedirect:
    following = after([one for one in sections_of(expert) if one.open], section)
    if following is None:
        return go("prepare", expert)
    return HttpResponseRedirect(reverse("surveys:prepare_section", args=[expert.survey_id, following.node.code]))


def _rows_page(
    request: HttpRequest,
    expert: Expert,
    section: Section,
    values: dict[int, str],
    *,
    problems: list[str] | None = None,
    status: int = 200,
) -> HttpResponse:
    keyed = DraftAnswer.objects.filter(expert=expert, entered_by__isnull=False).values_list("comparison_id", flat=True)
    notes = dict.fromkeys(keyed, _("prepared elsewhere")) | dict.fromkeys(said_by(expert), _("the expert has answered"))
    rows = keying(expert, section, values, notes=notes)
    return page(request, expert, "prepare_section.html", status=status, section=section, keying=rows, problems=problems)
