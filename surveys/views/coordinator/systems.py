"""Indicator systems: the list, an edition from a file, the tree, freezing it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys.access import RUNS, systems_of
from surveys.errors import Refused
from surveys.forms.uploads import SystemForm, indicators_from, signed, unsigned
from surveys.models import Edition, IndicatorSystem, Membership
from surveys.selectors.systems import edition_rows, preview_rows, questions
from surveys.selectors.trees import tree_of
from surveys.services.systems import edition_freeze, edition_import
from surveys.views.coordinator.pages import account, done, posted


@login_required
@require_safe
def system_list(request: HttpRequest) -> HttpResponse:
    editions = Prefetch("editions", Edition.objects.order_by("-id"))
    systems = list(systems_of(request.user).prefetch_related(editions).order_by("-id"))
    synthetic = any(system.synthetic for system in systems)
    return render(request, "surveys/system_list.html", {"systems": systems, "synthetic": synthetic})


@login_required
@require_http_methods(["GET", "POST"])
def system_import(request: HttpRequest) -> HttpResponse:
    """Upload, look at the tree, store it as a draft."""
    user = account(request)
    if "edition" in request.POST:
        return _store(request, user)
    form = SystemForm(posted(request), request.FILES or None, user=user)
    context: dict[str, object] = {"form": form}
    if form.is_valid():
        try:
            payload = form.preview()
            rows = preview_rows(form.rows)
            context = {"payload": signed(payload, _salt(user)), "rows": rows, "questions": questions(rows), **payload}
        except Refused as refusal:
            form.add_error("file", str(refusal))
    return render(request, "surveys/system_import.html", {**context, "problems": form.problems})


def _salt(user: User) -> str:
    return f"indicators:{user.pk}"


def _store(request: HttpRequest, user: User) -> HttpResponse:
    try:
        payload = unsigned(request.POST["edition"], _salt(user))
        edition = edition_import(
            name=payload["name"],
            label=payload["label"],
            rows=indicators_from(payload["rows"]),
            user=user,
            language=payload["language"],
            system=IndicatorSystem.objects.filter(pk=payload["system"], created_by=user).first(),
        )
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("surveys:system_import")
    messages.success(request, _("Stored as a draft. Look at it once more, then freeze it."))
    return redirect("surveys:edition", edition.pk)


@login_required
@require_safe
def edition(request: HttpRequest, edition_id: int) -> HttpResponse:
    found = _edition(request, edition_id)
    rows = edition_rows(tree_of(found))
    context = {
        "edition": found,
        "rows": rows,
        "questions": questions(rows),
        "may_freeze": _may_freeze(account(request), found),
        "synthetic": found.system.synthetic,
    }
    return render(request, "surveys/edition.html", context)


@login_required
@require_POST
def edition_freeze_it(request: HttpRequest, edition_id: int) -> HttpResponse:
    found = _edition(request, edition_id)
    user = account(request)
    if not _may_freeze(user, found):
        raise PermissionDenied("Only who made the system, or runs a survey on this edition, may freeze it.")
    done(request, lambda: edition_freeze(found, user=user), _("Frozen. Surveys can ask about it now."))
    return redirect("surveys:edition", found.pk)


def _edition(request: HttpRequest, edition_id: int) -> Edition:
    visible = Edition.objects.filter(system__in=systems_of(request.user))
    found: Edition = get_object_or_404(visible.select_related("system", "based_on"), pk=edition_id)
    return found


def _may_freeze(user: User, edition: Edition) -> bool:
    runs = Membership.objects.filter(user=user, role__in=RUNS, survey__edition=edition)
    return edition.system.created_by_id == user.pk or runs.exists()
