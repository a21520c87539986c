"""Every address of the site."""

from django.contrib.auth import views as auth_views
from django.urls import include, path

from surveys.views import accounts, inside, second_factor, sessions

handler500 = "surveys.views.failures.server_error"

urlpatterns = [
    path("healthz", inside.healthz, name="healthz"),
    path("readyz", inside.readyz, name="readyz"),
    path("metrics", inside.metrics_page, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("login/", accounts.SignIn.as_view(), name="login"),
    path("login/code/", accounts.sign_in_code, name="sign_in_code"),
    path("login/set-up/", accounts.sign_in_set_up, name="sign_in_set_up"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("password/", accounts.PasswordChange.as_view(), name="password_change"),
    path("password/choose/<uidb64>/<token>/", accounts.password_choose, name="password_choose"),
    path("account/signed-in/", sessions.signed_in, name="signed_in"),
    path("account/second-factor/", second_factor.second_factor, name="second_factor"),
    path("account/second-factor/set-up/", second_factor.second_factor_set_up, name="second_factor_set_up"),
    path("account/second-factor/codes/", second_factor.second_factor_codes, name="second_factor_codes"),
    path("account/second-factor/off/", second_factor.second_factor_off, name="second_factor_off"),
    path("", include("surveys.urls")),
    path("", include("scoring.urls")),
]
