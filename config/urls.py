"""Every address of the site."""

from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from surveys.views import accounts


def healthz(_request: HttpRequest) -> HttpResponse:
    """For a load balancer or a watchdog: this process answers."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("i18n/", include("django.conf.urls.i18n")),
    path("login/", auth_views.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("logout/", auth_views.LogoutView.as_view(), name="logout"),
    path("password/", accounts.PasswordChange.as_view(), name="password_change"),
    path("password/choose/<uidb64>/<token>/", accounts.password_choose, name="password_choose"),
    path("", include("surveys.urls")),
    path("", include("scoring.urls")),
]
