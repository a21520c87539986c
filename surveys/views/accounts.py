"""An account's own password: changed by whoever knows it, chosen for the first time by a link that works once."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import PasswordChangeForm, SetPasswordForm
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from surveys.services.audit import audit


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
