"""When a page can't be shown: what happened, whether anything was changed, and a short number to tell.

The root URL list names these as its handlers: `handler500 = "hanse.web.errors.broken"` and so on.
"""

import logging
import secrets
import sys
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

log = logging.getLogger("hanse.web")
_LETTERS = "234567789ACDEFGHJKMNPQRTUVWXYZ"


def short_number() -> str:
    """A number that can be read out on the telephone: '7F3K-21'. No letter looks like a figure."""
    return f"{''.join(secrets.choice(_LETTERS) for _ in range(4))}-{secrets.randbelow(90) + 10}"


def unreadable(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 400, "This could not be read", "The address or the form is damaged. Nothing was changed.")


def not_allowed(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 403, "This is not open to your role",
                 str(exception or "") or "Nothing was changed. Ask an admin for a role that may, or switch your role.")


def form_is_old(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The CSRF check said no: mostly a page that stood open while its reader signed in again."""
    log.warning("form refused: %s", reason)
    return _page(request, 403, "This form is out of date",
                 "Its page stood open too long, or cookies are blocked. Nothing was changed. "
                 "Load the page again and repeat it.")


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    return _page(request, 404, "There is nothing at this address",
                 "It may have been typed wrongly, or it belongs to something that was never placed here.")


def broken(request: HttpRequest) -> HttpResponse:
    """A fault of ours; the log has it under the number shown."""
    return _page(request, 500, "This page could not be drawn", "Nothing was changed.", fault=True)


def busy(request: HttpRequest) -> HttpResponse:
    """The database is away or overloaded; this page asks nothing of it."""
    answer = _page(request, 503, "hanse is busy", "Its database is away or overloaded. Nothing was changed. Try again in a moment.")
    answer["Retry-After"] = "2"
    return answer


def cannot(request: HttpRequest, status: int, what: str, why: str) -> HttpResponse:
    """Something that cannot be given as it was asked for: what, and the way out."""
    return _page(request, status, what, why)


def _page(request: HttpRequest, status: int, what: str, why: str, *, fault: bool = False) -> HttpResponse:
    number = short_number()
    log.log(logging.ERROR if fault else logging.INFO, "%s %s %s: %s, number %s",
            request.method, request.path, status, what, number, exc_info=sys.exc_info() if fault else None)
    only_a_part = request.headers.get("HX-Request") == "true"
    template = "web/_error.html" if only_a_part else "web/error.html"
    told = {"what": what, "why": why, "number": number, "status": status, "fault": fault}
    answer = render(request, template, told, status=status)
    answer["X-Problem-Number"] = number
    return answer
