"""A job that takes a while, so that a test can kill the worker in the middle of it; and a lease as short."""

import time
from collections.abc import Callable
from datetime import timedelta

from surveys.models import Job, Person
from surveys.services import jobs

SLOW = "slow"
SECONDS = 2.5

jobs.LEASE, jobs.RENEWAL = timedelta(seconds=2), timedelta(seconds=0.4)


@jobs.register(SLOW)
def work(job: Job) -> Callable[[], None]:
    time.sleep(SECONDS)

    def store() -> None:
        Person.objects.create(name=f"computed {job.subject}")

    return store
