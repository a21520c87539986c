"""`manage.py verify_open_link`: are all answers by an open link still what was handed in?"""

from __future__ import annotations

from typing import Any

from django.core.management import BaseCommand, CommandError, CommandParser
from django.utils import translation

from surveys.models import OpenLink
from surveys.services.open_chain import chain_problems


class Command(BaseCommand):
    help = "Follows the chain of all answers by an open link, from the first to the last."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the address after /o/")

    def handle(self, *, slug: str, **options: Any) -> None:
        link = OpenLink.objects.filter(slug=slug).first()
        if link is None:
            raise CommandError(f"There is no open link /o/{slug}/.")
        with translation.override("en"):
            problems = chain_problems(link)
        if problems:
            raise CommandError("\n".join([f"/o/{slug}/ does not hold:", *problems]))
        self.stdout.write(f"/o/{slug}/: {link.count} answers hold; the last hash is {link.head}.")
