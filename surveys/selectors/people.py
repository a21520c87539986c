"""Who is in the people book, and who seems to be in it twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from itertools import count, islice

from django.db.models import Count, Q, QuerySet

from surveys.models import Person


def next_codes(taken: Collection[str], many: int) -> list[str]:
    """Codes for experts who come without one: E01, E02, … past those that are taken.

    >>> next_codes({"E02"}, 2)
    ['E01', 'E03']
    """
    free = (code for number in count(1) if (code := f"E{number:02d}") not in taken)
    return list(islice(free, many))


def people_listed(people: QuerySet[Person], search: str = "") -> QuerySet[Person]:
    """With the number of panels each is on; by name, unit, field or address where something is searched."""
    for word in search.split():
        columns = ("name", "organisation", "field", "email", "title", "telephone")
        matches = Q()
        for column in columns:
            matches |= Q(**{f"{column}__icontains": word})
        people = people.filter(matches)
    return people.annotate(panels=Count("experts", distinct=True)).order_by("name", "pk")


def doubles_in(people: QuerySet[Person]) -> list[list[Person]]:
    """People who share an e-mail address, the one who was there first in front."""
    sharing: dict[str, list[int]] = defaultdict(list)
    for pk, email in people.exclude(email="").order_by("pk").values_list("pk", "email"):
        sharing[email.casefold()].append(pk)
    same = [keys for keys in sharing.values() if len(keys) > 1]
    known = Person.objects.in_bulk([pk for keys in same for pk in keys]) if same else {}
    return [[known[pk] for pk in keys] for keys in same]
