"""The words of a letter: both languages side by side, as an expert would get them, and a trial to oneself."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from surveys.access import RUNS, survey_for
from surveys.forms.letters import WordsForm
from surveys.forms.texts import languages
from surveys.letter_words import Words, Written, variables_of
from surveys.mail import mail_is_set
from surveys.models import Expert, LetterKind, Survey
from surveys.selectors.letter_texts import facts_of, has_own_words, letter_to, words_of
from surveys.selectors.recipients import recipients
from surveys.services.letters import letter_test, words_reset, words_set
from surveys.views.coordinator.pages import account, done, posted, survey_page


@login_required
@require_http_methods(["GET", "POST"])
def words(request: HttpRequest, survey_id: int, kind: str) -> HttpResponse:
    """Edit, look, keep. A look keeps nothing."""
    survey = survey_for(request.user, survey_id, *RUNS)
    _known(kind)
    form = WordsForm(posted(request), kind=kind, words=words_of(survey, kind))
    if form.is_valid() and "preview" not in request.POST:
        subject, body = dict(form.words.subject), dict(form.words.body)
        said = _("The words are kept. Letters that were sent stay as they were.")
        done(request, lambda: words_set(survey, kind, subject=subject, body=body, user=account(request)), said)
        return HttpResponseRedirect(reverse("surveys:letter_words", args=[survey.pk, kind]))
    shown = form.words if form.is_bound and form.is_valid() else words_of(survey, kind)
    expert = _reader(survey, kind, request.POST.get("for", "") or request.GET.get("for", ""))
    response = survey_page(
        request,
        survey,
        "letters",
        "letter_words",
        form=form,
        kind=kind,
        kinds=LetterKind.choices,
        variables=variables_of(kind),
        own=kind in has_own_words(survey),
        experts=survey.experts.select_related("person").order_by("pk")[:500],
        reader=expert,
        previews=_previews(expert, kind, shown),
        looked="preview" in request.POST,
        mail_is_set=mail_is_set(),
    )
    response.status_code = 422 if form.errors else 200
    return response


def _known(kind: str) -> None:
    if kind not in LetterKind.values:
        raise Http404("No such letter.")


def _reader(survey: Survey, kind: str, code: str) -> Expert | None:
    """A real expert of the panel: the one that was chosen, else the first who would get this letter, else the first."""
    experts = survey.experts.select_related("person").order_by("pk")
    found = experts.filter(code=code).first()
    if found is None:
        going = recipients(survey, kind).going
        found = going[0].expert if going else experts.first()
    if found:
        found.survey = survey
    return found


def _previews(expert: Expert | None, kind: str, shown: Words) -> list[tuple[str, Written]]:
    """The letter in each language that it is written in."""
    if expert is None:
        return []
    facts = facts_of(expert, kind)
    return [
        (language, letter_to(expert, kind, shown, language=tag, facts=facts))
        for tag, language in languages()
        if shown.subject.get(tag) or shown.body.get(tag)
    ]


@login_required
@require_POST
def usual(request: HttpRequest, survey_id: int, kind: str) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    _known(kind)
    said = _("The usual words are back.")
    done(request, lambda: words_reset(survey, kind, user=account(request)), said)
    return redirect("surveys:letter_words", survey.pk, kind)


@login_required
@require_POST
def trial(request: HttpRequest, survey_id: int, kind: str) -> HttpResponse:
    """Send the kept words to the account's own address, with a link that opens nothing."""
    survey = survey_for(request.user, survey_id, *RUNS)
    _known(kind)
    expert = _reader(survey, kind, request.POST.get("for", ""))
    if expert is None:
        raise Http404("Nobody is on the panel.")
    user = account(request)
    said = _("A trial was sent to %(address)s. Its link is a sample and opens nothing.") % {"address": user.email}
    done(request, lambda: letter_test(survey, kind, expert, user=user), said)
    return redirect("surveys:letter_words", survey.pk, kind)
