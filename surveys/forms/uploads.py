"""Files that come in by a page: checked whole, shown as a preview, stored only when somebody says so.

Between preview and storing, the checked rows travel in the page, signed: nothing is kept on the server, and nothing can
be changed on the way.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django import forms
from django.contrib.auth.models import User
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from surveys.access import systems_shaped_by
from surveys.errors import Refused
from surveys.files.headings import LEVELS, guessed, is_ours
from surveys.files.indicators import SCORING, IndicatorRow, read_indicators
from surveys.files.problems import FileErrors, Problem
from surveys.files.records import UPLOAD, Limits
from surveys.files.tables import Row, Table, read_table
from surveys.forms.texts import TextsForm, field_name, languages
from surveys.models import Edition, IndicatorSystem

PREVIEW_LIFE = 60 * 60
LARGEST_PREVIEW = 900_000
LARGEST_PASTE = 500_000
EXAMPLES = 3
ACCEPTED = ".csv,.txt,.tsv,.xlsx"


class FileForm(forms.Form):
    """One table. After `is_valid`, `rows` holds what was read; else `problems` may hold every fault of the file."""

    limits: Limits = UPLOAD
    file = forms.FileField(
        label=gettext_lazy("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ACCEPTED}),
        help_text=gettext_lazy("CSV (UTF-8 or GB18030) or XLSX, its first sheet."),
        error_messages={"empty": gettext_lazy("The file is empty: choose the file that holds the table.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.problems: tuple[Problem, ...] = ()
        self.rows: list[Any] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        upload = cleaned.get("file")
        if upload and not self.errors:
            try:
                self.rows = self.read_file(_content(upload, self.limits), upload.name or "")
            except FileErrors as errors:
                self.problems = errors.problems
                self.add_error("file", _("The file was not taken; what must be mended is listed above."))
        return cleaned

    def read_file(self, content: bytes, name: str) -> list[Any]:
        return self.read(read_table(content, name, limits=self.limits))

    def read(self, table: Table) -> list[Any]:
        raise NotImplementedError


class SystemForm(FileForm, TextsForm):
    """An indicator file becomes the first edition of a new system, or the next one of an old."""

    system = forms.ModelChoiceField(
        IndicatorSystem.objects.none(),
        label=gettext_lazy("Indicator system"),
        required=False,
        empty_label=gettext_lazy("A new one"),
    )
    label = forms.CharField(
        label=gettext_lazy("Edition"), max_length=40, help_text=gettext_lazy("What it is called by, as 3.0.")
    )
    pasted = forms.CharField(
        label=gettext_lazy("Or pasted from Excel"),
        required=False,
        strip=False,  # blank cells at the ends of the last row are cells
        widget=forms.Textarea(attrs={"rows": 4}),
        max_length=LARGEST_PASTE,
        help_text=gettext_lazy("Mark the table in Excel with its heading, copy it, and paste it here."),
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language of the columns name and definition"),
        help_text=gettext_lazy("Columns such as name_en say their language themselves."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = systems_shaped_by(user).order_by("-id")
        self.fields["system"].queryset = own  # type: ignore[attr-defined]
        self.fields["language"].choices = languages()  # type: ignore[attr-defined]
        self.fields["file"].required = False
        self.table: Table | None = None
        self.add_texts("name", _("Name of a new system"), most=200)
        self.order_fields(["file", "pasted", "system", *[name for name in self.fields if name.startswith("name_")]])

    def clean(self) -> dict[str, Any]:
        system, label = self.cleaned_data.get("system"), self.cleaned_data.get("label")
        if system is None and "system" not in self.errors:
            self.require_texts("name", _("Name the new system in one language at least, or choose an existing one."))
        elif system and Edition.objects.filter(system=system, label=label).exists():
            self.add_error("label", _("This system has such an edition already: give the new one another label."))
        cleaned = super().clean()
        pasted = cleaned.get("pasted", "")
        if not cleaned.get("file") and "file" not in self.errors:
            if not pasted.strip():
                self.add_error("file", _("Choose a file, or paste the table below."))
            elif not self.errors:
                self._read_pasted(pasted)
        return cleaned

    def _read_pasted(self, pasted: str) -> None:
        try:
            self.rows = self.read_file(pasted.encode(), _("pasted table"))
        except FileErrors as errors:
            self.problems = errors.problems
            self.add_error("pasted", _("The table was not taken; what must be mended is listed above."))

    def read(self, table: Table) -> list[IndicatorRow]:
        """The rows, where the headings are ours; else `table` waits to be told which column is what."""
        if is_ours(table):
            return read_indicators(table, self.cleaned_data["language"])
        self.table = table
        return []

    def about(self) -> dict[str, Any]:
        """What travels to the page and back beside the rows."""
        system = self.cleaned_data["system"]
        return {
            "system": system.pk if system else None,
            "name": self.texts("name"),
            "label": self.cleaned_data["label"],
            "language": self.cleaned_data["language"],
        }


class ColumnsForm(forms.Form):
    """Which column of a table is what: one choice for each column, guessed."""

    def __init__(self, *args: Any, table: Table, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.table = table
        for place, role in enumerate(guessed(table.header)):
            self.fields[f"c{place}"] = forms.ChoiceField(
                label=table.column(place), choices=column_roles(), initial=role, required=False
            )

    def roles(self) -> list[str]:
        return [self.cleaned_data[f"c{place}"] for place in range(len(self.table.header))]

    def columns(self) -> list[tuple[forms.BoundField, list[str]]]:
        """Each choice beside the first texts of its column."""
        return [
            (self[f"c{place}"], [row.cells[place] for row in self.table.rows if row.cells[place]][:EXAMPLES])
            for place in range(len(self.table.header))
        ]


def column_roles() -> list[tuple[str, Any]]:
    texts = [
        (f"{stem}{end}", label + tag)
        for stem, label in (("name", _("Name of the indicator")), ("definition", _("Definition")))
        for end, tag in (
            ("", ""),
            *((f"_{field_name('', code)[1:]}", f" ({language})") for code, language in languages()),
        )
    ]
    levels = [(role, _("Names at level %(number)d") % {"number": place}) for place, role in enumerate(LEVELS, start=1)]
    plain = [
        ("code", _("Code")), ("parent", _("Parent: its code or name")), ("unit", _("Unit of measure")),
        ("direction", _("Direction")), ("aliases", _("Aliases")),
    ]  # fmt: skip
    return [
        ("", _("not used")), (_("The tree"), [*plain[:2], *levels]), (_("Texts"), texts), (_("Measuring"), plain[2:]),
        (_("Scoring"), [(name, name) for name in SCORING]),
    ]  # fmt: skip


def table_payload(table: Table) -> dict[str, Any]:
    return {
        "file": table.file, "header": table.header, "separator": table.separator, "heading": table.heading,
        "rows": [[row.number, *row.cells] for row in table.rows],
        "shown": [[*place, text] for place, text in table.shown.items()],
    }  # fmt: skip


def table_from(payload: dict[str, Any]) -> Table:
    rows = tuple(Row(number, tuple(cells)) for number, *cells in payload["rows"])
    shown = {(row, column): text for row, column, text in payload["shown"]}
    return Table(payload["file"], tuple(payload["header"]), rows, payload["separator"], shown, payload["heading"])


def signed(payload: Any, salt: str) -> str:
    """The payload as text for a hidden field. Raises Refused where it is too large for one."""
    text = signing.dumps(payload, salt=salt, compress=True)
    if len(text) > LARGEST_PREVIEW:
        raise Refused(_("The file is too large to be shown before it is stored: split it."))
    return text


def unsigned(text: str, salt: str) -> Any:
    """What `signed` was given. Raises Refused where the text is not ours, or an hour old."""
    try:
        return signing.loads(text, salt=salt, max_age=PREVIEW_LIFE)
    except signing.BadSignature as error:
        raise Refused(_("The preview has expired, nothing was stored: choose the file once more.")) from error


def indicator_payload(rows: list[IndicatorRow]) -> list[dict[str, Any]]:
    return [asdict(row) for row in rows]


def indicators_from(payload: list[dict[str, Any]]) -> list[IndicatorRow]:
    return [IndicatorRow(**{**row, "aliases": tuple(row["aliases"])}) for row in payload]


def _content(upload: UploadedFile[Any], limits: Limits) -> bytes:
    if (upload.size or 0) > limits.content:
        what = _("the file has more than %(size)d MB") % {"size": limits.content // (1024 * 1024)}
        mend = _("save only the sheet that is needed, or split the file")
        raise FileErrors([Problem(upload.name or "", what, mend)])
    content: bytes = upload.read()
    return content
