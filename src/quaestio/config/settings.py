"""Django settings, all from the environment (docs/operating.md lists the variables)."""

from __future__ import annotations

from hashlib import sha256
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from quaestio.config import sqlite
from quaestio.config.env import Environment, database

sqlite.use_bundled_engine()
env = Environment()

PACKAGE = Path(__file__).resolve().parent.parent

# -- Where and how -----------------------------------------------------------------------------
DEMO = env.flag("QUAESTIO_DEMO")
DEBUG = env.flag("QUAESTIO_DEBUG")
DATA = Path(env.text("QUAESTIO_DATA", "var")).resolve()
DATA.mkdir(parents=True, exist_ok=True)
SITE_URL = env.url("QUAESTIO_SITE_URL", "http://localhost:8000")
SITE_NAME = "Quaestio"
HTTPS = SITE_URL.startswith("https://")
HOST = urlsplit(SITE_URL).hostname or ""


def secret_key() -> str:
    """The key from the environment, else one kept in the data folder, made at first start."""
    given = env.text("QUAESTIO_SECRET_KEY")
    if given:
        if len(given) < 32:
            raise ImproperlyConfigured("QUAESTIO_SECRET_KEY must be at least 32 characters long.")
        return given
    from secrets import token_urlsafe

    path = DATA / "secret-key"
    try:
        with path.open("x") as file:
            path.chmod(0o600)
            file.write(token_urlsafe(48))
    except FileExistsError:
        pass
    return path.read_text().strip()


SECRET_KEY = secret_key()
ALLOWED_HOSTS = [
    f"[{HOST}]" if ":" in HOST else HOST,
    *env.hosts("QUAESTIO_HOSTS"),
    "localhost",
    "127.0.0.1",
    "[::1]",
]
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# -- Parts -------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "quaestio.config.apps.ConfigConfig",
    "quaestio.transfers",
    "quaestio.participation",
    "quaestio.discussions",
    "quaestio.citations",
    "quaestio.readings",
    "quaestio.courses",
    "quaestio.notifications",
    "quaestio.accounts",
    "quaestio.search",
    "quaestio.web",
    "allauth",
    "allauth.account",
    "django_prose_editor",
    "django_tasks",
    "django_tasks_db",
    "modelsearch",
    "csp",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "quaestio.web.middleware.packed",
    "quaestio.web.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "quaestio.web.middleware.private_by_default",
    "quaestio.web.middleware.SignInToSee",
    "quaestio.web.middleware.page_where_only_forms_go",
]

ROOT_URLCONF = "quaestio.config.urls"
WSGI_APPLICATION = "quaestio.config.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "quaestio.web.context.site",
                "quaestio.notifications.context.notices",
            ],
        },
    },
]

# -- What is kept ------------------------------------------------------------------------------
DATABASES = {
    "default": database(
        env.text("QUAESTIO_DATABASE_URL") or f"sqlite:///{DATA / 'quaestio.db'}",
        sqlite_journal=sqlite.journal_mode(),
    )
}
if DATABASES["default"]["ENGINE"].endswith("postgresql"):
    INSTALLED_APPS.append("django.contrib.postgres")  # its full text search
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
MEDIA_ROOT = DATA / "files"
INDEX_ROOT = DATA / "index"
PICTURES = DATA / "pictures"
PICTURES_LIMIT = env.number("QUAESTIO_PICTURES_MB", 256, least=1, most=100_000) * 1024 * 1024
OCR_ROOT = DATA / "ocr"
ARCHIVE_ROOT = DATA / "archives"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "quaestio.web.statics.Storage"
    },
}
STATIC_URL = "/static/"
STATIC_ROOT = Path(env.text("QUAESTIO_STATIC") or DATA / "static")
FILE_UPLOAD_PERMISSIONS = 0o640
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 8000  # the preview of a page with a thousand responses
UPLOAD_LIMIT = env.number("QUAESTIO_UPLOAD_MB", 100, least=1, most=2000) * 1024 * 1024

# Text recognition of scans, where Tesseract is installed.
TESSERACT = env.text("QUAESTIO_TESSERACT", "tesseract")
OCR_LANGUAGE = env.text("QUAESTIO_OCR_LANGUAGE", "eng")
OCR_PAGES = env.number("QUAESTIO_OCR_PAGES", 600, least=1, most=5000)

CACHES = {
    "default": {"BACKEND": "django.core.cache.backends.db.DatabaseCache", "LOCATION": "cache"}
}

# Bytes of finished pages that each web process keeps in memory.
FINISHED_PAGES = env.number("QUAESTIO_PAGES_MB", 32, least=0, most=4096) * 1024 * 1024

TASKS = {
    "default": {
        "BACKEND": "django_tasks.backends.immediate.ImmediateBackend"
        if env.choice("QUAESTIO_TASKS", "database", ("database", "immediate")) == "immediate"
        else "django_tasks_db.DatabaseBackend",
        "QUEUES": ["default"],
    }
}

# What searches posts and readings: the database itself, or an OpenSearch server.
SEARCH = env.choice("QUAESTIO_SEARCH", "database", ("database", "opensearch2", "opensearch3"))
SEARCH_INSIDE = SEARCH == "database"
SEARCH_URL = env.text("QUAESTIO_SEARCH_URL", "http://localhost:9200")
MODELSEARCH_BACKENDS = {
    "default": {"BACKEND": "quaestio.search.engines"}
    if SEARCH_INSIDE
    else {
        "BACKEND": f"modelsearch.backends.{SEARCH}",
        "URLS": [SEARCH_URL],
        "INDEX_PREFIX": "quaestio_",
        "TIMEOUT": 10,
    }
}

# Tasks that run when a course's readings have changed, each with the course's public id.
AFTER_READINGS_CHANGED = [
    "quaestio.discussions.tasks.recheck_course",
    "quaestio.citations.tasks.settle_passages",
]

# What a notice says, and what a mailing list is called, for one person at this moment
# (docs/decisions/0010).
NOTICE_WORDS = "quaestio.discussions.emails.words_of"
LIST_NAMES = "quaestio.discussions.emails.list_names"
# What a letter to somebody without an account says, and where it goes: whoever knows the thing.
OUTSIDE_LETTERS = [
    "quaestio.courses.emails.invitation",
    "quaestio.discussions.guestmail.answered",
]

# -- People ------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["quaestio.accounts.backends.Backend"]
PASSWORD_HASHERS = [
    "quaestio.accounts.hashers.Argon2",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "quaestio.accounts.passwords.NotTheAddress",
        "OPTIONS": {"user_attributes": ("email", "name")},
    },
    {"NAME": "quaestio.accounts.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "quaestio.accounts.passwords.NotCommon"},
]
ACCOUNT_ADAPTER = "quaestio.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_SIGNUP_FORM_CLASS = "quaestio.accounts.forms.SignupForm"
ACCOUNT_FORMS = {
    "login": "quaestio.accounts.entrance.Login",
    "signup": "quaestio.accounts.entrance.Signup",
    "add_email": "quaestio.accounts.entrance.AddEmail",
    "change_password": "quaestio.accounts.entrance.ChangePassword",
    "set_password": "quaestio.accounts.entrance.SetPassword",
    "reset_password": "quaestio.accounts.entrance.ResetPassword",
    "reset_password_from_key": "quaestio.accounts.entrance.ResetPasswordKey",
}
ACCOUNT_EMAIL_VERIFICATION = env.choice(
    "QUAESTIO_CONFIRM_EMAIL", "optional", ("none", "optional", "mandatory")
)
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_EMAIL_SUBJECT_PREFIX = f"[{SITE_NAME}] "
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_USER_DISPLAY = "quaestio.accounts.models.display_name"
# A class signs up and in within minutes, often from one address of its university. What guards a
# password is the limit for each account ("key"); the one for each address only bounds machines.
ACCOUNT_RATE_LIMITS = {
    "signup": "120/m/ip",
    "login": "240/m/ip",
    "login_failed": "60/m/ip,5/300s/key",
    "reset_password": "60/m/ip,5/m/key",
    "reset_password_from_key": "60/m/ip",
}
LOGIN_URL = "account_login"
# Whether anybody can make an account here, with a password.
SIGN_UP = env.flag("QUAESTIO_SIGN_UP", True)
# Signing in at the university. Without these four nothing of it is loaded.
OIDC_ISSUER = env.issuer("QUAESTIO_OIDC_ISSUER")
OIDC_NAME = env.text("QUAESTIO_OIDC_NAME")
OIDC_CLIENT_ID = env.text("QUAESTIO_OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.text("QUAESTIO_OIDC_CLIENT_SECRET")
env.all_or_none(f"QUAESTIO_OIDC_{one}" for one in ("ISSUER", "NAME", "CLIENT_ID", "CLIENT_SECRET"))
if OIDC_ISSUER:
    # An account belongs to one issuer: what another one calls the same is somebody else.
    OIDC_ID = f"oidc-{sha256(OIDC_ISSUER.encode()).hexdigest()[:12]}"
    INSTALLED_APPS += ["allauth.socialaccount", "quaestio.accounts.signon"]
    SOCIALACCOUNT_ADAPTER = "quaestio.accounts.signon.adapter.SignOnAdapter"
    SOCIALACCOUNT_FORMS = {"signup": "quaestio.accounts.signon.forms.Missing"}
    SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
    SOCIALACCOUNT_PROVIDERS = {
        "signon": {
            "APPS": [
                {
                    "provider_id": OIDC_ID,
                    "name": OIDC_NAME,
                    "client_id": OIDC_CLIENT_ID,
                    "secret": OIDC_CLIENT_SECRET,
                }
            ]
        }
    }
LOGIN_REDIRECT_URL = "/"

# -- Mail --------------------------------------------------------------------------------------
EMAIL_HOST = env.text("QUAESTIO_SMTP_HOST")
EMAIL_PORT = env.number("QUAESTIO_SMTP_PORT", 587, least=1, most=65535)
EMAIL_HOST_USER = env.text("QUAESTIO_SMTP_USER")
EMAIL_HOST_PASSWORD = env.text("QUAESTIO_SMTP_PASSWORD")
EMAIL_TLS = env.flag("QUAESTIO_SMTP_TLS", True)
EMAIL_USE_SSL = EMAIL_TLS and EMAIL_PORT == 465  # from the first byte; elsewhere STARTTLS
EMAIL_USE_TLS = EMAIL_TLS and not EMAIL_USE_SSL
EMAIL_TIMEOUT = 20
EMAIL_BACKEND = (
    "django.core.mail.backends.smtp.EmailBackend"
    if EMAIL_HOST and not DEMO  # the people of the demo have no mailbox
    else "django.core.mail.backends.filebased.EmailBackend"
)
EMAIL_FILE_PATH = DATA / "mail"
DEFAULT_FROM_EMAIL = env.mailbox("QUAESTIO_MAIL_FROM", "Quaestio <quaestio@localhost>")
# The hour at which the mail of the day goes out, on the site's clock.
DIGEST_HOUR = env.number("QUAESTIO_DIGEST_HOUR", 7, least=0, most=23)
# For how many days what has served its time is kept (config/clearing.py); 0 for ever.
KEEP_ARCHIVES = env.number("QUAESTIO_KEEP_ARCHIVES", 7, least=0, most=36500)
KEEP_NOTICES = env.number("QUAESTIO_KEEP_NOTICES", 180, least=0, most=36500)
KEEP_LETTERS = env.number("QUAESTIO_KEEP_LETTERS", 30, least=0, most=36500)
KEEP_INVITATIONS = env.number("QUAESTIO_KEEP_INVITATIONS", 30, least=0, most=36500)
KEEP_TASKS = env.number("QUAESTIO_KEEP_TASKS", 14, least=0, most=36500)

# After an upgrade: files read again and the search index made good by themselves (config/clock.py).
CATCH_UP = env.flag("QUAESTIO_CATCH_UP", True)

# -- Words and times ---------------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English"))]
if len(LANGUAGES) > 1:  # else there is nothing to choose
    after = MIDDLEWARE.index("django.contrib.sessions.middleware.SessionMiddleware")
    MIDDLEWARE.insert(after + 1, "django.middleware.locale.LocaleMiddleware")
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = env.time_zone("QUAESTIO_TIME_ZONE", "UTC")

# -- Safety ------------------------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "object-src": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_NAME = "__Host-session" if HTTPS else "session"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrftoken"
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_ENGINE = "quaestio.accounts.sessions"
SECURE_SSL_REDIRECT = HTTPS and not env.flag("QUAESTIO_NO_HTTPS_REDIRECT")
SECURE_REDIRECT_EXEMPT = [r"^health$"]  # a load balancer asks at the port itself
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HTTPS
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CSRF_FAILURE_VIEW = "quaestio.web.views.csrf_failure"
BEHIND_PROXY = env.flag("QUAESTIO_BEHIND_PROXY")
if BEHIND_PROXY:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
# How many proxies write their visitor into X-Forwarded-For; without one the header is not believed.
ALLAUTH_TRUSTED_PROXY_COUNT = (
    env.number("QUAESTIO_PROXIES", 1, least=1, most=9) if BEHIND_PROXY else 0
)
SILENCED_SYSTEM_CHECKS: list[str] = []

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {
        "in_one_line": {"()": "quaestio.config.logs.InOneLine"},
        "failures": {"()": "quaestio.config.logs.Failures"},
    },
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "INFO"},
    "loggers": {
        "django.security.csrf": {"level": "ERROR"},
        "django.request": {"level": "ERROR", "filters": ["failures"]},
        # Machines that try out addresses of other sites: no fault of ours to be traced.
        "django.security.DisallowedHost": {"filters": ["in_one_line"]},
    },
}
