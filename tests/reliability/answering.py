"""A process that answers, one transaction after the other, and says so after each: what a power cut is played with.

`python -m tests.reliability.answering database acknowledged count`: the database holds an expert. Each answer that was
acknowledged is a line of its key in the file.
"""

import os
import sys
import uuid


def main(database: str, acknowledged: str, count: int) -> None:
    os.environ["DATABASE_URL"] = f"sqlite:///{database}"
    os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
    import django

    django.setup()
    from surveys.models import Comparison, Expert
    from surveys.services.judgments import Answer, judgment_record

    expert = Expert.objects.select_related("survey").get()
    pairs = list(Comparison.objects.filter(node__edition=expert.survey.edition).values_list("pk", flat=True))
    line = os.open(acknowledged, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    for number in range(count):
        key = uuid.uuid4()
        judgment_record(
            expert, pairs[number % len(pairs)], Answer("ab"[number // 4 % 2], 2 + number % 8), client_key=key
        )
        os.write(line, f"{key.hex}\n".encode())


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
