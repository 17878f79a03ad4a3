"""Settings. What differs between installations comes from the environment; nothing starts with a default secret."""

import os
from pathlib import Path
from typing import Any

from psycopg.conninfo import conninfo_to_dict

from .servers import to_the_primary

BASE = Path(__file__).resolve().parent.parent


def at_once() -> int:
    """So many work at once, each with a connection to the database; some more wait (`gate`)."""
    return int(os.environ.get("HANSE_POOL_SIZE", "16"))


def database(url: str) -> dict[str, Any]:
    """A Django database for this process from a libpq URL: pooled, prepared, bounded in time (D22). Whatever else the URL says is kept."""
    process = os.environ.get("HANSE_PROCESS", "hanse")
    parts = conninfo_to_dict(to_the_primary(url))
    bounds = f"-c statement_timeout={5000 if process == 'web' else 60000} -c lock_timeout=2000 -c idle_in_transaction_session_timeout=10000"
    if process == "recover":
        bounds += " -c default_transaction_read_only=off"
    told = {name: value for name, value in parts.items() if name not in ("dbname", "user", "password", "host", "port")}
    options: dict[str, Any] = told | {"server_side_binding": True, "prepare_threshold": 3, "options": f"{told.get('options', '')} {bounds}".strip()}
    options.setdefault("application_name", process)
    if os.environ.get("HANSE_POOL", "1") == "1":
        options["pool"] = {"min_size": 1, "max_size": at_once(), "timeout": 5}
    return {
        "ENGINE": "django.db.backends.postgresql" if os.environ.get("HANSE_EMBEDDED") else "hanse.edge.postgresql",
        "NAME": parts.get("dbname", "hanse"), "USER": parts.get("user", ""), "PASSWORD": parts.get("password", ""),
        "HOST": parts.get("host", ""), "PORT": str(parts.get("port", "")),
        "OPTIONS": options, "CONN_MAX_AGE": 0, "ATOMIC_REQUESTS": False, "TIME_ZONE": "UTC",
    }


DATABASE_URL = os.environ.get("DATABASE_URL", "postgresql:///hanse")
DATABASES = {"default": database(DATABASE_URL)}
REQUESTS_AT_ONCE = at_once()

SECRET_KEY = os.environ.get("HANSE_SECRET_KEY", "")
"""Made on the first start and kept in the home folder (`hanse.edge.home`); a server refuses to start without."""
if not SECRET_KEY:
    import secrets

    SECRET_KEY = secrets.token_urlsafe(48)  # sessions of this process only

DEBUG = False
COMPANY = os.environ.get("HANSE_COMPANY", "")
"""Our own name and address as papers show them, parts divided by `|`."""
ALLOWED_HOSTS = os.environ.get("HANSE_HOSTS", "127.0.0.1,localhost,[::1]").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("HANSE_ORIGINS", "").split(",") if o]
STREAM_URL = os.environ.get("HANSE_STREAM_URL", "http://{host}:8001/stream")
"""Where pages hear of changes; `{host}` is the name under which the page itself was called, as cookies go by it."""
HTTPS = os.environ.get("HANSE_HTTPS", "0") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "hanse.web.errors.form_is_old"
SESSION_COOKIE_SAMESITE = "Lax"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 20_000

INSTALLED_APPS = [
    "hanse.edge.apps.EdgeConfig",
    "hanse.journal.apps.JournalConfig",
    "hanse.web.apps.WebConfig",
    "hanse.catalogue.apps.CatalogueConfig",
    "hanse.partners.apps.PartnersConfig",
    "hanse.network.apps.NetworkConfig",
    "hanse.inventory.apps.InventoryConfig",
    "hanse.orders.apps.OrdersConfig",
    "hanse.fulfilment.apps.FulfilmentConfig",
    "hanse.transport.apps.TransportConfig",
    "hanse.billing.apps.BillingConfig",
    "hanse.perfect_order.apps.PerfectOrderConfig",
    "hanse.world.apps.WorldConfig",
    "procrastinate.contrib.django",
    "unfold",
    "unfold.contrib.import_export",
    "import_export",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "ninja",
    "django_htmx",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "hanse.edge.middleware.Policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]

ROOT_URLCONF = "hanse.edge.urls"
WSGI_APPLICATION = "hanse.edge.wsgi.application"

TEMPLATES = [{
    "BACKEND": "django.template.backends.django.DjangoTemplates",
    "DIRS": [BASE / "web" / "templates"],
    "APP_DIRS": True,
    "OPTIONS": {
        "context_processors": [
            "django.template.context_processors.request",
            "django.contrib.auth.context_processors.auth",
            "django.contrib.messages.context_processors.messages",
            "hanse.web.context.frame",
        ],
    },
}]

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_ADAPTER = "hanse.edge.sign_in.NoSignUp"
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "today"
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

LANGUAGE_CODE = "en-gb"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATIC_ROOT = os.environ.get("HANSE_STATIC")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
SILENCED_SYSTEM_CHECKS: list[str] = []
PROCRASTINATE_AUTODISCOVER_MODULE_NAME = "jobs"
WEBHOOKS_TO_LOOPBACK = os.environ.get("HANSE_WEBHOOKS_TO_LOOPBACK", "0") == "1"
"""Whether webhooks may go to this machine, and by plain http: for development and tests. Else https to public addresses."""
NINJA_PAGINATION_PER_PAGE = 100

UNFOLD = {"SITE_TITLE": "hanse", "SITE_HEADER": "hanse: master data and users", "SITE_URL": "/"}

LOGGING = {
    "version": 1, "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"err": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "loggers": {"django.request": {"level": "ERROR"}, "procrastinate.blueprints": {"level": "ERROR"}},
    "root": {"handlers": ["err"], "level": os.environ.get("HANSE_LOG", "WARNING")},
}
