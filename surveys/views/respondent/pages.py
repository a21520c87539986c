"""What somebody sees who answers by an open link: the invitation, pages of rows, the review, the receipt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from surveys import packed
from surveys.errors import Refused, Stale
from surveys.forms.devices import BeginForm
from surveys.forms.reading import SIZES
from surveys.models import MoreImportant, OpenDraft, OpenLink, Survey
from surveys.rows import scale_row
from surveys.selectors.consents import Notice
from surveys.selectors.open_form import (
    Asked,
    OpenForm,
    OpenPage,
    OpenSection,
    answers_sent,
    form_for,
    form_of,
    open_notice_of,
    open_notices_of,
    pairs_of,
    reviews_of,
)
from surveys.selectors.questionnaire import minutes_for
from surveys.selectors.reviewing import NodeReview
from surveys.services.buckets import BEGINNINGS_OF_A_LINK, BEGINNINGS_OF_A_PLACE, place_of, take
from surveys.services.open_links import draft_begin, draft_hand_in, draft_save
from surveys.views.respondent.door import (
    draft_here,
    for_respondent,
    go,
    go_on,
    link_or_404,
    page,
    remember,
    speak,
)
from surveys.views.waiting import address_of
from surveys.whole import whole


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def start(request: HttpRequest, slug: str) -> HttpResponse:
    """Who comes back goes on where they stopped; who has handed in sees the receipt."""
    link = link_or_404(slug)
    speak(request, link)
    draft = draft_here(request, link)
    if draft and draft.receipt:
        return go("open_receipt", link)
    if request.method != "POST":
        return _start_page(request, link, BeginForm(), draft)
    if draft:
        return go_on(link, form_for(draft), bytes(draft.answers))
    return _begin(request, link)


def _begin(request: HttpRequest, link: OpenLink) -> HttpResponse:
    form = BeginForm(request.POST)
    notice = _agreed_to(form, link.survey)
    if notice:
        take(BEGINNINGS_OF_A_PLACE, place_of(address_of(request)))
        take(BEGINNINGS_OF_A_LINK, link.pk)
        try:
            token = draft_begin(link, notice, pairs=pairs_of(link.survey))
        except Refused as refused:
            form.add_error(None, str(refused))
        else:
            response = go("open_rows", link, 1)
            remember(response, link, token)
            return response
    return _start_page(request, link, form, status=422)


def _agreed_to(form: BeginForm, survey: Survey) -> Notice | None:
    """The very text that was on the page."""
    if not form.is_valid() or not form.cleaned_data["consent"]:
        form.add_error("consent", _("Please read the privacy notice and tick the box beside it before you begin."))
        return None
    shown = form.cleaned_data["notice"]
    found = next((notice for notice in open_notices_of(survey) if notice.text_hash == shown), None)
    if found is None:
        form.add_error("consent", _("The privacy notice was changed while this page was open. Please read it again."))
    return found


def _start_page(
    request: HttpRequest, link: OpenLink, form: BeginForm, draft: OpenDraft | None = None, status: int = 200
) -> HttpResponse:
    asked = form_for(draft) if draft else form_of(link.survey, 0)
    answered = asked.answered(bytes(draft.answers)) if draft else 0
    context = {
        "form": form,
        "draft": draft,
        "notice": open_notice_of(link.survey),
        "questions": asked.total,
        "answered": answered,
        "minutes": minutes_for(asked.total - answered),
        "sizes": SIZES,
        "early": link.survey.state in (Survey.State.DRAFT, Survey.State.PILOT),
    }
    return page(request, link, "start.html", status=status, **context)


# --- the pages of rows ---


@require_http_methods(["GET", "HEAD", "POST"])
@for_respondent
def rows(request: HttpRequest, draft: OpenDraft, number: int) -> HttpResponse:
    form = form_for(draft)
    if not 1 <= number <= len(form.pages):
        raise Http404("There is no such page.")
    here = form.pages[number - 1]
    if request.method != "POST":
        return _rows_page(request, draft, form, here)
    said = answers_sent(request.POST.dict(), here, missing_allowed=draft.link.survey.missing_allowed)
    try:
        saved = draft_save(draft, said, seen=whole(request.POST.get("seen", "")) or 0)
    except Stale as stale:
        draft.refresh_from_db(fields=["revision"])
        return _rows_page(request, draft, form, here, said, problem=str(stale), status=409)
    except Refused as refused:
        return _rows_page(request, draft, form, here, said, problem=str(refused), status=422)
    if "back" in request.POST and number > 1:
        return go("open_rows", draft.link, number - 1)
    codes = bytes(saved.answers)
    missing = len(here.asked) - here.answered(codes)
    if missing and "later" not in request.POST:
        return _rows_page(request, saved, form, here, missing=missing, status=422)
    return go_on(draft.link, form, codes, here)


def _rows_page(
    request: HttpRequest,
    draft: OpenDraft,
    form: OpenForm,
    here: OpenPage,
    said: Mapping[int, int] | None = None,
    *,
    problem: str = "",
    missing: int = 0,
    status: int = 200,
) -> HttpResponse:
    codes = bytes(draft.answers)
    answered = form.answered(codes)
    context = {
        "here": here,
        "form": form,
        "rows": [_row(draft.link.survey, pair, codes, said or {}) for pair in here.asked],
        "seen": draft.revision,
        "problem": problem,
        "missing": missing,
        "answered": answered,
        "minutes": minutes_for(form.total - answered),
        "last": here.number == len(form.pages),
    }
    return page(request, draft.link, "rows.html", status=status, **context)


def _row(survey: Survey, pair: Asked, codes: bytes, said: Mapping[int, int]) -> SafeString:
    code = said.get(pair.place, packed.signed(codes[pair.place]))
    items = (pair.comparison.item_b, pair.comparison.item_a) if pair.swapped else (
        pair.comparison.item_a, pair.comparison.item_b
    )  # fmt: skip
    others = [(MoreImportant.CANNOT_JUDGE.value, _("Cannot judge"))] if survey.missing_allowed else []
    return scale_row(
        f"pair-{pair.place}",
        items[0].name,
        items[1].name,
        number=pair.number,
        chosen=packed.value_of_code(code) or None,
        swapped=pair.swapped,
        others=others,
    )


# --- the end ---


@dataclass(frozen=True)
class Checked:
    """A section at the review: how much of it is answered, and what the answers mean."""

    section: OpenSection
    answered: int
    review: NodeReview
    page: int

    @property
    def complete(self) -> bool:
        return self.answered == self.section.total


@require_http_methods(["GET", "HEAD", "POST"])
@for_respondent
def review(request: HttpRequest, draft: OpenDraft) -> HttpResponse:
    form = form_for(draft)
    if request.method != "POST":
        return _review_page(request, draft, form)
    try:
        draft_hand_in(draft, form, insisted="insist" in request.POST)
    except Refused as refused:
        return _review_page(request, draft, form, problem=str(refused), status=422)
    return go("open_receipt", draft.link)


def _review_page(
    request: HttpRequest, draft: OpenDraft, form: OpenForm, *, problem: str = "", status: int = 200
) -> HttpResponse:
    codes, survey = bytes(draft.answers), draft.link.survey
    checks = [
        Checked(section, section.answered(codes), found, section.first_open(codes).number)
        for section, found in zip(form.sections, reviews_of(survey, codes), strict=True)
    ]
    doubtful = any(check.complete and not check.review.consistent for check in checks)
    first_open = form.first_open(codes)
    context = {
        "checks": checks,
        "form": form,
        "answered": form.answered(codes),
        "first_open": first_open,
        "doubtful": doubtful and survey.gate != Survey.Gate.NONE,
        "may_insist": survey.gate == Survey.Gate.SOFT,
        "problem": problem,
    }
    return page(request, draft.link, "review.html", status=status, **context)


@never_cache
@require_safe
def receipt(request: HttpRequest, slug: str) -> HttpResponse:
    link = link_or_404(slug)
    draft = draft_here(request, link)
    if draft is None or not draft.receipt:
        return go("open_start", link)
    speak(request, link)
    return page(request, link, "receipt.html", draft=draft)
