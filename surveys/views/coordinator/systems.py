"""Indicator systems: the list, a new one, an edition with its tree, freezing, copying, deleting and taking it out."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Prefetch
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys.access import edition_for, systems_of
from surveys.errors import Refused
from surveys.exports.systems import edition_csv, edition_xlsx, template_xlsx
from surveys.files.indicators import IndicatorRow
from surveys.forms.indicators import NextEditionForm, SystemNewForm
from surveys.models import Edition
from surveys.selectors.editing import acts_on, family_print, last_deletion
from surveys.selectors.systems import edition_rows, questions
from surveys.selectors.trees import tree_of
from surveys.services.systems import edition_delete, edition_freeze, edition_import, edition_next
from surveys.views.coordinator.pages import account, done, file_answer, posted

KINDS = {
    "csv": ("text/csv; charset=utf-8", edition_csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", edition_xlsx),
}
TOP = "0"  # the code of the topmost node of a system that begins empty


@login_required
@require_safe
def system_list(request: HttpRequest) -> HttpResponse:
    editions = Prefetch("editions", Edition.objects.order_by("-id"))
    systems = list(systems_of(request.user).prefetch_related(editions).order_by("-id"))
    synthetic = any(system.synthetic for system in systems)
    return render(request, "surveys/system_list.html", {"systems": systems, "synthetic": synthetic})


@login_required
@require_http_methods(["GET", "POST"])
def system_new(request: HttpRequest) -> HttpResponse:
    """A system with nothing but its topmost node, which bears its name."""
    form = SystemNewForm(posted(request))
    if form.is_valid():
        name, said = form.texts("name"), form.cleaned_data
        top = IndicatorRow(row=2, code=TOP, parent="", names=name)
        made = edition_import(
            name=name, label=said["label"], rows=[top], user=account(request), language=said["language"]
        )
        messages.success(request, _("Made. Now add what hangs below the topmost node."))
        return redirect("surveys:edition", made.pk)
    return render(request, "surveys/systems/new.html", {"form": form})


@login_required
@require_safe
def edition(request: HttpRequest, edition_id: int) -> HttpResponse:
    found = edition_for(request.user, edition_id)
    tree = tree_of(found)
    rows, shaped = edition_rows(tree), found.shaped  # type: ignore[attr-defined]
    draft = found.state == Edition.State.DRAFT
    others = found.system.editions.exclude(pk=found.pk).order_by("-id")
    context = {
        "edition": found,
        "rows": rows,
        "questions": questions(rows),
        "shaped": shaped,
        "editing": shaped and draft,
        "seen": family_print(tree),
        "others": others,
        "acts": acts_on(found) if draft else [],
        "deletion": last_deletion(found) if shaped and draft else None,
        "in_use": found.surveys.exists(),
        "synthetic": found.system.synthetic,
    }
    return render(request, "surveys/edition.html", context)


@login_required
@require_POST
def edition_freeze_it(request: HttpRequest, edition_id: int) -> HttpResponse:
    found, user = edition_for(request.user, edition_id, shape=True), account(request)
    done(request, lambda: edition_freeze(found, user=user), _("Frozen. Surveys can ask about it now."))
    return redirect("surveys:edition", found.pk)


@login_required
@require_http_methods(["GET", "POST"])
def edition_next_one(request: HttpRequest, edition_id: int) -> HttpResponse:
    """The next edition begins as a copy of this one."""
    found, user = edition_for(request.user, edition_id, shape=True), account(request)
    form = NextEditionForm(posted(request))
    if form.is_valid():
        try:
            made = edition_next(found, label=form.cleaned_data["label"], user=user)
            messages.success(
                request, _("A copy as a draft. Change it; this page keeps what each indicator was before.")
            )
            return redirect("surveys:edition", made.pk)
        except Refused as refusal:
            form.add_error("label", str(refusal))
    context = {"edition": found, "form": form, "synthetic": found.system.synthetic}
    return render(request, "surveys/systems/next.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def edition_delete_it(request: HttpRequest, edition_id: int) -> HttpResponse:
    """Asks once, then throws the draft away."""
    found, user = edition_for(request.user, edition_id, shape=True), account(request)
    if request.method == "POST":
        if done(request, lambda: edition_delete(found, user=user), _("The draft is deleted.")):
            return redirect("surveys:system_list")
        return redirect("surveys:edition", found.pk)
    context = {
        "edition": found, "nodes": found.indicators.count(), "alone": found.system.editions.count() == 1,
        "synthetic": found.system.synthetic,
    }  # fmt: skip
    return render(request, "surveys/systems/delete.html", context)


@login_required
@require_safe
def edition_export(request: HttpRequest, edition_id: int, kind: str) -> HttpResponse:
    found = edition_for(request.user, edition_id)
    if kind not in KINDS:
        raise Http404("There is no such kind of file.")
    content_type, write = KINDS[kind]
    return file_answer(write(found, tree_of(found)), f"indicators-{found.system_id}-{found.label}.{kind}", content_type)


@login_required
@require_safe
def system_template(_request: HttpRequest) -> HttpResponse:
    return file_answer(template_xlsx(), "indicators.xlsx", KINDS["xlsx"][0])
