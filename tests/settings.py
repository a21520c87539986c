"""The product's settings, with what tests alone need. tests/support/plugin.py has prepared the environment."""

from config.mail import MailServer
from config.settings import *  # noqa: F403
from config.settings import DATA_DIR, DATABASES, STATIC_ROOT, STORAGES

# Manifest names need a collectstatic first; tests need the plain ones.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
STATIC_ROOT.mkdir(exist_ok=True)  # WhiteNoise warns of a missing folder, and warnings are errors
METRICS_TOKEN = "a token that only the tests know"
# Argon2 is slow on purpose.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# A message that is sent without a worker goes nowhere; tests with a real worker bring their broker along.
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
# A mail server where nobody listens: tests that send bring their own (tests/support/mailbox.py).
MAIL_SERVER = MailServer("127.0.0.1", 9, "", "", use_ssl=False, use_tls=False)
MAIL_FROM = "Weights office <weights@example.org>"
# A file, not memory: a real worker process must see the same database.
if not DATABASES["default"]["ENGINE"].endswith("postgresql"):
    DATABASES["default"]["TEST"] = {"NAME": str(DATA_DIR / "tests.sqlite3")}
