"""An account gets a role; a colleague without one gets an account."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.models import Membership


class _RoleForm(forms.Form):
    """`roles` are those that may be given by whoever asks."""

    role = forms.ChoiceField(label=gettext_lazy("Role"))

    def __init__(self, *args: Any, roles: Collection[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].initial = Membership.Role.VIEWER
        self.fields["role"].choices = [  # type: ignore[attr-defined]
            (role, label) for role, label in Membership.Role.choices if role in roles
        ]


class MemberForm(_RoleForm):
    username = forms.CharField(label=gettext_lazy("User name"), max_length=150)
    field_order = ("username", "role")

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"].strip()
        self.member = User.objects.filter(username=name, is_active=True).first()
        if self.member is None:
            raise forms.ValidationError(
                _("There is no account “%(name)s”: check the spelling, or invite a colleague below.") % {"name": name}
            )
        return name


class ColleagueForm(_RoleForm):
    """A new account: the colleague chooses the password by a link that works once."""

    username = forms.CharField(
        label=gettext_lazy("User name"),
        max_length=150,
        validators=[User.username_validator],
        help_text=gettext_lazy("Letters, digits and . _ - @ +; it is what the colleague signs in with."),
    )
    name = forms.CharField(label=gettext_lazy("Name"), max_length=150)
    field_order = ("username", "name", "role")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, prefix="colleague", **kwargs)

    def clean_username(self) -> str:
        name: str = self.cleaned_data["username"].strip()
        if User.objects.filter(username__iexact=name).exists():
            raise forms.ValidationError(
                _("There is an account “%(name)s” already: give it a role instead.") % {"name": name}
            )
        return name
