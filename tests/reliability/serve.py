"""`python -m tests.reliability.serve PORT`: pages as `manage.py run` serves them, in a process that may be killed."""

import os
import sys

import django

from config import supervisor
from config.celery import PARENT_VARIABLE, follow

django.setup()
follow(int(os.environ[PARENT_VARIABLE]), lambda: os._exit(1))  # whoever tests may be killed too
supervisor.stop_on_signals()
supervisor.serve(supervisor.claim("127.0.0.1", int(sys.argv[1])))
