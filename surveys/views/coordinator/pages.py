"""What all pages of a survey share: their frame, and saying what became of a deed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header

from surveys.access import DECIDES, LOCKS, RUNS
from surveys.errors import Refused
from surveys.models import Expert, Survey, WeightSet
from surveys.selectors.weights import weight_sets_of


def survey_page(request: HttpRequest, survey: Survey, tab: str, template: str, **context: Any) -> HttpResponse:
    """A page of a survey, with what the account may do in it."""
    held: frozenset[str] = survey.held_roles  # type: ignore[attr-defined]
    frame = {
        "survey": survey,
        "tab": tab,
        "synthetic": survey.synthetic,
        "may_run": bool(held.intersection(RUNS)),
        "may_decide": bool(held.intersection(DECIDES)),
        "may_lock": bool(held.intersection(LOCKS)),
    }
    return render(request, f"surveys/{template}.html", {**frame, **context})


def expert_in(survey: Survey, code: str, experts: QuerySet[Any] | None = None) -> Expert:
    """The expert of this survey with this code; of `experts`, where more is asked of the database."""
    chosen: QuerySet[Any] = survey.experts.all() if experts is None else experts
    found: Expert = get_object_or_404(chosen.select_related("person", "invitation"), code=code)
    found.survey = survey
    return found


def set_in(survey: Survey, number: int) -> WeightSet:
    """The weight set of this survey with this number."""
    found: WeightSet = get_object_or_404(weight_sets_of(survey), number=number)
    return found


def account(request: HttpRequest) -> User:
    """The signed-in account."""
    user = request.user
    assert isinstance(user, User)  # noqa: S101  login_required stands before; this tells the type checker
    return user


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form is bound to: everything sent, even if that is nothing; None where the page is only looked at."""
    return request.POST if request.method == "POST" else None


def file_answer(content: bytes, name: str, content_type: str) -> HttpResponse:
    """A file to be saved, never kept by anybody on the way."""
    disposition = content_disposition_header(True, name) or "attachment"
    headers = {"Content-Disposition": disposition, "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=content_type, headers=headers)


def done(request: HttpRequest, deed: Callable[[], object], sentence: str = "") -> bool:
    """Do it and say so; or say why it was refused."""
    try:
        deed()
    except Refused as refusal:
        messages.error(request, str(refusal))
        return False
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return False
    if sentence:
        messages.success(request, sentence)
    return True
