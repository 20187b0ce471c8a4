"""All settings, read from the environment once. Every name is described in docs/configuration.md.

What concerns the machine stands here; what concerns the shop stands in the Shop row.
"""

import hashlib
import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env

from config.secrets_file import secret

BASE_DIR = Path(__file__).resolve().parent.parent
env = Env()

KNOWN = {
    "PARTWRIGHT_DATA",
    "PARTWRIGHT_URL",
    "PARTWRIGHT_HOSTS",
    "PARTWRIGHT_BIND",
    "PARTWRIGHT_DEMO",
    "PARTWRIGHT_DEBUG",
    "PARTWRIGHT_SECRET_KEY",
    "PARTWRIGHT_HISTORY_KEY",
    "PARTWRIGHT_SMTP_URL",
    "PARTWRIGHT_FROM",
    "PARTWRIGHT_MAX_UPLOAD_MB",
    "PARTWRIGHT_S3_BUCKET",
    "PARTWRIGHT_BEHIND_PROXY",
    "PARTWRIGHT_STRIPE_KEY",
    "PARTWRIGHT_STRIPE_WEBHOOK_SECRET",
    "PARTWRIGHT_STRIPE_API",
    "PARTWRIGHT_WEBHOOKS_PRIVATE",
}
if unknown := {name for name in os.environ if name.startswith("PARTWRIGHT_")} - KNOWN:
    raise ImproperlyConfigured(
        f"Unknown setting {', '.join(sorted(unknown))}. The names are listed in docs/configuration.md."
    )

# --- where things are ---------------------------------------------------------------------------
DATA_DIR = Path(env.str("PARTWRIGHT_DATA", default=str(BASE_DIR / "var"))).resolve()
DATA_DIR.mkdir(parents=True, exist_ok=True)
MEDIA_ROOT = DATA_DIR / "files"
FILE_UPLOAD_TEMP_DIR = DATA_DIR / "incoming"
FILE_UPLOAD_TEMP_DIR.mkdir(exist_ok=True)
PORT = env.int("PORT", default=8000)
BIND = env.str("PARTWRIGHT_BIND", default="127.0.0.1")
SITE_URL = env.str("PARTWRIGHT_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
BEHIND_PROXY = env.bool("PARTWRIGHT_BEHIND_PROXY", default=False)
LOOPBACK = {"127.0.0.1", "localhost", "::1"}
# Nobody but who sits at this machine reaches us: what only a demo may show is shown then.
LOOPBACK_ONLY = BIND in LOOPBACK and urlsplit(SITE_URL).hostname in LOOPBACK and not BEHIND_PROXY
DEMO = env.bool("PARTWRIGHT_DEMO", default=False)

SECRET_KEY = env.str("PARTWRIGHT_SECRET_KEY", default="") or secret(DATA_DIR / "secret_key")
# Signs the chain of every order's history; kept apart so that a new SECRET_KEY does not break it.
HISTORY_KEY = env.str("PARTWRIGHT_HISTORY_KEY", default="") or secret(DATA_DIR / "history_key")
DEBUG = env.bool("PARTWRIGHT_DEBUG", default=False)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *env.list("PARTWRIGHT_HOSTS", default=[])]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

MAX_UPLOAD_BYTES = env.int("PARTWRIGHT_MAX_UPLOAD_MB", default=200) * 1024 * 1024

# --- what it is made of -------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",  # the templates of widgets, for config.forms.Renderer
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "django_filters",
    "accounts",
    "notifications",
    "quoting",
    "orders",
    "backoffice",
    "api",
    "config",
]

MIDDLEWARE = [
    "config.middleware.RequestLog",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "config.middleware.PrivatePages",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "accounts.second_factor.SecondFactorRequired",
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
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "accounts.context.shop",
            ],
            "builtins": ["accounts.templatetags.show"],
        },
    }
]

# --- database, cache, queue -----------------------------------------------------------------------
if "DATABASE_URL" in os.environ:
    DATABASES = {"default": env.db("DATABASE_URL")}
    if DATABASES["default"]["ENGINE"].endswith("postgresql"):
        DATABASES["default"].setdefault("OPTIONS", {})["pool"] = {"min_size": 0, "max_size": 20, "timeout": 10}
else:
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": DATA_DIR / "partwright.sqlite3"}}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "timeout": 20,
        "transaction_mode": "IMMEDIATE",
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON;",
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# In the database, so that rate limits outlive the broker and a dead broker does not break log-in.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}


def socket_path(folder: Path) -> Path:
    """Where the embedded broker listens. A unix socket's path may have 108 bytes: a long one moves to the temporary folder."""
    path = folder / "broker.sock"
    if len(os.fsencode(path)) < 100:
        return path
    short = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return Path(tempfile.gettempdir()) / f"partwright-{os.getuid()}-{short}.sock"


BROKER_SOCKET = socket_path(DATA_DIR)
EMBEDDED_BROKER = "REDIS_URL" not in os.environ
BROKER_URL = f"redis+socket://{BROKER_SOCKET}" if EMBEDDED_BROKER else env.str("REDIS_URL")

CELERY_BROKER_URL = BROKER_URL
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_SEND_TASK_EVENTS = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Waking the worker must never hold up a request: the sweeper finds what was missed.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 1,
    "socket_timeout": 5,
    "max_retries": 0,
    "interval_start": 0,
    "visibility_timeout": 300,
}
CELERY_TASK_PUBLISH_RETRY = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "notifications.tasks.*": {"queue": "mail"},
    "quoting.tasks.*": {"queue": "geometry"},
    "orders.tasks.*": {"queue": "documents"},
}
SWEEP_SECONDS = 20
CELERY_BEAT_SCHEDULE = {"sweep": {"task": "config.tasks.sweep", "schedule": SWEEP_SECONDS}}

# --- files ----------------------------------------------------------------------------------------
if S3_BUCKET := env.str("PARTWRIGHT_S3_BUCKET", default=""):
    _files = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": {"bucket_name": S3_BUCKET}}
else:
    _files = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": MEDIA_ROOT}}
STORAGES = {
    "default": _files,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = DATA_DIR / "static"
FILE_UPLOAD_PERMISSIONS = 0o640
# Where models are uploaded, orders.uploads puts a handler of its own in their place.
FILE_UPLOAD_HANDLERS = ["config.uploads.SmallFiles", "django.core.files.uploadhandler.TemporaryFileUploadHandler"]
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FILES = 200  # as many as a draft may have lines: a folder of parts in one go without JavaScript

# --- people -----------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "accounts.adapter.Adapter"
ACCOUNT_FORMS = {
    "signup": "accounts.forms.SignupForm",
    "login": "accounts.forms.LoginForm",
    "reset_password": "accounts.forms.ResetPasswordForm",
    "add_email": "accounts.forms.AddEmailForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = (
    "optional"  # quoting needs no account, placing needs a verified address: a guard of the order
)
ACCOUNT_CONFIRM_EMAIL_ON_GET = False
ACCOUNT_LOGIN_ON_EMAIL_CONFIRMATION = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = SITE_URL.split(":")[0]
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = LOOPBACK_ONLY  # browsers know passkeys over HTTPS, and on localhost
SESSION_COOKIE_AGE = 30 * 24 * 3600  # a guest's draft is kept as long

# --- mail -------------------------------------------------------------------------------------------
# Everything goes through the outbox; SMTP_URL empty: mails are kept and shown on a page.
EMAIL_BACKEND = "notifications.backend.OutboxBackend"
SMTP_URL = env.str("PARTWRIGHT_SMTP_URL", default="")
DEFAULT_FROM_EMAIL = env.str("PARTWRIGHT_FROM", default="Partwright <orders@localhost>")

# --- payments -----------------------------------------------------------------------------------------
# Without a key there is no online payment, but for the demo shop's own page that imitates it.
STRIPE_KEY = env.str("PARTWRIGHT_STRIPE_KEY", default="")
STRIPE_WEBHOOK_SECRET = env.str("PARTWRIGHT_STRIPE_WEBHOOK_SECRET", default="")
STRIPE_API = env.str("PARTWRIGHT_STRIPE_API", default="")
STRIPE_CHECKOUT = ["https://checkout.stripe.com"] if STRIPE_KEY else []

# --- webhooks -----------------------------------------------------------------------------------------
# To public addresses over HTTPS, unless what listens is in the shop's own network.
WEBHOOKS_PRIVATE = env.bool("PARTWRIGHT_WEBHOOKS_PRIVATE", default=False)

# --- words, time --------------------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English")]
USE_I18N = True
TIME_ZONE = "UTC"
USE_TZ = True
FORM_RENDERER = "config.forms.Renderer"

# --- safety -------------------------------------------------------------------------------------------
HTTPS = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health$", r"^ready$"]  # asked on this machine, without the proxy
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    ALLAUTH_TRUSTED_PROXY_COUNT = 1  # the client's address is what our proxy added to X-Forwarded-For
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "style-src": ["'self'"],
        "script-src": ["'self'"],
        "font-src": ["'self'"],
        "connect-src": ["'self'"],
        "form-action": ["'self'", *STRIPE_CHECKOUT],  # Chromium judges redirects too
        "frame-ancestors": ["'none'"],
        "base-uri": ["'self'"],
        "object-src": ["'none'"],
    }
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {"django.server": {"level": "WARNING"}, "celery": {"level": "WARNING"}},
}
