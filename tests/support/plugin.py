"""Loaded by pytest before Django's settings are read."""

import atexit
import os
import shutil
import tempfile

if "PYTEST_XDIST_WORKER" not in os.environ:
    os.environ["DATA_DIR"] = tempfile.mkdtemp(prefix="quanheng-", dir="/tmp")
    atexit.register(shutil.rmtree, os.environ["DATA_DIR"], ignore_errors=True)
