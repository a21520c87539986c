"""`python -m tests.reliability.writing TIMES SEED EXPERT...`: a thread for each expert, who answers as fast as can be.

Told as JSON: the keys that were stored for each expert, and every error. The site's own service writes them, without
pages in between: what is tried is the database, with other processes at the same file.
"""

import json
import sys
import time
import uuid
from random import Random
from threading import Thread

import django

django.setup()

from django.db import connection  # noqa: E402  after the set-up

from surveys.models import Comparison, Expert  # noqa: E402
from surveys.services.judgments import Answer, judgment_record  # noqa: E402

times, seed = int(sys.argv[1]), sys.argv[2]
stored: dict[int, list[str]] = {}
errors: list[str] = []
waits: list[float] = []


def write(expert_id: int) -> None:
    chance = Random(f"{seed} {expert_id}")
    expert = Expert.objects.select_related("survey__edition").get(pk=expert_id)
    pairs = Comparison.objects.filter(node__edition=expert.survey.edition).values_list("pk", flat=True)
    mine = stored[expert_id] = []
    for pair in chance.choices(list(pairs), k=times):
        key = uuid.UUID(int=chance.getrandbits(128), version=4)
        began = time.monotonic()
        try:
            judgment_record(expert, pair, Answer(chance.choice("ab"), chance.randrange(2, 10)), client_key=key)
        except Exception as error:  # whatever it is, it is counted
            errors.append(f"{type(error).__name__}: {error}")
        else:
            mine.append(str(key))
        waits.append(time.monotonic() - began)
    connection.close()


threads = [Thread(target=write, args=[int(expert)]) for expert in sys.argv[3:]]
started = time.monotonic()
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
json.dump({"stored": stored, "errors": errors, "waits": waits, "seconds": time.monotonic() - started}, sys.stdout)
