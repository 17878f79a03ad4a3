"""Pages and API as a WSGI application: `granian --interface wsgi hanse.edge.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

from .process import PARENT, die_with_parent, loading

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hanse.edge.settings")
if PARENT in os.environ:  # under `hanse serve`; the server's own children must not outlive it
    die_with_parent()
with loading():
    application = get_wsgi_application()
    _ = get_resolver().url_patterns  # every page is loaded now, not with the first request
