"""Every address of the site."""

from django.contrib.auth import views as auth_views
from django.urls import include, path

from surveys.views import accounts, inside

handler500 = "surveys.views.failures.server_error"

urlpatterns = [
    path("healthz", inside.healthz, name="healthz"),
    path("readyz", inside.readyz, name="readyz"),
    path("metrics", inside.metrics_page, name="metrics"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("login/", auth_views.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("password/", accounts.PasswordChange.as_view(), name="password_change"),
    path("password/choose/<uidb64>/<token>/", accounts.password_choose, name="password_choose"),
    path("", include("surveys.urls")),
    path("", include("scoring.urls")),
]
