"""Policy: what holds for every request. Its number, its size, the security headers, and errors in one shape.

Whatever goes wrong below `/api/` is answered as a problem, also where the framework answers by itself:
unknown addresses, methods that are not taken, bodies too big, a database that is away.
"""

import uuid
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

import structlog
from django.conf import settings
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.core.handlers.exception import convert_exception_to_response
from django.db import InterfaceError, InternalError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import ResolverMatch, resolve
from psycopg.errors import IdleInTransactionSessionTimeout, ReadOnlySqlTransaction

from hanse.kernel.refused import refuse
from hanse.web.errors import short_number
from hanse.web.problems import BY_STATUS, busy, number_of, problem, problem_of

from . import keys
from .gate import Gate

API, LIVES = "/api/", "/livez"
PROBLEM = "application/problem+json"
log = structlog.get_logger("hanse.request")


def host_of(request: HttpRequest) -> str:
    """The name under which the server was called, without the port; our own where the name is none of ours."""
    try:
        name = request.get_host()
    except DisallowedHost:
        return "127.0.0.1"
    return name.rsplit(":", 1)[0] if ":" in name.rsplit("]", 1)[-1] else name


@lru_cache(1_000)
def route_of(path: str) -> ResolverMatch:
    """The route of an address of the API. Most writes go to a few addresses, and looking through all routes costs as much as a small statement."""
    return resolve(path)


@lru_cache(64)
def content_policy(host: str, admin: bool) -> str:
    """What a page of `host` may load: only from here, and no script or style written into it.

    The admin's toolkit evaluates its own expressions and writes styles, so its pages, and they alone, may.
    """
    stream = urlsplit(settings.STREAM_URL.replace("{host}", host))
    script, style = ("'self' 'unsafe-inline' 'unsafe-eval'", "'self' 'unsafe-inline'") if admin else ("'self'", "'self'")
    return "; ".join([
        "default-src 'self'", f"script-src {script}", f"style-src {style}", "img-src 'self' data: blob:", "font-src 'self' data:",
        f"connect-src 'self' {stream.scheme}://{stream.netloc}", "object-src 'none'", "base-uri 'none'", "form-action 'self'",
        "frame-ancestors 'none'",
    ])  # fmt: skip


class Policy:
    """The outermost of hanse's own middleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]):
        self.get_response, self.gate = get_response, Gate(settings.REQUESTS_AT_ONCE)
        self.straight: Callable[[HttpRequest], HttpResponse] = convert_exception_to_response(self._straight)  # type: ignore[assignment]
        self.headers = {
            "Referrer-Policy": "same-origin", "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Opener-Policy": "same-origin", "Permissions-Policy": "camera=(self), geolocation=(self), microphone=()",
        }  # fmt: skip

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.number = str(uuid.uuid4())  # type: ignore[attr-defined]
        api = request.path_info.startswith(API)
        answer = _too_big(request) or _with_nul(request) if api else None
        if not api:
            _without_nul(request)
        if answer is None:
            answer = self._in_turn(request, self.straight if api and "HTTP_AUTHORIZATION" in request.META else self.get_response)
        if api and answer.status_code >= 400 and not answer.headers.get("Content-Type", "").startswith(PROBLEM):
            answer = as_problem(request, answer)
        for name, value in self.headers.items():
            answer.headers.setdefault(name, value)
        answer.headers["Content-Security-Policy"] = content_policy(host_of(request), request.path_info.startswith("/admin/"))
        answer.headers["X-Request-Id"] = number_of(request)
        if api:
            answer.headers.setdefault("Cache-Control", "no-store")
        if not answer.streaming:
            answer.headers.setdefault("Content-Length", str(len(answer.content)))
        return answer

    def _in_turn(self, request: HttpRequest, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
        """Answer when there is a place at the gate; whether we live is said without one."""
        if request.path_info == LIVES:
            return get_response(request)
        if not self.gate.enter():
            return problem(request, "busy") if request.path_info.startswith(API) else _plainly("hanse is busy: too many ask at once. Nothing was changed. Try again in a moment.")
        try:
            return get_response(request)
        finally:
            self.gate.leave()

    def _straight(self, request: HttpRequest) -> HttpResponse:
        """A machine brings its key with each request: what pages need (session, cookies, messages) would be half the cost of its request.

        Whoever was known from before is asked for once more before anything is answered, unless the claim did so.
        """
        request.resolver_match = found = route_of(request.path_info)
        try:
            answer: HttpResponse = found.func(request, *found.args, **found.kwargs)
            if not getattr(request, "claimed", False) and not keys.stands(getattr(request, "auth", None)):
                answer = problem(request, "not-signed-in")
        except Exception as exception:
            told = self.process_exception(request, exception)
            if told is None:
                raise
            return told
        return answer

    def process_view(self, request: HttpRequest, view: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
        """What no row can be numbered is not found: the database could not even be asked for it."""
        if any(isinstance(value, int) and value >= 2**63 for value in kwargs.values()):
            raise Http404

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """What a view raised: the database away is no fault of ours, anything else is, and is logged with its number."""
        api = request.path_info.startswith(API)
        if away(exception):
            return fault(request, exception) if api else _page_busy(request, exception)
        if api and not isinstance(exception, RequestDataTooBig) and _ours(exception):
            return fault(request, exception)
        return None


def away(exception: Exception) -> bool:
    """Whether the database was away, overloaded, closed or has ended our connection, also one that stood idle in a transaction (D22)."""
    idle = isinstance(exception, InternalError) and isinstance(exception.__cause__, IdleInTransactionSessionTimeout)
    return idle or closed(exception) or isinstance(exception, OperationalError | InterfaceError)


def closed(exception: Exception) -> bool:
    """Whether the database takes no writes: it was restored and is still to be recovered, or follows another."""
    return isinstance(exception, InternalError) and isinstance(exception.__cause__, ReadOnlySqlTransaction)


def fault(request: HttpRequest, exception: Exception) -> HttpResponse:
    """An exception as a problem: busy or closed where the database was, else a bug with generic text and its number."""
    if closed(exception):
        return problem(request, "closed")
    if away(exception):
        log.warning("database away or overloaded", number=number_of(request), path=request.path, trouble=type(exception).__name__)
        return busy(request)
    log.error("fault", number=number_of(request), path=request.path, method=request.method, exc_info=exception)
    return problem(request, "fault", number=number_of(request))


def as_problem(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """What the framework answered by itself, as a problem of the same status. Cookies and headers it set are kept."""
    code = BY_STATUS.get(answer.status_code, "fault" if answer.status_code >= 500 else "unreadable")
    facts: dict[str, Any] = {"what": "address", "name": request.path, "method": request.method, "number": number_of(request)}
    if code == "too-big":
        facts |= {"limit": _limit(), "got": "more"}
    refused = refuse(code, **facts, why=_why(answer.status_code), who="You", operation="this")
    if code == "fault":
        log.error("fault answered by the framework", number=number_of(request), path=request.path, status=answer.status_code)
    headers = {"Allow": answer.headers["Allow"]} if "Allow" in answer.headers else {}
    made = problem_of(request, refused, headers)
    made.cookies = answer.cookies
    return made


def _why(status: int) -> str:
    return "it is damaged" if status == 400 else "It cannot be taken like this."


def _limit() -> str:
    return f"{settings.DATA_UPLOAD_MAX_MEMORY_SIZE // 1024 // 1024} MB"


def _too_big(request: HttpRequest) -> HttpResponse | None:
    """Refuse a body by its announced length, before anything is read."""
    length = request.META.get("CONTENT_LENGTH") or "0"
    if length.isdigit() and int(length) > settings.DATA_UPLOAD_MAX_MEMORY_SIZE:
        return problem(request, "too-big", limit=_limit(), got=f"{int(length):,} bytes")
    return None


def _with_nul(request: HttpRequest) -> HttpResponse | None:
    """Refuse a NUL in the address: nothing that hanse keeps has one, and the database cannot be asked for it."""
    if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
        return problem(request, "values-refused", why="There is a NUL in the address.")
    return None


def _without_nul(request: HttpRequest) -> None:
    """A page is asked for by people, who type no NUL: it is left out."""
    request.path_info = request.path_info.replace("\x00", "")
    if "%00" in request.META.get("QUERY_STRING", ""):
        request.META["QUERY_STRING"] = request.META["QUERY_STRING"].replace("%00", "")


def _ours(exception: Exception) -> bool:
    """Whether Django itself has no better answer for this exception than 'server error'."""
    from django.core.exceptions import BadRequest, PermissionDenied, SuspiciousOperation

    return not isinstance(exception, Http404 | PermissionDenied | BadRequest | SuspiciousOperation)


def _page_busy(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A page while the database is away: plain words, for a page of its own would ask the database."""
    number = short_number()
    log.warning("page without database", number=number, path=request.path, trouble=type(exception).__name__)
    what = "takes no writes just now: it is recovered after a restore" if closed(exception) else "is busy or its database is away"
    return _plainly(f"hanse {what}. Nothing was changed. Try again in a moment. Number {number}")


def _plainly(text: str) -> HttpResponse:
    return HttpResponse(text + "\n", status=503, content_type="text/plain; charset=utf-8", headers={"Retry-After": "2"})
