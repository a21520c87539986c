"""`manage.py translations`: is every sentence of the pages translated? For developers; needs no GNU gettext."""

import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import polib
from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils.translation import to_locale
from django.utils.translation.template import templatize

SOURCES = ("config", "surveys", "scoring", "templates")
KEYWORDS: dict[str, Any] = {
    **dict.fromkeys(["_", "gettext", "gettext_lazy", "gettext_noop"], None),
    **dict.fromkeys(["ngettext", "ngettext_lazy"], (1, 2)),
    **dict.fromkeys(["pgettext", "pgettext_lazy"], ((1, "c"), 2)),
    **dict.fromkeys(["npgettext", "npgettext_lazy"], ((1, "c"), 2, 3)),
}
SOURCE_LANGUAGE = "en"  # the sentences themselves are English
HEADER = {
    "MIME-Version": "1.0",
    "Content-Type": "text/plain; charset=UTF-8",
    "Content-Transfer-Encoding": "8bit",
    "Plural-Forms": "nplurals=1; plural=0;",  # as in Chinese; a language with more forms says so in its file
}
PLACEHOLDER = re.compile(r"%\(\w+\)[sdif]|\{\w*\}|(?<!%)%[sd]")


class Sentence(NamedTuple):
    context: str
    singular: str
    plural: str


Occurrences = dict[Sentence, list[tuple[str, str]]]


class Command(BaseCommand):
    help = "Compares the sentences in code and templates with locale/*/LC_MESSAGES/django.po."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--check", action="store_true", help="fail on missing, fuzzy or broken translations")
        what.add_argument("--update", action="store_true", help="add missing sentences, mark unused ones as obsolete")

    def handle(self, *, check: bool, update: bool, **options: Any) -> None:
        used = extract(settings.BASE_DIR)
        for path in catalogues(settings.BASE_DIR, [code for code, _ in settings.LANGUAGES]):
            if update:
                self._update(path, used)
            else:
                self._check(path, used)

    def _check(self, path: Path, used: Occurrences) -> None:
        problems = problems_of(read(path), used)
        if problems:
            raise CommandError("\n".join([f"{path.relative_to(settings.BASE_DIR)}:", *problems]))
        self.stdout.write(f"{path.relative_to(settings.BASE_DIR)}: all {len(used)} sentences are translated.")

    def _update(self, path: Path, used: Occurrences) -> None:
        catalogue = read(path)
        added = update_catalogue(catalogue, used)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalogue.save(str(path))
        self.stdout.write(f"{path.relative_to(settings.BASE_DIR)}: {added} sentences added.")


def catalogues(base: Path, languages: list[str]) -> list[Path]:
    """Where the translations into these languages belong, whether or not they are there."""
    locales = [to_locale(code) for code in languages if code != SOURCE_LANGUAGE]
    return [base / "locale" / locale / "LC_MESSAGES" / "django.po" for locale in locales]


def read(path: Path) -> polib.POFile:
    """The catalogue, or an empty one."""
    if path.exists():
        return polib.pofile(str(path), wrapwidth=120)
    catalogue = polib.POFile(wrapwidth=120)
    catalogue.metadata = {**HEADER, "Language": path.parent.parent.name}
    return catalogue


def extract(base: Path) -> Occurrences:
    """Every sentence marked for translation, with the places (file, line) it stands at."""
    found: Occurrences = {}
    for name in SOURCES:
        for path in sorted((base / name).rglob("*")):
            if path.suffix in (".py", ".html", ".txt"):
                for line, sentence in _sentences(path):
                    found.setdefault(sentence, []).append((str(path.relative_to(base)), str(line)))
    return found


def _sentences(path: Path) -> Iterator[tuple[int, Sentence]]:
    from babel.messages.extract import extract_python

    text = path.read_text(encoding="utf-8")
    code = text if path.suffix == ".py" else _as_python(text, str(path))
    for line, keyword, message, _ in extract_python(io.BytesIO(code.encode()), KEYWORDS, [], {"encoding": "utf-8"}):
        sentence = _sentence(str(keyword), message)
        if sentence is not None:
            yield line, sentence


def _as_python(template: str, origin: str) -> str:
    """Django turns the tags of a template into calls; the blanks before them would be wrong indentation to Python."""
    return "\n".join(line.lstrip() for line in templatize(template, origin=origin).splitlines())


def _sentence(keyword: str, message: Any) -> Sentence | None:
    """From Babel's arguments of a call; None for a call whose argument is not a plain string."""
    words = list(message) if isinstance(message, tuple) else [message]
    context = words.pop(0) if keyword.removeprefix("n").startswith("pgettext") else ""
    plural = words[1] if "ngettext" in keyword or keyword.startswith("npgettext") else ""
    return Sentence(context or "", words[0], plural or "") if words and words[0] else None


def _key(entry: polib.POEntry) -> Sentence:
    return Sentence(entry.msgctxt or "", entry.msgid, entry.msgid_plural or "")


def problems_of(catalogue: polib.POFile, used: Occurrences) -> list[str]:
    """One line for every used sentence that has no good translation."""
    entries = {_key(entry): entry for entry in catalogue if not entry.obsolete}
    problems = ((places[0], sentence.singular, _fault(entries.get(sentence))) for sentence, places in used.items())
    return [f"  {file}:{line}: {fault}: {text!r}" for (file, line), text, fault in problems if fault]


def _fault(entry: polib.POEntry | None) -> str:
    if entry is None:
        return "missing (run `manage.py translations --update`)"
    if entry.fuzzy:
        return "fuzzy"
    translations = list(entry.msgstr_plural.values()) if entry.msgid_plural else [entry.msgstr]
    if not translations or not all(translations):
        return "not translated"
    allowed = _placeholders(entry.msgid) | _placeholders(entry.msgid_plural or "")
    strange = set().union(*(_placeholders(text) for text in translations)) - allowed
    return f"has a placeholder the sentence lacks ({', '.join(sorted(strange))})" if strange else ""


def _placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))


def update_catalogue(catalogue: polib.POFile, used: Occurrences) -> int:
    """Adds what is missing; returns how much that was. Nothing translated is thrown away."""
    entries = {_key(entry): entry for entry in catalogue}
    for sentence, entry in entries.items():
        entry.obsolete = sentence not in used
        entry.occurrences = used.get(sentence, [])
    missing = [sentence for sentence in used if sentence not in entries]
    for sentence in missing:
        catalogue.append(_entry(sentence, used[sentence]))
    return len(missing)


def _entry(sentence: Sentence, occurrences: list[tuple[str, str]]) -> polib.POEntry:
    entry = polib.POEntry(msgid=sentence.singular, msgstr="", occurrences=occurrences)
    entry.msgctxt = sentence.context or None
    if sentence.plural:
        entry.msgid_plural, entry.msgstr_plural = sentence.plural, {0: ""}
    return entry
