"""The export bundle of a scoring run: its weight set with the logs, its data, its scores, and the code."""

from __future__ import annotations

import json

from django.utils.translation import gettext as _

from scoring.bundle.checks import RUN
from scoring.bundle.tables import run_tables
from scoring.exports import run_json
from scoring.models import ScoringRun
from surveys.bundle.verify import OF_A_RUN
from surveys.errors import Refused
from surveys.exports.bundle import CODE, bundle_bytes, weight_set_files
from surveys.exports.weight_sets import weight_set_json

RUN_CODE = (
    *CODE, "surveys/files/shape.py", "scoring/__init__.py", "scoring/ranking.py", "scoring/normalising.py",
    "scoring/rules.py", "scoring/bundle/*.py",
)  # fmt: skip


def run_bundle(run: ScoringRun) -> bytes:
    """Refused where the draft under a preview has changed since: its weights are gone."""
    if not run.weights_kept:
        raise Refused(_("The draft weights have changed since this preview: make a new run, then take its bundle."))
    weight_set, export = run.weight_set, run_json(run)
    files = {**weight_set_files(weight_set, weight_set_json(weight_set)), RUN: export}
    return bundle_bytes({**files, **run_tables(json.loads(export))}, OF_A_RUN, RUN_CODE)
