"""The people book: who is known, corrected in one place, put on a panel from here."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys.access import RUNS, people_kept_by, people_of, survey_for, surveys_run_by
from surveys.errors import Refused
from surveys.forms.people import PersonForm
from surveys.models import Survey
from surveys.selectors.people import doubles_in, people_listed
from surveys.services.people import people_join, people_merge, person_change
from surveys.services.terms import PLANNED
from surveys.views.coordinator.pages import account, done, posted
from surveys.whole import whole

PAGE = 50


@login_required
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    book = people_of(request.user)
    search = request.GET.get("q", "").strip()[:100]
    page = Paginator(people_listed(book, search), PAGE).get_page(request.GET.get("page"))
    joinable = surveys_run_by(request.user).filter(state__in=(*PLANNED, Survey.State.OPEN)).order_by("-pk")
    context = {
        "page": page,
        "search": search,
        "doubles": doubles_in(people_kept_by(request.user)),
        "surveys": joinable,
        "chosen": request.GET.get("survey", ""),
        "synthetic": any(person.synthetic for person in page),
    }
    return render(request, "surveys/people.html", context)


@login_required
@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, person_id: int) -> HttpResponse:
    found = get_object_or_404(people_of(request.user), pk=person_id)
    mine = people_kept_by(request.user).filter(pk=found.pk).exists()
    form = PersonForm(posted(request), instance=found)
    if form.is_valid():
        given = dict(form.cleaned_data)
        stored = people_of(request.user).get(pk=found.pk)  # the form has written into the one it was given
        if not mine:
            messages.error(request, _("This person is on a panel of others too: ask its coordinator to correct it."))
        else:
            done(request, lambda: person_change(stored, user=account(request), **given), _("It is kept."))
        return redirect("surveys:person", found.pk)
    experts = found.experts.filter(survey__in=surveys_run_by(request.user)).select_related("survey").order_by("-pk")
    name = people_of(request.user).values_list("name", flat=True).get(pk=found.pk)
    context = {
        "form": form,
        "name": name,
        "experts": experts,
        "person": found,
        "mine": mine,
        "synthetic": found.synthetic,
    }
    return render(request, "surveys/person.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def people_join_them(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Put the chosen people on the panel."""
    survey = survey_for(request.user, survey_id, *RUNS)
    chosen = [pk for sent in request.POST.getlist("person")[:1000] if (pk := whole(sent)) is not None]
    book = list(people_of(request.user).filter(pk__in=chosen).order_by("pk"))
    try:
        joined = len(people_join(survey, book, user=account(request)))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("surveys:people")
    said = ngettext("%(count)d expert joined the panel.", "%(count)d experts joined the panel.", joined)
    messages.success(request, said % {"count": joined})
    return redirect("surveys:survey", survey.pk)


@login_required
@require_POST
def people_merge_them(request: HttpRequest) -> HttpResponse:
    """Make one entry of those who share this person's address."""
    kept = get_object_or_404(people_kept_by(request.user), pk=_number(request.POST.get("person", "")))
    same = people_kept_by(request.user).filter(email__iexact=kept.email).exclude(email="").order_by("pk")
    found = list(same)
    if len(found) > 1:
        said = _("%(name)s is in the book once now.") % {"name": kept.name}
        done(request, lambda: people_merge(found, user=account(request)), said)
    return redirect("surveys:people")


def _number(text: str) -> int:
    return whole(text) or 0
