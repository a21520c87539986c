"""Public pages: nothing of a hidden unit in any byte, no cookie, and publishing as the roles say."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoDbBlocker

from scoring.models import Publication, ScoringRun, Unit, UnitList
from scoring.publishing import CLOSED
from scoring.selectors.hidden import hidden_names
from scoring.selectors.publications import PublicRun
from scoring.services.publications import publication_move, publication_write
from surveys.errors import Refused, Stale
from surveys.models import AuditEvent
from tests.scoring import factories as score
from tests.support.doors import ADDRESSES
from tests.surveys import factories as make

pytestmark = [pytest.mark.django_db, pytest.mark.one_database]

DATA = (
    b"unit,a1,a2,b,c\nNarnia,1,10,3.5,5\nXanadu,7.123457,31.987654,9.876543,0.456789\nLilliput,2,30,1.25,5.5\n"
    b"Erewhon,3,20,2,9\nUtopia,3.5,21,2.5,8\n"
)
HIDDEN = 1  # the place of Xanadu, who holds an extreme of every column
NODES = ["r", "a", "a1", "a2", "b", "c"]
PICTURES = [("r", "bars", kind) for kind in ("svg", "png", "xlsx", "csv", "docx")]
PICTURES += [("r", "makeup", kind) for kind in ("svg", "xlsx")] + [("a1", "bars", "csv")]
SLOW = ("png", "docx")  # once is enough: the same figure as in the other files
PUBLIC: dict[str, list[tuple[Any, ...]]] = {
    "public": [()],
    "public_node": [(code,) for code in [*NODES, "zz"]],
    "public_figure": PICTURES,
    "public_method": [()],
    "public_weights": [()],
    "public_data": [("csv",), ("xlsx",), ("json",), ("exe",)],
}
"""Every address of the public. One that is not here fails the test below."""
PROFILES: list[dict[str, Any]] = [
    {},
    {"gaps": CLOSED, "top": 2},
    {"names": False},
    {"ranks": False, "scores": False, "own_weights": False},
    {"scores": False},
]
OWN = "w-a=10&w-b=0&w-c=90"


@pytest.fixture(scope="module")
def made(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[ScoringRun]:
    """Made once, in a transaction that is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        weight_set = score.locked()
        yield score.run(weight_set, score.data_set(score.survey_of(weight_set), DATA))
        transaction.set_rollback(True)


@pytest.fixture
def run(made: ScoringRun) -> ScoringRun:
    return ScoringRun.objects.get(pk=made.pk)


def published(run: ScoringRun, **profile: Any) -> Publication:
    return score.publication(run, state="public", **{"nodes": NODES, "hidden": frozenset({HIDDEN}), **profile})


def addresses(slug: str) -> Iterator[str]:
    for name, found in PUBLIC.items():
        for rest in found:
            for language in ("zh-hans", "en") if rest[-1:] not in [(kind,) for kind in SLOW] else ("en",):
                yield f"{reverse(f'scoring:{name}', args=[slug, *rest])}?lang={language}"
    yield f"{reverse('scoring:public_weights', args=[slug])}?{OWN}"
    yield f"{reverse('scoring:public_weights', args=[slug])}?{OWN}&step=w-b:%2B5&w-c=x"


def unpacked(content: bytes) -> bytes:
    """With every part of an archive, and of archives in it."""
    if not content.startswith(b"PK"):
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = [name.encode() + unpacked(archive.read(name)) for name in archive.namelist()]
    return b"\n".join([*parts, content])


def needles(run: ScoringRun) -> list[bytes]:
    """What is known of the hidden unit alone: its name, its values, its scores to four digits and more."""
    unit = run.data_set.units.get(position=HIDDEN + 1)
    scores = json.loads(run.document)["scores"].values()
    told = {row[HIDDEN] for row in scores} - {text for row in scores for n, text in enumerate(row) if n != HIDDEN}
    texts = [unit.name, *unit.values, *(f"{float(text):.4f}"[:7] for text in told if len(text) > 8)]
    return [text.encode() for text in texts]


def bytes_of(response: Any) -> bytes:
    return str(response.headers).encode() + unpacked(response.content)


def test_every_public_address_is_in_the_table() -> None:
    assert {name.partition(":")[2] for name, route in ADDRESSES.items() if route.startswith("p/")} == set(PUBLIC)


@pytest.mark.parametrize("profile", PROFILES, ids=str)
def test_no_byte_tells_of_a_hidden_unit(run: ScoringRun, profile: dict[str, Any]) -> None:
    page, seen = published(run, **profile), 0
    words = needles(run)
    assert len(words) >= 6
    for address in addresses(page.slug):
        response = Client().get(address)
        content = bytes_of(response)
        found = [word for word in words if word.lower() in content.lower()]
        assert not found, (address, found)
        assert not response.cookies, address
        seen += response.status_code == 200
    assert seen > 20


def test_what_members_hand_on_is_clean_too(run: ScoringRun) -> None:
    page, words = published(run, nodes=["r"]), needles(run)
    content = unpacked(signed_in().get(member_address("publication_files", page)).content)
    assert b"Narnia" in content
    assert not [word for word in words if word in content]


def test_the_search_would_find_what_is_shown(run: ScoringRun) -> None:
    """The same search over a page that hides nobody finds the unit in every kind of file."""
    page = published(run, hidden=frozenset(), top=None)
    name, *values = needles(run)
    for rest in (*PICTURES[:1], *PICTURES[2:5]):
        address = reverse("scoring:public_figure", args=[page.slug, *rest])
        assert name in unpacked(Client().get(address).content), rest
    for kind in ("csv", "xlsx", "json"):
        content = unpacked(Client().get(reverse("scoring:public_data", args=[page.slug, kind])).content)
        assert name in content, kind
        assert any(value in content for value in values), kind
    method = Client().get(reverse("scoring:public_method", args=[page.slug])).content
    assert values[0] in method  # with nobody hidden, bounds are printed: its value is one


def test_who_comes_behind_the_top_is_nowhere_and_letters_name_nobody(run: ScoringRun) -> None:
    page = published(run, hidden=frozenset(), names=False)
    units = [unit.name.encode() for unit in run.data_set.units.order_by("position")]
    for address in addresses(page.slug):
        content = bytes_of(Client().get(address))
        assert not [name for name in units if name in content], address


def test_a_text_that_names_a_hidden_unit_is_refused(run: ScoringRun) -> None:
    about: dict[str, Any] = {"slug": "p", "profile": PublicRun(published(run)).profile, "user": None}
    for title, words in (({"en": "All but xanadu"}, {}), ({"en": "Ranks"}, {"en": "Xanadu is left out."})):
        with pytest.raises(Refused, match="Xanadu"):
            publication_write(run, title=title, words=words, **about)
    publication_write(run, title={"en": "Xanaduland"}, words={}, **about)


def test_a_hidden_unit_goes_by_its_other_names_too(run: ScoringRun) -> None:
    profile = PublicRun(published(run)).profile
    listed = UnitList.objects.create(system=run.data_set.edition.system, name={"en": "Places"})
    Unit.objects.create(unit_list=listed, position=1, code="150000", name={"en": "Xanadu"}, aliases=["Shangdu"])
    run.data_set.unit_list = listed
    assert hidden_names(run, profile) == {"Xanadu", "Shangdu"}


# --- the way to the public and back ---


def test_a_draft_is_not_there_a_withdrawn_page_is_gone(run: ScoringRun) -> None:
    page = score.publication(run)
    address = reverse("scoring:public", args=[page.slug])
    assert Client().get(address).status_code == 404
    publication_move(page, "public", user=make.user())
    assert Client().get(address).status_code == 200
    publication_move(page, "withdrawn", user=make.user(), reason="An error in the data.")
    gone = Client().get(address, headers={"accept-language": "en"})
    assert (gone.status_code, gone.cookies) == (410, {})
    assert "withdrawn" in gone.content.decode()
    assert page.slug.encode() not in gone.content
    acts = list(AuditEvent.objects.filter(action__startswith="publication").order_by("pk"))
    assert [act.action.partition(".")[2] for act in acts] == ["written", "published", "withdrawn"]
    assert acts[-1].reason == "An error in the data."


def test_what_is_public_is_not_changed_and_moved_once(run: ScoringRun) -> None:
    page = published(run)
    stale = Publication.objects.get(pk=page.pk)
    about: dict[str, Any] = {
        "slug": page.slug,
        "title": {"en": "Other"},
        "words": {},
        "profile": PublicRun(page).profile,
    }
    with pytest.raises(Refused):
        publication_write(run, **about, user=None, publication=page)
    publication_move(page, "withdrawn", user=None)
    with pytest.raises(Stale):
        publication_move(stale, "withdrawn", user=None)


def test_a_preview_is_never_published() -> None:
    draft = make.weight_set("draft")
    run = score.run(draft, preview=True)
    with pytest.raises(Refused):
        score.publication(run)


@pytest.mark.parametrize(
    "profile",
    [
        {"nodes": []}, {"names": False, "scores": False}, {"ranks": False, "own_weights": False},
        {"ranks": False, "scores": False}, {"languages": []}, {"hidden": frozenset(range(5))},
    ],
)  # fmt: skip
def test_a_profile_that_would_tell_more_or_nothing_is_refused(run: ScoringRun, profile: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        score.publication(run, **profile)


# --- the pages ---


def signed_in() -> Client:
    client = Client(headers={"accept-language": "en"})
    client.force_login(make.user())
    return client


def member_address(name: str, page: Publication, *rest: Any) -> str:
    return reverse(f"scoring:{name}", args=[page.run.survey_id, page.run.number, page.pk, *rest])


def test_the_preview_is_the_public_page(run: ScoringRun) -> None:
    page, member = published(run), signed_in()
    home = reverse("scoring:public", args=[page.slug])
    for rest in ("", "nodes/a/", "method/", f"weights/?{OWN}"):
        preview = member.get(member_address("publication_preview", page) + rest).content.decode()
        shown = re.sub(r'<aside class="q-preview".*?</aside>\s*|<meta name="robots"[^>]*>\s*', "", preview, flags=re.S)
        public = Client(headers={"accept-language": "en"}).get(home + rest).content.decode()
        assert shown.replace(member_address("publication_preview", page), home).split() == public.split(), rest
    assert member.get(member_address("publication_preview_of", page, "nothing/")).status_code == 404


def test_publishing_asks_for_a_look_at_the_preview(run: ScoringRun) -> None:
    page, member = score.publication(run), signed_in()
    decide = member_address("publication_decide", page)
    member.post(decide, {"to": "public"})
    assert Publication.objects.get(pk=page.pk).state == "draft"
    member.post(decide, {"to": "public", "looked": "1"})
    assert Publication.objects.get(pk=page.pk).state == "public"
    assert page.slug in member.get(reverse("scoring:publications", args=[run.survey_id, run.number])).content.decode()


def test_a_copy_is_asked_for_again_only_when_the_page_changed(run: ScoringRun) -> None:
    page = published(run)
    address = reverse("scoring:public", args=[page.slug])
    first = Client().get(address)
    assert "public" in first["Cache-Control"]
    assert "Cookie" not in first["Vary"]
    again = Client().get(address, headers={"if-none-match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    publication_move(page, "withdrawn", user=None)
    assert Client().get(address, headers={"if-none-match": first["ETag"]}).status_code == 410


def test_the_pages_speak_the_languages_that_were_chosen(run: ScoringRun) -> None:
    page = published(run, languages=["zh-hans"])
    address = reverse("scoring:public_method", args=[page.slug])
    for asked in (address, f"{address}?lang=en"):
        response = Client(headers={"accept-language": "en"}).get(asked)
        assert response["Content-Language"] == "zh-hans"
        assert "方法说明" in response.content.decode()


def test_own_weights_are_shares_that_a_reader_steps_and_shares(run: ScoringRun) -> None:
    page = published(run, hidden=frozenset(), top=None)
    address, reader = reverse("scoring:public_weights", args=[page.slug]), Client(headers={"accept-language": "en"})
    scores = json.loads(run.document)["scores"]
    wanted = sorted(((0.1 * float(a) + 0.9 * float(c)) for a, c in zip(scores["a"], scores["c"], strict=True)))[::-1]
    answer = reader.get(f"{address}?{OWN}")
    assert [row.score for row in answer.context["rows"]] == pytest.approx(wanted)
    assert "not the published result" in answer.content.decode()
    stepped = reader.get(f"{address}?{OWN}&step=w-b:%2B5").context["form"]
    assert stepped.weights == [10, 5, 90]
    assert reader.get(f"{address}?w-a=0&w-b=0&w-c=0").status_code == 422
    assert reader.get(f"{address}?w-a=x&w-b=1&w-c=-4").status_code == 422
    official = reader.get(address).context["rows"]
    assert [(row.rank, row.moved) for row in official] == [(row.official, 0) for row in official]


def test_without_own_weights_or_downloads_there_are_no_such_addresses(run: ScoringRun) -> None:
    page = published(run, own_weights=False, downloads=False, indexed=False)
    for name, rest in (("public_weights", ()), ("public_data", ("csv",)), ("public_figure", ("r", "bars", "svg"))):
        assert Client().get(reverse(f"scoring:{name}", args=[page.slug, *rest])).status_code == 404
    front = Client().get(reverse("scoring:public", args=[page.slug]))
    assert front["X-Robots-Tag"] == "noindex"
    assert "download" not in front.content.decode()
