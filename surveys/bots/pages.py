"""Reads a page as a browser without JavaScript does: forms with what they would send, and links."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser

Attributes = dict[str, str]
Fields = list[tuple[str, str]]

TYPED = {"text", "email", "search", "tel", "url", "number", "password", "textarea"}


class NotOffered(Exception):
    """The form has no way to say this."""


@dataclass
class Control:
    """A field, an option of a select, or a button. `chosen`: checked, selected, or simply there with its value."""

    kind: str
    name: str
    value: str
    chosen: bool
    required: bool
    primary: bool = False


@dataclass
class Form:
    """A form; `action` is empty where it is sent to the address of its page."""

    action: str
    method: str
    controls: list[Control] = field(default_factory=list)

    @property
    def buttons(self) -> list[Control]:
        """What sends the form."""
        return [control for control in self.controls if control.kind == "submit"]

    @property
    def asked(self) -> list[str]:
        """The names under which one of several is chosen, in their order."""
        return list(dict.fromkeys(control.name for control in self.controls if control.kind == "radio"))

    @property
    def primary(self) -> Control | None:
        """The button that is drawn as the main one."""
        return next((button for button in self.buttons if button.primary), None)

    def offers(self, name: str, value: str) -> bool:
        """Whether a tap can send this."""
        return any((control.name, control.value) == (name, value) for control in self._taps())

    def value(self, name: str) -> str:
        """What the form would send under a name as it stands; empty for nothing."""
        return next((control.value for control in self.controls if control.name == name and control.chosen), "")

    def filled(self, wanted: Mapping[str, str], *, text: str = "") -> Fields:
        """What is sent once these values are chosen and the button among them, else the main or first one, is pressed.

        Required boxes are ticked; required texts, and reasons that are asked for, get `text`. Raises NotOffered.
        """
        wanted = dict(wanted)
        for name, value in wanted.items():
            if not self.offers(name, value):
                raise NotOffered(f"{name}={value}")
        pressed = self._pressed(wanted)
        sent = [(control.name, self._said(control, text)) for control in self.controls if self._goes(control, wanted)]
        chosen = [(name, value) for name, value in wanted.items() if not pressed or name != pressed.name]
        return [*sent, *chosen, *([(pressed.name, pressed.value)] if pressed and pressed.name else [])]

    def _pressed(self, wanted: Mapping[str, str]) -> Control | None:
        named = [button for button in self.buttons if wanted.get(button.name) == button.value]
        return next(iter([*named, *filter(None, [self.primary]), *self.buttons]), None)

    def _taps(self) -> Iterable[Control]:
        return (control for control in self.controls if control.kind in ("submit", "radio", "checkbox", "option"))

    @staticmethod
    def _goes(control: Control, wanted: Mapping[str, str]) -> bool:
        if not control.name or control.name in wanted or control.kind == "submit":
            return False
        return control.chosen or (control.required and control.kind == "checkbox")

    @staticmethod
    def _said(control: Control, text: str) -> str:
        asked = control.kind in TYPED and (control.required or control.name == "reason")
        return control.value or (text if asked else "")


@dataclass(frozen=True)
class Link:
    """Where one may go."""

    address: str
    primary: bool


@dataclass
class Page:
    """What a page shows that matters for going on."""

    forms: list[Form] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    title: str = ""
    refused: bool = False


def read_page(html: str) -> Page:
    """The forms and links of a page."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    reader.settle()
    return reader.page


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.page = Page()
        self._form: Form | None = None
        self._named: dict[str, Form] = {}  # by id
        self._away: list[tuple[str, Control]] = []  # controls that stand outside and name their form
        self._open: Control | None = None  # the textarea whose text is being read
        self._select: Attributes = {}
        self._in_title = False
        self._templates = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attributes}
        if tag == "template":
            self._templates += 1
        if self._templates:
            return
        if "q-callout-error" in found.get("class", "").split():
            self.page.refused = True
        begin = getattr(self, f"_begin_{tag}", None)
        if begin:
            begin(found)

    def handle_endtag(self, tag: str) -> None:
        if tag == "template":
            self._templates = max(0, self._templates - 1)
        elif tag == "form":
            self._form = None
        elif tag == "textarea":
            self._open = None
        elif tag == "title":
            self._in_title = False

    def handle_data(self, data: str) -> None:
        if self._open is not None:
            self._open.value += data.removeprefix("\n") if not self._open.value else data
        if self._in_title:
            self.page.title += data

    def settle(self) -> None:
        """Give every control that stands outside to the form it names; a list shows its first option by itself."""
        for name, control in self._away:
            if name in self._named:
                self._named[name].controls.append(control)
        for form in self.page.forms:
            for name in {control.name for control in form.controls if control.kind == "option"}:
                options = [control for control in form.controls if (control.kind, control.name) == ("option", name)]
                options[0].chosen = not any(option.chosen for option in options[1:])

    def _begin_title(self, _found: Attributes) -> None:
        self._in_title = not self.page.title  # drawings have titles too

    def _begin_a(self, found: Attributes) -> None:
        if found.get("href"):
            self.page.links.append(Link(found["href"], _is_primary(found)))

    def _begin_form(self, found: Attributes) -> None:
        self._form = Form(found.get("action", ""), found.get("method", "get").lower())
        self.page.forms.append(self._form)
        if "id" in found:
            self._named[found["id"]] = self._form

    def _begin_input(self, found: Attributes) -> None:
        kind = found.get("type", "text").lower()
        if kind in ("submit", "image"):
            self._begin_button(found)
        elif kind not in ("button", "reset", "file"):
            ticked = kind not in ("radio", "checkbox") or "checked" in found
            self._keep(found, kind, found.get("value", "on" if kind in ("radio", "checkbox") else ""), ticked)

    def _begin_button(self, found: Attributes) -> None:
        sends = found.get("type", "submit").lower() == "submit"
        if sends and found.get("formmethod", "").lower() != "dialog" and "formaction" not in found:
            self._keep(found, "submit", found.get("value", ""), False)

    def _begin_textarea(self, found: Attributes) -> None:
        self._open = self._keep(found, "textarea", "", True)

    def _begin_select(self, found: Attributes) -> None:
        self._select = found

    def _begin_option(self, found: Attributes) -> None:
        control = {"name": self._select.get("name", ""), "form": self._select.get("form", "")}
        self._keep(control | found, "option", found.get("value", ""), "selected" in found)

    def _keep(self, found: Attributes, kind: str, value: str, chosen: bool) -> Control:
        control = Control(kind, found.get("name", ""), value, chosen, "required" in found, _is_primary(found))
        if "disabled" in found:
            return control
        if found.get("form"):
            self._away.append((found["form"], control))
        elif self._form is not None:
            self._form.controls.append(control)
        return control


def _is_primary(found: Attributes) -> bool:
    return "btn-primary" in found.get("class", "").split()
