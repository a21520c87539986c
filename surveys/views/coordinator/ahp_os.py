"""The hierarchy text of AHP-OS: a draft edition from it, and an edition as such a text."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from surveys.access import systems_of
from surveys.errors import Refused
from surveys.files.ahp_os import Hierarchy
from surveys.files.ahp_os_writing import beyond_limits, write_hierarchy
from surveys.forms.ahp_os import HierarchyForm
from surveys.models import Edition
from surveys.selectors.trees import indicator_rows, tree_of
from surveys.views.coordinator.pages import account, posted
from surveys.views.coordinator.system_import import preview, store


@login_required
@require_http_methods(["GET", "POST"])
def ahp_os_import(request: HttpRequest) -> HttpResponse:
    """Upload or paste, look at the tree, store it as a draft: from there on as any other file."""
    user = account(request)
    if "edition" in request.POST:
        try:
            return store(request, user)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("surveys:ahp_os_import")
    form = HierarchyForm(posted(request), request.FILES or None, user=user)
    if form.is_valid() and form.hierarchy:
        try:
            return preview(request, user, form.about(), form.rows, _notes(), weights=_weights(form.hierarchy))
        except Refused as refusal:
            form.add_error("pasted", str(refusal))
    return render(request, "surveys/ahp_os_import.html", {"form": form, "problems": form.problems})


def _notes() -> list[str]:
    return [_("The codes follow from the order; units, directions and definitions can be added to the draft.")]


def _weights(hierarchy: Hierarchy) -> list[tuple[str, str, str]]:
    """Code, name and local weight of what the text gives a weight."""
    return [
        (code, name, hierarchy.weights[name]) for name, code in hierarchy.codes().items() if name in hierarchy.weights
    ]


@login_required
@require_safe
def ahp_os_export(request: HttpRequest, edition_id: int) -> HttpResponse:
    visible = Edition.objects.filter(system__in=systems_of(request.user))
    edition = get_object_or_404(visible.select_related("system"), pk=edition_id)
    rows = indicator_rows(tree_of(edition))
    try:
        text = write_hierarchy(rows)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("surveys:edition", edition.pk)
    over = beyond_limits(rows, text)
    if over:
        messages.warning(request, _("AHP-OS itself takes less than this: %(sizes)s.") % {"sizes": "; ".join(over)})
    name = content_disposition_header(True, f"{edition.system}-{edition.label}-ahp-os.txt") or "attachment"
    return HttpResponse(text.encode(), content_type="text/plain; charset=utf-8", headers={"Content-Disposition": name})
