"""Problems: every error of the API in one shape (RFC 9457), with a code that is listed at `/api/v1/problems`.

The status, the title and whether trying again helps come from the registry in `hanse.kernel.problems`; the
detail is a sentence for people and never shows SQL, paths, a stack, secrets or others' data.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from django.http import HttpRequest, HttpResponse
from psycopg_pool import PoolClosed, PoolTimeout
from pydantic_core import to_json

from hanse.kernel.problems import PROBLEMS
from hanse.kernel.refused import Finding, Refused, refuse

TYPE = "urn:hanse:problem:"
MOST_FINDINGS = 1_000
AGAIN_AFTER = "1"
"""Seconds after which a busy or twin request may be sent again."""
BY_STATUS = {
    400: "unreadable", 401: "not-signed-in", 403: "not-granted", 404: "not-found", 405: "method-not-allowed",
    409: "state-conflict", 413: "too-big", 415: "wrong-type", 422: "values-refused", 429: "too-many-requests", 503: "busy",
}
"""What a bare answer of the framework means."""


def problem(
    request: HttpRequest, code: str, errors: Sequence[Finding] = (), *, headers: Mapping[str, str] | None = None, **facts: Any
) -> HttpResponse:
    """One problem of the registry as the answer to a request."""
    return problem_of(request, refuse(code, errors=tuple(errors), **facts), headers)


def problem_of(request: HttpRequest, refused: Refused, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """A refusal as the answer to a request."""
    known = PROBLEMS[refused.code]
    body = {
        "type": TYPE + known.code, "title": known.title, "status": known.status, "detail": refused.detail,
        "instance": f"urn:uuid:{number_of(request)}", "code": known.code, "retryable": known.retryable,
        "errors": [_told(finding) for finding in refused.errors[:MOST_FINDINGS]],
    }
    answer = HttpResponse(to_json(body), status=known.status, content_type="application/problem+json")
    if known.retryable or known.code == "key-in-progress":
        answer["Retry-After"] = AGAIN_AFTER
    if known.status == 401:
        answer["WWW-Authenticate"] = 'Bearer realm="hanse"'
    for name, value in (headers or {}).items():
        answer[name] = value
    return answer


def _told(finding: Finding) -> dict[str, str]:
    return {"pointer": finding.pointer, "code": finding.code, "detail": finding.detail}


def number_of(request: HttpRequest) -> str:
    """The number of this request, as the log has it."""
    return str(getattr(request, "number", "00000000-0000-0000-0000-000000000000"))


def busy(request: HttpRequest) -> HttpResponse:
    """The database is away, full or overloaded: nothing was changed, the same key is safe.

    Connections that died with the server are thrown out, so that the next request does not meet them.
    """
    pool = getattr(connection, "pool", None)
    if pool is not None:
        try:
            pool.check()
        except (PoolTimeout, PoolClosed):
            return problem(request, "busy")
    return problem(request, "busy")
