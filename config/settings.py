"""All settings, in one place. What differs between installations comes from the environment (docs/deployment.md)."""

import socket
from pathlib import Path

from config import broker, databases, env, mail, secret_key
from surveys.queues import INTERACTIVE, QUEUES

BASE_DIR = Path(__file__).resolve().parent.parent

# The environment
DEBUG = env.boolean("DEBUG", default=False)
DATA_DIR = env.folder("DATA_DIR", default=BASE_DIR / "var")
PORT = env.port("PORT", default=8000)
SITE = env.site("SITE_URL", default_port=PORT)
SITE_URL = SITE.url
PLAIN_HTTP = env.boolean("PLAIN_HTTP", default=False)
TRUSTED_PROXY = env.address("TRUSTED_PROXY")
METRICS_TOKEN = env.secret("METRICS_TOKEN")
LOG_FORMAT = env.choice("LOG_FORMAT", ("text", "json"))
SECRET_KEY = env.text("SECRET_KEY") or secret_key.kept_in(DATA_DIR / "secret_key")
DATABASES = {"default": databases.from_environment(DATA_DIR)}
PG_BIN = env.text("PG_BIN")
# Each process keeps its own: `files` are those of public pages, which may be asked for again by anybody.
LOCAL_MEMORY = "django.core.cache.backends.locmem.LocMemCache"
CACHES = {
    "default": {"BACKEND": LOCAL_MEMORY, "LOCATION": "default"},
    "files": {"BACKEND": LOCAL_MEMORY, "LOCATION": "files", "TIMEOUT": None, "OPTIONS": {"MAX_ENTRIES": 64}},
}
BROKER = broker.from_environment(DATA_DIR)
MAIL_SERVER = mail.server_from_environment()

# The application
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "surveys",
    "scoring",
]
MIDDLEWARE = [
    "surveys.middleware.TraceMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "surveys.middleware.ContentSecurityPolicyMiddleware",
    "surveys.middleware.NoStoreMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",  # pads at random, and Django masks its tokens: BREACH learns nothing
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "surveys.middleware.NoNulMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "surveys.middleware.LeftAloneMiddleware",
    "surveys.middleware.TooManyMiddleware",
    "surveys.middleware.RefusalLogMiddleware",
]
ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    }
]
CRISPY_ALLOWED_TEMPLATE_PACKS = "bootstrap5"
CRISPY_TEMPLATE_PACK = "bootstrap5"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Where we are: a sub-path of SITE_URL holds for pages, static files and cookies alike
FORCE_SCRIPT_NAME = SITE.prefix or None
STATIC_URL = f"{SITE.prefix}/static/"
STATIC_ROOT = DATA_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
_STATIC_STORAGE = (
    "django.contrib.staticfiles.storage.StaticFilesStorage"
    if DEBUG
    else "whitenoise.storage.CompressedManifestStaticFilesStorage"
)
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": _STATIC_STORAGE},
}
WHITENOISE_USE_FINDERS = DEBUG
# What is packed already; and the font of the PDF files, which no page loads and which takes half a minute to pack.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("ttf", "woff", "woff2", "png", "jpg", "gif", "zip", "gz", "br")
ALLOWED_HOSTS = [SITE.host, "localhost", "127.0.0.1", "[::1]", socket.gethostname()]
SESSION_COOKIE_PATH = CSRF_COOKIE_PATH = LANGUAGE_COOKIE_PATH = f"{SITE.prefix}/"

MESSAGE_STORAGE = "surveys.notes.Notes"

# Accounts
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = f"{SITE.prefix}/"
AUTHENTICATION_BACKENDS = ["surveys.authentication.AccountBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "surveys.passwords.ContextWordsValidator"},
]
REQUIRE_SECOND_FACTOR = env.boolean("REQUIRE_SECOND_FACTOR", default=False)  # nobody signs in without one
IDLE_MINUTES = env.minutes("IDLE_MINUTES", least=5, most=480)  # an account that did nothing for so long is signed out
PASSWORD_RESET_TIMEOUT = 3 * 24 * 60 * 60  # a link to choose a password, which works once
SESSION_COOKIE_NAME = f"{SITE.cookie_prefix}quanheng_session"
SESSION_COOKIE_AGE = 8 * 60 * 60
CSRF_COOKIE_NAME = f"{SITE.cookie_prefix}quanheng_csrf"
LANGUAGE_COOKIE_NAME = f"{SITE.cookie_prefix}quanheng_language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 60 * 60
LANGUAGE_COOKIE_SAMESITE = "Lax"

# Security: what needs https is switched on by an https SITE_URL, so that plain http inside a house works too
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = SITE.is_https
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if SITE.is_https else 0
# A proxy's word is taken only where the proxy is named; without it every request looks like http, and a redirect to
# https would never end.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXY else None
SECURE_SSL_REDIRECT = SITE.is_https and bool(TRUSTED_PROXY)
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$", r"(^|/)api/v1/"]  # a program is refused, not redirected
CSRF_TRUSTED_ORIGINS = [SITE.origin]
CSRF_FAILURE_VIEW = "surveys.views.expert.csrf.failure"  # an answer on a page that was open too long is not lost
# no-referrer would make browsers send `Origin: null`, which the CSRF check must refuse; strict-origin hides the token.
SECURE_REFERRER_POLICY = "strict-origin"
# Browsers ignore it over plain http, and complain in the console.
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin" if SITE.is_https else None
X_FRAME_OPTIONS = "DENY"
# Plain http is refused unless PLAIN_HTTP accepts it (surveys.E005), and then warned of (surveys.W003). With https,
# whether other names below our domain have it too (W005), and a list in browsers that is hard to leave (W021), are for
# the owner of the domain: set in the proxy.
_NOT_OURS = ("05", "21") if SITE.is_https else ("04", "08", "12", "16")
SILENCED_SYSTEM_CHECKS = [f"security.W0{number}" for number in _NOT_OURS]
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000

# The database: services open their own transactions, so that "saved" is said after the commit and not before
ATOMIC_REQUESTS = False

# Letters: without MAIL_URL none is sent, and the pages say so
MAIL_FROM = mail.sender_from_environment(MAIL_SERVER)
DEFAULT_FROM_EMAIL = SERVER_EMAIL = MAIL_FROM or "webmaster@localhost"
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL_SERVER else 'dummy'}.EmailBackend"
if MAIL_SERVER:
    EMAIL_HOST, EMAIL_PORT = MAIL_SERVER.host, MAIL_SERVER.port
    EMAIL_HOST_USER, EMAIL_HOST_PASSWORD = MAIL_SERVER.user, MAIL_SERVER.password
    EMAIL_USE_SSL, EMAIL_USE_TLS = MAIL_SERVER.use_ssl, MAIL_SERVER.use_tls
EMAIL_TIMEOUT = mail.TIMEOUT

# Languages and time
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"
USE_I18N = True
LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale"]

# Celery: the job row in the database is the truth and a message only a wake-up, so nothing here keeps results,
# waits for Redis, or tries again behind the row's back.
CELERY_BROKER_URL = BROKER.url
CELERY_BROKER_TRANSPORT_OPTIONS = BROKER.transport_options
CELERY_TASK_QUEUES = {name: {"exchange": name, "routing_key": name} for name in QUEUES}
CELERY_TASK_DEFAULT_QUEUE = INTERACTIVE
CELERY_BROKER_USE_SSL = BROKER.use_ssl
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_CONNECTION_TIMEOUT = 2
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # a task that kills its worker would be tried for ever
CELERY_TASK_SOFT_TIME_LIMIT = 240
CELERY_TASK_TIME_LIMIT = 300
CELERY_WORKER_PREFETCH_MULTIPLIER = BROKER.prefetch
CELERY_WORKER_MAX_TASKS_PER_CHILD = 200
CELERY_WORKER_HIJACK_ROOT_LOGGER = False  # else Celery would put its own, indiscreet log format in place of ours
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = True
CELERY_TIMEZONE = TIME_ZONE

# Logs go to stderr; the surroundings (systemd, a container) keep them
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {
            "()": "config.logs.DiscreetFormatter",
            "format": "%(asctime)s %(levelname)s %(name)s [%(request_id)s]: %(message)s",
        },
        "json": {"()": "config.logs.JsonFormatter"},
    },
    "filters": {
        "without_sweeps": {"()": "config.logs.WithoutSweeps"},
        "with_request": {"()": "config.logs.WithRequest"},
    },
    "handlers": {
        "stderr": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["without_sweeps", "with_request"],
        },
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        # Django's own handlers would print a second, unmasked line.
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        "waitress.queue": {"level": "ERROR"},  # a queue is what queues are for
        "celery": {"level": "INFO"},
        "config": {"level": "INFO"},
        "surveys": {"level": "INFO"},
        # A line for each request is for those who collect lines; a proxy has its own.
        "surveys.requests": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"},
        "scoring": {"level": "INFO"},
    },
}
