"""An indicator system from a file or a pasted table: which column is what, a look at the tree, then a draft."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from surveys.access import systems_shaped_by
from surveys.errors import Refused
from surveys.files.indicators import IndicatorRow, read_indicators
from surveys.files.mapping import mapped
from surveys.files.problems import FileErrors, Problem
from surveys.files.tables import Table
from surveys.forms.uploads import (
    ColumnsForm,
    SystemForm,
    indicator_payload,
    indicators_from,
    signed,
    table_from,
    table_payload,
    unsigned,
)
from surveys.models import IndicatorSystem
from surveys.selectors.systems import preview_rows, questions
from surveys.selectors.tracing import Tracing, traced
from surveys.selectors.trees import tree_of
from surveys.services.systems import edition_import
from surveys.texts import text_in
from surveys.views.coordinator.pages import account, posted


@login_required
@require_http_methods(["GET", "POST"])
def system_import(request: HttpRequest) -> HttpResponse:
    """Choose a table; say which column is what, where its headings are others; look at the tree; store it."""
    user = account(request)
    try:
        if "edition" in request.POST:
            return store(request, user)
        if "table" in request.POST:
            return _columns_said(request, user)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("surveys:system_import")
    form = SystemForm(posted(request), request.FILES or None, user=user)
    if form.is_valid():
        try:
            if form.table:
                return _columns(request, user, form.table, form.about(), ColumnsForm(table=form.table))
            return preview(request, user, form.about(), form.rows, [])
        except Refused as refusal:
            form.add_error("file", str(refusal))
    return render(request, "surveys/system_import.html", {"form": form, "problems": form.problems})


def _columns(
    request: HttpRequest,
    user: User,
    table: Table,
    about: dict[str, Any],
    form: ColumnsForm,
    problems: tuple[Problem, ...] = (),
) -> HttpResponse:
    """Nothing is stored on the server: the table travels in the page, signed."""
    payload = signed({"about": about, "table": table_payload(table)}, f"table:{user.pk}")
    context = {"form": form, "table": table, "payload": payload, "about": about, "problems": problems}
    return render(request, "surveys/systems/columns.html", context)


def _columns_said(request: HttpRequest, user: User) -> HttpResponse:
    payload = unsigned(request.POST["table"], f"table:{user.pk}")
    about, table = payload["about"], table_from(payload["table"])
    form = ColumnsForm(request.POST, table=table)
    if not form.is_valid():
        return _columns(request, user, table, about, form)
    try:
        made = mapped(table, form.roles(), top=text_in(about["name"], about["language"]) or _top(user, about))
        rows = read_indicators(made.table, about["language"])
    except FileErrors as errors:
        return _columns(request, user, table, about, form, errors.problems)
    return preview(request, user, about, rows, made.notes)


def _top(user: User, about: dict[str, Any]) -> str:
    """The topmost node of the next edition of a system is called like the system."""
    system = _system(user, about)
    return text_in(system.name, about["language"]) if system else about["label"]


def preview(
    request: HttpRequest, user: User, about: dict[str, Any], rows: list[IndicatorRow], notes: list[str], **more: Any
) -> HttpResponse:
    """The tree as it would be stored, and what was noticed on the way."""
    shown = preview_rows(rows)
    context = {
        "payload": signed({"about": about, "rows": indicator_payload(rows)}, f"indicators:{user.pk}"),
        "rows": shown,
        "questions": questions(shown),
        "notes": notes,
        "tracing": _tracing(_system(user, about), rows),
        **about,
        **more,
    }
    return render(request, "surveys/system_import.html", context)


def store(request: HttpRequest, user: User) -> HttpResponse:
    """What the preview showed becomes a draft. Raises Refused."""
    payload = unsigned(request.POST["edition"], f"indicators:{user.pk}")
    about, rows = payload["about"], indicators_from(payload["rows"])
    system = _system(user, about)
    tracing = _tracing(system, rows)
    made = edition_import(
        name=about["name"],
        label=about["label"],
        rows=rows,
        user=user,
        language=about["language"],
        system=system,
        was=tracing.was(request.POST.getlist("renamed")) if tracing else None,
    )
    messages.success(request, _("Stored as a draft. Look at it once more, then freeze it."))
    return redirect("surveys:edition", made.pk)


def _system(user: User, about: dict[str, Any]) -> IndicatorSystem | None:
    if about["system"] is None:
        return None
    found = systems_shaped_by(user).filter(pk=about["system"]).first()
    if found is None:
        raise Refused(_("This indicator system is not yours to change any more: choose another."))
    return found


def _tracing(system: IndicatorSystem | None, rows: list[IndicatorRow]) -> Tracing | None:
    """Against the newest edition, which is what the new one will be based on."""
    newest = system.editions.order_by("-id").first() if system else None
    return traced(rows, tree_of(newest)) if newest else None
