"""Signing in, with a second factor where the account has one; and an account's own password: changed by whoever knows
it, chosen for the first time by a link that works once.
"""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm, SetPasswordForm
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from surveys.addresses import way_back
from surveys.errors import Refused
from surveys.forms.second_factor import CodeForm
from surveys.selectors.second_factor import factor_of
from surveys.services.audit import audit
from surveys.services.second_factor import code_take
from surveys.signing_in import half_begin, half_complete, half_end, half_of
from surveys.views.coordinator.pages import posted
from surveys.views.second_factor import codes_page, set_up, set_up_page


class SignIn(auth_views.LoginView):
    """The password. Whoever has a second factor, or must have one, is only half signed in by it."""

    redirect_authenticated_user = True

    def get_redirect_url(self, request: HttpRequest | None = None) -> str:
        return way_back(request or self.request, "")

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        has_factor = factor_of(user) is not None
        if not has_factor and not settings.REQUIRE_SECOND_FACTOR:
            return super().form_valid(form)
        half_begin(self.request, user, self.get_success_url())
        return redirect("sign_in_code" if has_factor else "sign_in_set_up")


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """The second step."""
    half = half_of(request)
    if half is None:
        return _from_the_start(request)
    form = CodeForm(posted(request))
    if form.is_valid():
        try:
            code_take(half.user, form.cleaned_data["code"])
            half_complete(request, half)
            return redirect(half.to)
        except Refused as refusal:
            form.add_error("code", str(refusal))
    context = {"form": form, "name": half.user.get_username()}
    return render(request, "registration/code.html", context, status=422 if form.is_bound else 200)


@never_cache
@require_http_methods(["GET", "POST"])
def sign_in_set_up(request: HttpRequest) -> HttpResponse:
    """Where the installation asks everybody for a second factor, nobody is signed in before there is one."""
    half = half_of(request)
    if half is None:
        return _from_the_start(request)
    if factor_of(half.user):
        return redirect("sign_in_code")
    form, codes = set_up(request, half.user)
    if not codes:
        return set_up_page(request, half.user, form, asked=True)
    half_complete(request, half)
    return codes_page(request, half.user, codes, half.to)


def _from_the_start(request: HttpRequest) -> HttpResponse:
    if half_end(request):
        messages.error(request, _("More than five minutes went by since your password: please sign in once more."))
    return redirect("login")


@method_decorator(require_http_methods(["GET", "POST"]), name="dispatch")
class PasswordChange(auth_views.PasswordChangeView):
    template_name = "registration/password_change.html"
    success_url = reverse_lazy("surveys:survey_list")

    def form_valid(self, form: PasswordChangeForm) -> HttpResponse:
        response = super().form_valid(form)
        audit("account.password_set", form.user.get_username(), user=form.user)
        messages.success(self.request, _("Your password is changed. Other devices were signed out."))
        return response


class PasswordChoose(auth_views.PasswordResetConfirmView):
    """Opening the link moves its token into the session, so that no address with it is left behind."""

    template_name = "registration/password_choose.html"
    success_url = reverse_lazy("login")

    def form_valid(self, form: SetPasswordForm[User]) -> HttpResponse:
        response = super().form_valid(form)
        audit("account.password_set", form.user.get_username(), user=form.user)
        messages.success(self.request, _("Your password is set. Sign in with it."))
        return response


password_choose = never_cache(require_http_methods(["GET", "POST"])(PasswordChoose.as_view()))
