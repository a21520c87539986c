"""What was written and what became of it: the log of letters, returned mail, addresses to correct, reminders."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlencode

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from surveys.access import RUNS, survey_for
from surveys.forms.letters import AddressForm, RemindersForm, ReturnedByHandForm, ReturnedForm
from surveys.mail import mail_is_set
from surveys.models import Job, Letter, LetterKind, Mailing, Survey
from surveys.selectors.letter_texts import has_own_words
from surveys.selectors.letters import letter_counts, letter_log
from surveys.services.letters import address_correct, letter_returned, letters_bounced, reminders_pause, reminders_set
from surveys.services.mailings import JOB
from surveys.views.coordinator.pages import account, done, expert_in, posted, survey_page

PAGE = 50
SOON = timedelta(seconds=30)
NUMBER_DIGITS = 18


@login_required
@require_safe
def letters(request: HttpRequest, survey_id: int) -> HttpResponse:
    """The log, and from here to everything about letters."""
    survey = survey_for(request.user, survey_id, *RUNS)
    return _log_page(request, survey, RemindersForm(survey=survey))


def _log_page(request: HttpRequest, survey: Survey, form: RemindersForm, status: int = 200) -> HttpResponse:
    state, kind = (request.GET.get(name, "") for name in ("state", "kind"))
    mailing = _mailing(survey, request.GET.get("mailing", ""))
    delivery = _delivery(mailing)  # before the letters: a page drawn as it ends asks again, and does not stand still
    log = letter_log(survey, state=state, kind=kind, mailing=mailing.pk if mailing else None)
    own = has_own_words(survey)
    response = survey_page(
        request,
        survey,
        "letters",
        "letters",
        page=Paginator(log, PAGE).get_page(request.GET.get("page")),
        counts=letter_counts(survey),
        states=Letter.State.choices,
        kinds=[(value, label, value in own) for value, label in LetterKind.choices],
        state=state,
        kind=kind,
        mailing=mailing,
        form=form,
        mail_is_set=mail_is_set(),
        **delivery,
    )
    response.status_code = status
    return response


def _mailing(survey: Survey, number: str) -> Mailing | None:
    if not (number.isascii() and number.isdigit() and len(number) <= NUMBER_DIGITS):
        return None
    return Mailing.objects.filter(survey=survey, pk=int(number)).select_related("sent_by").first()


def _delivery(mailing: Mailing | None) -> dict[str, object]:
    """How the delivery gets on: a job to watch, or when it is tried again."""
    job = Job.objects.filter(kind=JOB, subject=mailing.pk).first() if mailing else None
    if job and not job.settled and job.run_after > timezone.now() + SOON:
        return {"again_at": job.run_after}
    return {"job": job}


@login_required
@require_http_methods(["GET", "POST"])
def letters_returned(request: HttpRequest, survey_id: int) -> HttpResponse:
    """Upload returned mails; each finds its letter by its Message-ID."""
    survey = survey_for(request.user, survey_id, *RUNS)
    form = ReturnedForm(posted(request), request.FILES or None)
    if not form.is_valid():
        return survey_page(request, survey, "letters", "letters_returned", form=form)
    found, others = form.read()
    outcome = letters_bounced(survey, found, user=account(request))
    if outcome.marked:
        said = ngettext("%(count)d letter came back.", "%(count)d letters came back.", len(outcome.marked))
        messages.success(request, said % {"count": len(outcome.marked)})
    if not others and not outcome.unknown:
        return HttpResponseRedirect(f"{reverse('surveys:letters', args=[survey.pk])}?state=bounced")
    context = {"form": ReturnedForm(), "outcome": outcome, "others": others}
    return survey_page(request, survey, "letters", "letters_returned", **context)


def _letter(survey: Survey, letter_id: int) -> Letter:
    letters = Letter.objects.select_related("mailing", "expert__person", "expert__invitation")
    found: Letter = get_object_or_404(letters, pk=letter_id, mailing__survey=survey)
    found.mailing.survey = found.expert.survey = survey
    return found


@login_required
@require_POST
def letter_returned_it(request: HttpRequest, survey_id: int, letter_id: int) -> HttpResponse:
    """Somebody saw it come back."""
    survey = survey_for(request.user, survey_id, *RUNS)
    letter, form = _letter(survey, letter_id), ReturnedByHandForm(request.POST)
    words = (form.cleaned_data["words"] if form.is_valid() else "") or _("marked by hand")
    if letter_returned(letter, words=words, user=account(request)):
        messages.success(request, _("The letter is marked as returned. Correct the address and send it again."))
        return redirect("surveys:letter_address", survey.pk, letter.pk)
    messages.info(request, _("Nothing was changed: this letter was not sent, or is known to have come back."))
    return redirect("surveys:letters", survey.pk)


@login_required
@require_http_methods(["GET", "POST"])
def letter_address(request: HttpRequest, survey_id: int, letter_id: int) -> HttpResponse:
    """Correct the address, and on to sending the letter again to this one expert."""
    survey = survey_for(request.user, survey_id, *RUNS)
    letter = _letter(survey, letter_id)
    person = letter.expert.person
    form = AddressForm(posted(request), initial={"email": person.email if person else ""})
    if form.is_valid():
        email = form.cleaned_data["email"]
        said = _("The address of %(code)s is now %(address)s.") % {"code": letter.expert.code, "address": email}
        if done(request, lambda: address_correct(letter.expert, email, user=account(request)), said):
            again = urlencode({"kind": letter.mailing.kind, "only": letter.expert.code})
            return HttpResponseRedirect(f"{reverse('surveys:letters_send', args=[survey.pk])}?{again}")
    return survey_page(request, survey, "letters", "letter_address", letter=letter, form=form)


@login_required
@require_POST
def reminders(request: HttpRequest, survey_id: int) -> HttpResponse:
    survey = survey_for(request.user, survey_id, *RUNS)
    form = RemindersForm(request.POST, survey=survey)
    if not form.is_valid():
        return _log_page(request, survey, form, status=422)
    on, days = form.cleaned_data["reminders"], form.cleaned_data["days"]
    said = _("Reminders are sent automatically from now on.") if on else _("No reminders are sent automatically.")
    done(request, lambda: reminders_set(survey, on=on, days=days, user=account(request)), said)
    return redirect("surveys:letters", survey.pk)


@login_required
@require_POST
def expert_reminders(request: HttpRequest, survey_id: int, code: str) -> HttpResponse:
    """Pause the reminders of one expert, or let them come again."""
    survey = survey_for(request.user, survey_id, *RUNS)
    expert, paused = expert_in(survey, code), request.POST.get("paused") == "1"
    said = (
        _("%(code)s gets no reminders, neither by hand nor automatically.")
        if paused
        else _("%(code)s gets reminders again.")
    )
    done(request, lambda: reminders_pause(expert, paused, user=account(request)), said % {"code": code})
    return redirect("surveys:expert", survey.pk, code)
