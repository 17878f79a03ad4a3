"""Pages and API as a WSGI application: `granian --interface wsgi hanse.edge.wsgi:application`."""

import os

from django.core.wsgi import get_wsgi_application

from .process import PARENT, die_with_parent

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "hanse.edge.settings")
if PARENT in os.environ:  # under `hanse serve`; the server's own children must not outlive it
    die_with_parent()
application = get_wsgi_application()
