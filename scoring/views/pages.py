"""What all pages of data and runs share."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import User
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from scoring.models import DataSet, ScoringRun
from scoring.selectors.data_sets import data_sets_of
from scoring.selectors.runs import run_page
from surveys.access import SCORES
from surveys.models import Survey


def scoring_page(
    request: HttpRequest, survey: Survey, tab: str, template: str, *, status: int = 200, **context: Any
) -> HttpResponse:
    """A page of a survey's data or runs, with what the account may do."""
    held: frozenset[str] = survey.held_roles  # type: ignore[attr-defined]
    frame = {
        "survey": survey,
        "tab": tab,
        "synthetic": survey.synthetic,
        "may_score": bool(held.intersection(SCORES)),
    }
    return render(request, f"scoring/{template}.html", {**frame, **context}, status=status)


def account(request: HttpRequest) -> User:
    """The signed-in account."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  login_required stands before; this tells the type checker
    return user


def data_set_of(survey: Survey, data_set_id: int) -> DataSet:
    found = data_sets_of(survey).filter(pk=data_set_id).first()
    if found is None:
        raise Http404("No such data set.")
    return found


def run_of(survey: Survey, number: int) -> ScoringRun:
    found = run_page(survey, number).first()
    if found is None:
        raise Http404("No such run.")
    return found


def computed_run_of(survey: Survey, number: int) -> ScoringRun:
    """A run that has results; before it has, its nodes and units have no pages."""
    found = run_of(survey, number)
    if not found.computed:
        raise Http404("This run is not computed yet.")
    return found


def page_of(request: HttpRequest, rows: Any, size: int) -> Page[Any]:
    return Paginator(rows, size).get_page(request.GET.get("page"))
