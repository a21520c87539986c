"""`python -m tests.reliability.seeding EXPERTS`: an open survey in an empty database, told as JSON.

Each expert has begun on a device: what is told holds the token of its cookie, as the device would.
"""

import json
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402  after the set-up
from django.db import transaction  # noqa: E402

from surveys.models import Comparison  # noqa: E402
from surveys.services.sections import sections_ensure  # noqa: E402
from surveys.views.expert.session import cookie_name  # noqa: E402
from tests.support.everybody import session_token  # noqa: E402
from tests.surveys import factories as make  # noqa: E402


def seeded(experts: int) -> dict[str, object]:
    survey = make.survey(gate="none")
    seats = []
    for number in range(1, experts + 1):
        expert = make.expert(survey, f"E{number:04d}")
        sections_ensure(expert)
        seats.append({"expert": expert.pk, "token": session_token(expert)})
    pairs = Comparison.objects.filter(node__edition=survey.edition).order_by("pk")
    return {
        "survey": survey.pk,
        "cookie": cookie_name(survey.pk),
        "pairs": list(pairs.values_list("pk", flat=True)),
        "seats": seats,
    }


call_command("migrate", run_syncdb=True, verbosity=0)
with transaction.atomic():
    told = seeded(int(sys.argv[1]))
json.dump(told, sys.stdout)
