"""`manage.py simulate_experts`: bots that answer a survey through its real pages, for load tests and demos."""

from __future__ import annotations

import sys
from argparse import ArgumentTypeError
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import translation

from surveys.bots.browser import UNREACHED, Astray, Browser, is_loopback
from surveys.bots.crowd import Bot, Tally, outcomes, paces, send_out, tally
from surveys.bots.mind import KINDS, Mind, Said
from surveys.bots.walker import STOPPED, Walk
from surveys.errors import Refused
from surveys.models import Expert, InvitationLink, Survey
from surveys.selectors.questionnaire import questions_in
from surveys.selectors.simulated import CODE, may_be_simulated, next_number, stored_events
from surveys.selectors.structure import structure_of
from surveys.services.panel import expert_add, expert_seed, link_mint

TROUBLES_TOLD = 5


class Command(BaseCommand):
    help = (
        "Adds simulated experts to a synthetic survey, or to one in its pilot, and lets them answer through the pages "
        "of a running site. The same seed gives the same answers. Ctrl-C stops."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("survey", type=int, metavar="SURVEY_ID")
        parser.add_argument("--experts", type=_positive, default=8, metavar="N", help="how many (default: 8)")
        parser.add_argument("--kinds", default=",".join(KINDS), help="taken in turn (default: %(default)s)")
        parser.add_argument("--seed", type=_positive, default=1, help="what they think and do (default: 1)")
        parser.add_argument("--start", type=_positive, metavar="N", help="number of the first (default: the next free)")
        parser.add_argument("--site", default=settings.SITE_URL, help="address of the site (default: %(default)s)")
        parser.add_argument("--together", type=_positive, default=4, metavar="N", help="at the same time (default: 4)")
        parser.add_argument("--minutes", type=_positive, default=10, metavar="N", help="then stop (default: 10)")
        parser.add_argument("--anywhere", action="store_true", help="let the site be on another machine")

    def handle(self, *, survey: int, site: str, anywhere: bool, **options: Any) -> None:
        site = f"{site.rstrip('/')}/"
        kinds = [kind.strip() for kind in options["kinds"].split(",")]
        with translation.override("en"):
            found = self._survey(survey)
            self._check_kinds(kinds)
            self._check_site(site, anywhere)
            bots, experts = self._invite(found, site, kinds, options)
        self.stdout.write(f"{len(bots)} simulated experts answer {found} at {site}")
        walks = send_out(bots, site=site, together=options["together"], seconds=60 * options["minutes"])
        self._tell(bots, walks, _compared(walks, experts))

    def _survey(self, pk: int) -> Survey:
        found = Survey.objects.select_related("edition").filter(pk=pk).first()
        if found is None:
            raise CommandError(f"There is no survey with the id {pk}.")
        if not may_be_simulated(found):
            raise CommandError(
                f"“{found}” asks real experts: no simulated one may answer there. Take a synthetic survey, or one in "
                "its pilot."
            )
        if not found.takes_answers:
            raise CommandError(f"“{found}” takes no answers now: it is {found.get_state_display().lower()}, or over.")
        return found

    def _check_kinds(self, kinds: list[str]) -> None:
        unknown = [kind for kind in kinds if kind not in KINDS]
        if unknown:
            raise CommandError(f"There is no kind {unknown[0]!r}: choose among {', '.join(KINDS)}.")

    def _check_site(self, site: str, anywhere: bool) -> None:
        if urlsplit(site).scheme not in ("http", "https"):
            raise CommandError(f"--site {site} is no address that begins with http:// or https://.")
        if not (anywhere or is_loopback(site)):
            raise CommandError(
                f"{site} is not on this machine. Name the site as it is reached here, as in "
                f"--site http://127.0.0.1:{settings.PORT}/, or say --anywhere if that other machine is yours to load."
            )
        try:
            Browser(site).open(f"{site}healthz")
        except (*UNREACHED, Astray) as error:
            raise CommandError(f"Nobody answers at {site} ({error}). Start the site first: make run") from error

    @transaction.atomic
    def _invite(
        self, survey: Survey, site: str, kinds: list[str], options: dict[str, Any]
    ) -> tuple[list[Bot], list[Expert]]:
        """Put them on the panel, each with a link of their own."""
        pairs = {key: (pair.item_a.code, pair.item_b.code) for key, pair in structure_of(survey.edition).pairs.items()}
        start = options["start"] or next_number(survey)
        bots, experts = [], []
        for number in range(start, start + options["experts"]):
            mind = Mind(kinds[(number - 1) % len(kinds)], options["seed"], number, pairs)
            expert = self._add(survey, mind)
            token = link_mint(expert, channel=InvitationLink.Channel.SHOWN, user=None)
            bots.append(Bot(mind, f"{site}i/{token}/", questions_in(expert)))
            experts.append(expert)
        return bots, experts

    def _add(self, survey: Survey, mind: Mind) -> Expert:
        code = f"{CODE}{mind.number:03d}-{mind.kind}"
        try:
            expert = expert_add(survey, code=code, user=None)
        except Refused as refused:
            raise CommandError(f"{refused} Leave --start out, and the next free numbers are taken.") from refused
        expert_seed(expert, seed=(1000 * mind.seed + mind.number) % 2**31)
        return expert

    def _tell(self, bots: list[Bot], walks: list[Walk], found: Tally) -> None:
        median, most = paces(walks)
        troubles = [f"{bot.mind.kind} {bot.mind.number}: {trouble}" for bot, walk in zip(bots, walks, strict=True)
                    for trouble in walk.troubles]  # fmt: skip
        lines = [
            *outcomes(bots, walks),
            f"answers given {found.given}, acknowledged {found.acknowledged}, stored {found.stored}",
            f"acknowledged but not stored {found.lost}, stored without acknowledgement {found.unheard}",
            f"hints taken {sum(walk.hints for walk in walks)}, errors {len(troubles)}",
            f"seconds for an answer: p50 {median:.3f}, p95 {most:.3f}",
            *troubles[:TROUBLES_TOLD],
        ]
        self.stdout.write("\n".join(lines))
        if found.lost:
            raise CommandError("An acknowledged answer is not stored as it was given.")
        if any(walk.outcome == STOPPED for walk in walks):
            self.stdout.write("Stopped before all were through.")
            sys.exit(1)
        if troubles:
            raise CommandError(f"{len(troubles)} requests went amiss.")


def _compared(walks: list[Walk], experts: list[Expert]) -> Tally:
    stored: dict[int, list[tuple[int, Said]]] = {expert.pk: [] for expert in experts}
    for event in stored_events(experts):
        stored[event.expert_id].append((event.comparison_id, Said(event.more_important, event.strength or 0)))
    return tally(walks, list(stored.values()))


def _positive(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text} is no whole number from 1 on")
    return int(text)
