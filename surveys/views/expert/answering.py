"""Contents, and the pairs one by one. Each answer is one POST and is stored before the next page is shown."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys.errors import Refused
from surveys.forms.answer import AnswerForm, SectionForm
from surveys.models import Expert
from surveys.selectors.contents import contents_of
from surveys.selectors.drafts import draft_count
from surveys.selectors.questionnaire import changed_since_submission, disputed_pairs, way_of
from surveys.selectors.revisions import waiting_requests
from surveys.selectors.structure import structure_of
from surveys.services.judgments import ClosedSurvey
from surveys.services.panel import session_end
from surveys.services.sections import section_decline, section_know, sections_ensure

from .because import because_of
from .question import question_page
from .reading import reading_of, remember_view
from .saving import keep_late, note_on, remember_note, store
from .script_data import queue_data
from .session import for_device, for_expert, forget, go, go_to_pair, go_to_section, live_session, page


@require_safe
@for_expert
def contents(request: HttpRequest, expert: Expert) -> HttpResponse:
    return page(
        request,
        expert,
        "contents.html",
        contents=contents_of(expert),
        requests=waiting_requests(expert),
        drafts=draft_count(expert),
        disputed=list(disputed_pairs(expert)),
        changed=changed_since_submission(expert),
        data=queue_data(expert),
    )


@require_http_methods(["GET", "HEAD", "POST"])
@for_expert
def pair(request: HttpRequest, expert: Expert, position: int) -> HttpResponse:
    if request.method == "POST":
        return _record(request, expert, position)
    if not expert.survey.takes_answers:
        return go("contents", expert)
    if request.GET.get("view") == "card":
        response = question_page(request, expert, position)
        remember_view(request, response, "card")
        return response
    if reading_of(request).view == "row" and "because" not in request.GET:
        rows = _rows_of(expert, position)
        if rows:
            return rows
    return question_page(request, expert, position)


def _rows_of(expert: Expert, position: int) -> HttpResponse | None:
    """The page of rows that holds this pair, unless the expert must choose between two answers to it."""
    pair = structure_of(expert.survey.edition).by_position.get(position)
    if pair is None or any(disputed.pk == pair.pk for disputed in disputed_pairs(expert)):
        return None
    address = reverse("surveys:rows", args=[expert.survey_id, pair.node_id])
    return HttpResponseRedirect(f"{address}?pair={position}#question")


@require_POST
@for_expert
def section(request: HttpRequest, expert: Expert, node_id: int) -> HttpResponse:
    """How well the expert knows this subject, or that it is not their field."""
    found = next((section for section in sections_ensure(expert) if section.node_id == node_id), None)
    form = SectionForm(request.POST)
    if found is None or not form.is_valid():
        raise Http404("There is no such section.")
    said = form.cleaned_data
    try:
        if said["familiarity"]:
            section_know(found, said["familiarity"])
        elif said["field"]:
            section_decline(found, declined=said["field"] == "no")
    except Refused as refused:
        messages.error(request, str(refused))
    position = said["position"]
    still_asked = position and way_of(expert).place(position)
    return go_to_pair(expert, position) if still_asked else go("contents", expert)


@require_http_methods(["GET", "HEAD", "POST"])
@for_device
def leave(request: HttpRequest, expert: Expert) -> HttpResponse:
    """End this device's session. A GET (the language was switched, say) only shows where things stand."""
    session = live_session(request, expert.survey_id)
    if request.method != "POST" or session is None:
        return go("contents", expert)
    session_end(session)
    response = page(request, expert, "left.html")
    forget(response, expert.survey_id)
    return response


def _record(request: HttpRequest, expert: Expert, position: int) -> HttpResponse:
    form = AnswerForm(request.POST)
    if not form.is_valid():
        return question_page(
            request, expert, position, problems=[str(error) for error in form.non_field_errors()], status=422
        )
    try:
        recorded = store(expert, form)
    except ClosedSurvey as closed:
        messages.error(request, keep_late(expert, form, closed))
        return go("contents", expert)
    except Refused as refused:
        unsaved = form.cleaned_data["answer"]
        return question_page(request, expert, position, problems=[str(refused)], unsaved=unsaved, status=409)
    if recorded.conflict:
        return go_to_pair(expert, position)
    response = _onwards(request, expert, form)
    note = note_on(request, expert, recorded)
    if note:
        messages.warning(request, note)
        remember_note(response, expert, recorded)
    return response


def _onwards(request: HttpRequest, expert: Expert, form: AnswerForm) -> HttpResponse:
    """Where the page that asked was going: the pair it promised, or the review of the section it completed."""
    given, structure = form.cleaned_data, structure_of(expert.survey.edition)
    node = structure.pairs[given["comparison"]].node
    because = because_of(request.POST, expert, structure.pairs[given["comparison"]])
    if because:
        return HttpResponseRedirect(because.back)
    following = structure.by_position.get(given["next_position"] or 0)
    if following and following.node_id == node.pk:
        return go_to_pair(expert, following.position)
    if len(structure.items_of(node.pk)) == 2:  # one answer: there is nothing to look at
        return go_to_pair(expert, following.position if following else None)
    return go_to_section(expert, node.pk)
