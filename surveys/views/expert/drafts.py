"""Drafts: what was prepared for the expert, who confirms it or does not."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from surveys.errors import Refused
from surveys.forms.enter import seen_from
from surveys.models import Expert
from surveys.selectors.drafts import draft_sections
from surveys.services.drafts import Confirmed, drafts_confirm, drafts_discard

from .session import for_expert, go, page


@require_http_methods(["GET", "HEAD", "POST"])
@for_expert
def drafts(request: HttpRequest, expert: Expert) -> HttpResponse:
    """Nothing is ticked beforehand: what counts is what the expert says."""
    if request.method == "POST":
        try:
            _decide(request, expert)
        except Refused as refusal:
            messages.error(request, str(refusal))
        return go("drafts", expert)
    sections = draft_sections(expert)
    return page(request, expert, "drafts.html", sections=sections, count=sum(len(each.rows) for each in sections))


def _decide(request: HttpRequest, expert: Expert) -> None:
    """The ticked ones are confirmed or discarded; a section that is confirmed whole sends all of its own."""
    seen, base = seen_from(request.POST.getlist("chosen"))
    if not seen:
        messages.info(request, _("No answer was ticked: nothing was changed."))
    elif "discard" in request.POST:
        count = drafts_discard(expert, seen)
        said = ngettext("%(count)d prepared answer was discarded.", "%(count)d prepared answers were discarded.", count)
        messages.success(request, said % {"count": count})
    else:
        _tell(request, drafts_confirm(expert, seen, base=base))


def _tell(request: HttpRequest, confirmed: Confirmed) -> None:
    count = len(confirmed.events) - confirmed.conflicts
    said = ngettext("%(count)d answer is now yours and saved.", "%(count)d answers are now yours and saved.", count)
    messages.success(request, said % {"count": count})
    if confirmed.changed:
        said = ngettext(
            "%(count)d prepared answer was changed since you opened the page: please look at it once more.",
            "%(count)d prepared answers were changed since you opened the page: please look at them once more.",
            confirmed.changed,
        )
        messages.warning(request, said % {"count": confirmed.changed})
    if confirmed.conflicts:
        messages.warning(
            request, _("Some pairs you have answered differently meanwhile: the contents ask which answer to keep.")
        )
