"""What is held of one person: to look at, to hand to them, and to erase."""

from __future__ import annotations

import json

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from surveys.access import people_kept_by, people_of, surveys_run_by
from surveys.forms.personal import EraseForm
from surveys.models import Person
from surveys.selectors.personal import held_of, person_document
from surveys.selectors.traces import Trace, entries_naming, known_texts, traces_of
from surveys.services.erasure import person_erase
from surveys.services.looks import personal_note
from surveys.views.coordinator.pages import account, done, file_answer, posted
from surveys.views.proof import proof_asked


def _person(request: HttpRequest, person_id: int) -> Person:
    found: Person = get_object_or_404(people_of(request.user), pk=person_id)
    return found


@login_required
@require_safe
def person_data(request: HttpRequest, person_id: int) -> HttpResponse:
    """In numbers: whose answers stand under a code are not laid beside the name on a page."""
    person = _person(request, person_id)
    context = {
        "person": person,
        "held": held_of(person, surveys_run_by(request.user)),
        "elsewhere": _elsewhere(request, person),
        "mine": people_kept_by(request.user).filter(pk=person.pk).exists(),
        "synthetic": person.synthetic,
    }
    return render(request, "surveys/person_data.html", context)


@login_required
@require_safe
def person_file(request: HttpRequest, person_id: int) -> HttpResponse:
    """All of it, for the person."""
    person = _person(request, person_id)
    document = person_document(person, surveys_run_by(request.user))
    experts = person.experts.filter(survey__in=surveys_run_by(request.user)).select_related("survey")
    personal_note(person, list(experts), user=account(request))
    content = json.dumps(document, ensure_ascii=False, indent=2).encode()
    return file_answer(content, f"person-{person.pk}.json", "application/json; charset=utf-8")


@login_required
@require_http_methods(["GET", "POST"])
def person_erase_it(request: HttpRequest, person_id: int) -> HttpResponse:
    """What goes and what stays, before the click; then the click."""
    person = _person(request, person_id)
    if not people_kept_by(request.user).filter(pk=person.pk).exists():
        raise PermissionDenied("On a panel of others too: only whoever runs all of them may erase.")
    form = EraseForm(posted(request), name=person.name)
    if form.is_valid():
        here, reason = reverse("surveys:person_erase", args=[person.pk]), form.cleaned_data["reason"]
        if asked := proof_asked(request, _("Erase a person for good"), here):
            return asked
        if done(request, lambda: person_erase(person, user=account(request), reason=reason)):
            messages.success(request, _("Erased. The answers stand under their codes, and their chains still hold."))
            return redirect("surveys:people")
    held = held_of(person, surveys_run_by(request.user))
    traces: list[Trace] = []
    entries = 0
    for expert in (each.expert for each in held):
        texts = known_texts(expert.survey, [expert.code], [person])
        traces += traces_of(expert, texts)
        entries += entries_naming(expert.survey, [expert.code], texts).count
    context = {"form": form, "person": person, "held": held, "traces": traces, "entries": entries}
    context["synthetic"] = person.synthetic
    return render(request, "surveys/person_erase.html", context, status=422 if form.errors else 200)


def _elsewhere(request: HttpRequest, person: Person) -> int:
    """Panels of others on which the person is too."""
    return person.experts.exclude(survey__in=surveys_run_by(request.user)).count()
