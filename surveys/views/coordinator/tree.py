"""The tree of a draft edition, changed by hand: one page, one act at a time, all of it without a script."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from surveys.access import edition_for
from surveys.errors import Refused, Stale
from surveys.forms.indicators import IndicatorForm, MoveForm, initial_of
from surveys.models import Edition, Indicator
from surveys.selectors.editing import last_deletion, node_print, subtree_print
from surveys.selectors.systems import edition_rows
from surveys.selectors.trees import Tree, tree_of
from surveys.services.indicators import (
    Edited,
    indicator_add,
    indicator_change,
    indicator_delete,
    indicator_move,
    indicator_shift,
    indicators_restore,
)
from surveys.views.coordinator.pages import account, posted

STEPS = {"up": -1, "down": 1}


def on_draft(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Gives the view an edition that this account may change, and its tree. A frozen one stays as it is."""

    @wraps(view)
    def guarded(request: HttpRequest, edition_id: int, **rest: int) -> HttpResponse:
        edition = edition_for(request.user, edition_id, shape=True)
        if edition.state == Edition.State.FROZEN:
            messages.error(request, _("This edition is frozen: make the next edition, and change that."))
            return redirect("surveys:edition", edition.pk)
        return view(request, edition, tree_of(edition), **rest)

    return guarded


@login_required
@require_http_methods(["GET", "POST"])
@on_draft
def indicator_new(request: HttpRequest, edition: Edition, tree: Tree) -> HttpResponse:
    """One more node. Where the node above was deleted meanwhile, what was typed stays and another is chosen."""
    under = request.GET.get("under", "")
    form = IndicatorForm(
        posted(request), tree=tree, language=edition.system.language, initial={"parent": under or tree.root.pk}
    )
    if form.is_valid():
        values, parent = form.values(), form.cleaned_data["parent"]
        edited = _tried(form, lambda: indicator_add(edition, values, parent=parent, user=account(request)))
        if edited:
            return _back(request, edition, edited, _("Added: %(name)s.") % {"name": edited.node})
    return _form(request, edition, tree, form, under=_chosen(tree, form["parent"].value()))


@login_required
@require_http_methods(["GET", "POST"])
@on_draft
def indicator_edit(request: HttpRequest, edition: Edition, tree: Tree, node_id: int) -> HttpResponse:
    """Names, code, definition and the like of one node."""
    node = next((each for each in tree.nodes if each.pk == node_id), None)
    if node is None:
        return _gone(request, edition, tree)
    initial = {**initial_of(node), "seen": node_print(node)}
    form = IndicatorForm(posted(request), tree=tree, node=node, language=edition.system.language, initial=initial)
    if form.is_valid():
        values, seen = form.values(), form.cleaned_data["seen"]
        edited = _tried(form, lambda: indicator_change(edition, node_id, values, seen=seen, user=account(request)))
        if edited:
            return _back(request, edition, edited, _("Saved: %(name)s.") % {"name": edited.node})
    stale = form.is_bound and form["seen"].value() != node_print(node)
    return _form(request, edition, tree, form, node=node, stale=stale)


@login_required
@require_POST
@on_draft
def indicator_move_it(request: HttpRequest, edition: Edition, tree: Tree, node_id: int) -> HttpResponse:
    node = _in(tree, node_id)
    form = MoveForm(request.POST, tree=tree, node=node)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for errors in form.errors.values() for error in errors))
        return redirect("surveys:indicator_edit", edition.pk, node_id)
    parent, seen = form.cleaned_data["parent"], form.cleaned_data["seen"]
    return _acted(
        request, edition, lambda: indicator_move(edition, node_id, parent=parent, seen=seen, user=account(request)),
        _("Moved: %(name)s."),
    )  # fmt: skip


@login_required
@require_POST
@on_draft
def indicator_order(request: HttpRequest, edition: Edition, _tree: Tree) -> HttpResponse:
    """One place up or down among the siblings: the button says `up:NODE`."""
    step, _colon, node = request.POST.get("step", "").partition(":")
    if step not in STEPS or not (node.isascii() and node.isdigit() and len(node) < 18):
        raise Http404("There is no such step.")
    seen = request.POST.get("seen", "")
    return _acted(
        request, edition,
        lambda: indicator_shift(edition, int(node), step=STEPS[step], seen=seen, user=account(request)), "",
    )  # fmt: skip


@login_required
@require_http_methods(["GET", "POST"])
@on_draft
def indicator_remove(request: HttpRequest, edition: Edition, tree: Tree, node_id: int) -> HttpResponse:
    """Shows what would go, then takes it out."""
    node = _in(tree, node_id)
    if request.method == "POST":
        seen = request.POST.get("seen", "")
        return _acted(
            request, edition, lambda: indicator_delete(edition, node_id, seen=seen, user=account(request)),
            _("Deleted: %(name)s. It can be put back below."),
        )  # fmt: skip
    below = {each.pk for each in tree.below(node)}
    inside = [row for row in edition_rows(tree) if row.pk in below]
    seen = subtree_print(tree, node)
    return _page(request, edition, "indicator_delete", node=node, inside=inside, seen=seen)


@login_required
@require_POST
@on_draft
def indicator_restore(request: HttpRequest, edition: Edition, _tree: Tree) -> HttpResponse:
    event = last_deletion(edition)
    return _acted(
        request, edition, lambda: indicators_restore(edition, event.pk if event else 0, user=account(request)),
        _("Put back: %(name)s."),
    )  # fmt: skip


def _in(tree: Tree, node_id: int) -> Indicator:
    found = next((node for node in tree.nodes if node.pk == node_id), None)
    if found is None:
        raise Http404("There is no such node in this edition.")
    return found


def _chosen(tree: Tree, value: Any) -> Indicator | None:
    return next((node for node in tree.nodes if str(node.pk) == str(value)), None)


def _tried(form: IndicatorForm, deed: Callable[[], Edited]) -> Edited | None:
    """What was done, or None with the reason on the form. After `Stale` the form shows what it is up against."""
    try:
        return deed()
    except Refused as refusal:
        form.add_error(None, str(refusal))
        if isinstance(refusal, Stale) and form.node is not None:
            fresh = Indicator.objects.filter(pk=form.node.pk).first()
            form.data = {**form.data.dict(), "seen": node_print(fresh) if fresh else ""}  # type: ignore[attr-defined]
        return None


def _acted(request: HttpRequest, edition: Edition, deed: Callable[[], Edited], sentence: str) -> HttpResponse:
    try:
        edited = deed()
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("surveys:edition", edition.pk)
    return _back(request, edition, edited, sentence and sentence % {"name": edited.node})


def _back(request: HttpRequest, edition: Edition, edited: Edited, sentence: str) -> HttpResponse:
    """To the tree, at the node."""
    if sentence:
        messages.success(request, sentence)
    for note in edited.notes:
        messages.warning(request, note)
    return redirect(f"{reverse('surveys:edition', args=[edition.pk])}#n{edited.node.pk}")


def _gone(request: HttpRequest, edition: Edition, tree: Tree) -> HttpResponse:
    """The node was deleted while somebody typed: what they typed becomes a new node, if they want."""
    if request.method != "POST":
        raise Http404("There is no such node in this edition.")
    form = IndicatorForm(tree=tree, language=edition.system.language, initial=request.POST.dict())
    messages.error(
        request,
        _("Somebody deleted this indicator meanwhile. What you typed is here: save it as a new one, or leave it."),
    )
    return _form(request, edition, tree, form, under=tree.root, status=409)


def _form(
    request: HttpRequest,
    edition: Edition,
    tree: Tree,
    form: IndicatorForm,
    *,
    node: Indicator | None = None,
    under: Indicator | None = None,
    stale: bool = False,
    status: int = 200,
) -> HttpResponse:
    children = len(tree.children_of(under)) if under else 0
    context: dict[str, Any] = {
        "form": form,
        "node": node,
        "under": under,
        "stale": stale,
        "children": children,
        "pairs_now": children * (children - 1) // 2,
        "pairs_then": children * (children + 1) // 2,
        "move": MoveForm(tree=tree, node=node, initial={"seen": node_print(node), "parent": node.parent_id})
        if node and node.parent_id
        else None,
    }
    action = "" if node else reverse("surveys:indicator_new", args=[edition.pk])
    return _page(request, edition, "indicator", status=status, action=action, **context)


def _page(request: HttpRequest, edition: Edition, template: str, *, status: int = 200, **context: Any) -> HttpResponse:
    frame = {"edition": edition, "synthetic": edition.system.synthetic}
    return render(request, f"surveys/systems/{template}.html", {**frame, **context}, status=status)
