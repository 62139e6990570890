"""The WSGI entry point: ``granian --interface wsgi quaestio.config.wsgi:application``."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "quaestio.config.settings")
application = get_wsgi_application()
