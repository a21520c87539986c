"""How this device shows the questionnaire. Kept in a cookie; nothing is stored with us."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from surveys.addresses import way_back
from surveys.forms.reading import ReadingForm, SizeForm
from surveys.models import Expert

from .reading import Reading, reading_of, remember_reading
from .session import for_device, page


@require_http_methods(["GET", "HEAD", "POST"])
@for_device
def preferences(request: HttpRequest, expert: Expert) -> HttpResponse:
    back = way_back(request, reverse("surveys:contents", args=[expert.survey_id]))
    if request.method != "POST":
        return _preferences_page(request, expert, ReadingForm(initial=asdict(reading_of(request))), back)
    form = ReadingForm(request.POST)
    if not form.is_valid():
        return _preferences_page(request, expert, form, back, status=422)
    response = HttpResponseRedirect(back)
    remember_reading(response, Reading(**form.cleaned_data))
    return response


@require_POST
def text_size(request: HttpRequest) -> HttpResponse:
    """Three buttons on the start page, for who has not begun yet."""
    form = SizeForm(request.POST)
    response = HttpResponseRedirect(way_back(request, reverse("surveys:front")))
    if form.is_valid():
        remember_reading(response, replace(reading_of(request), size=form.cleaned_data["size"]))
    return response


def _preferences_page(
    request: HttpRequest, expert: Expert, form: ReadingForm, back: str, **options: Any
) -> HttpResponse:
    return page(request, expert, "preferences.html", form=form, back=back, **options)
