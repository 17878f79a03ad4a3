"""The API: `/api/v1`, its errors and its areas.

Bearer keys (`hanse key create`), `Idempotency-Key` on every write, keyset pages, problems as in RFC 9457 with all
findings at once. The description lies at `/api/v1/openapi.json`, readable at `/api/docs`.
"""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.http import Http404, HttpRequest, HttpResponse, UnreadablePostError
from ninja import Router, Schema
from ninja.errors import AuthenticationError, HttpError, Throttled, ValidationError

from hanse.billing.api import router as billing
from hanse.catalogue.api import router as catalogue
from hanse.fulfilment.api import router as fulfilment
from hanse.inventory.api import router as inventory
from hanse.journal.operation import MOST_ASKS
from hanse.kernel.problems import PROBLEMS
from hanse.kernel.refused import Finding
from hanse.network.api import router as network
from hanse.orders.api import router as orders
from hanse.orders.quotes_api import router as quotes
from hanse.partners.api import router as partners
from hanse.perfect_order.api import router as perfect_order
from hanse.transport.api import router as transport
from hanse.transport.freight_api import router as freight
from hanse.transport.label_api import router as labels
from hanse.web.doors import WrongCursor, missing, shown
from hanse.web.problems import TYPE, problem

from . import exceptions_api, feed, order, webhooks_api
from .bodies import StrictParser, TooMany, Unreadable, WrongType
from .keys import Bearer
from .middleware import fault
from .openapi import Api

AREAS = [orders, fulfilment, transport, labels, inventory, billing, catalogue, partners, network]
"""The busiest first: addresses are looked up in this order."""

api = Api(
    title="hanse", version="v1", description=__doc__ or "", auth=[Bearer()], parser=StrictParser(), urls_namespace="api",
    openapi_extra={"info": {"license": {"name": "Apache-2.0", "identifier": "Apache-2.0"}}},
)  # fmt: skip
for area in AREAS:
    api.add_router("", area)
api.add_router("", freight)
api.add_router("", quotes)
api.add_router("", perfect_order)
api.add_router("", order.router)
api.add_router("", exceptions_api.router)
api.add_router("", feed.router)
api.add_router("", webhooks_api.router)

registry = Router(tags=["problems"])


class ProblemKind(Schema):
    """One kind of problem: what its code means and whether the same request may be sent again."""

    type: str
    code: str
    status: int
    title: str
    sentence: str
    retryable: bool


def _kind(code: str) -> dict[str, Any]:
    it = PROBLEMS[code]
    return {"type": TYPE + code, "code": code, "status": it.status, "title": it.title, "sentence": it.sentence, "retryable": it.retryable}


@registry.get("/problems", response=list[ProblemKind], auth=None)
def problems(request: HttpRequest) -> HttpResponse:
    """Every problem hanse can give."""
    return shown([_kind(code) for code in PROBLEMS])


@registry.get("/problems/{code}", response=ProblemKind, auth=None)
def problem_kind(request: HttpRequest, code: str) -> HttpResponse:
    """One problem: what it means."""
    return shown(_kind(code)) if code in PROBLEMS else missing(request, "problem", code)


api.add_router("", registry)


# -- what goes wrong before a route runs, or in it ----------------------------------------------------------------------


@api.exception_handler(ValidationError)
def values_refused(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """All findings of the request at once, each with its place."""
    findings = [Finding(_pointer(e["loc"]), "values-refused", e["msg"]) for e in error.errors if not _follows(e, error.errors)]
    why = findings[0].detail if len(findings) == 1 else f"{len(findings)} values cannot be taken."
    return problem(request, "values-refused", findings, why=why)


def _follows(it: dict[str, Any], errors: list[dict[str, Any]]) -> bool:
    """Whether a finding only follows from others: a list seems too short because what is in it was wrong."""
    loc = it["loc"]
    return it["type"] == "too_short" and any(len(e["loc"]) > len(loc) and e["loc"][: len(loc)] == loc for e in errors)


def _pointer(loc: tuple[Any, ...]) -> str:
    """`#/lines/0/quantity` for a place in the body, `#/query/limit` for one beside it."""
    source, *rest = loc
    steps = rest[1:] if source == "body" else [source, *rest]
    return "#" + "".join(f"/{str(step).replace('~', '~0').replace('/', '~1')}" for step in steps)


@api.exception_handler(AuthenticationError)
def not_signed_in(request: HttpRequest, error: AuthenticationError) -> HttpResponse:
    return problem(request, "not-signed-in")


@api.exception_handler(Throttled)
def too_many(request: HttpRequest, error: Throttled) -> HttpResponse:
    return problem(request, "too-many-requests")


@api.exception_handler(HttpError)
def not_readable(request: HttpRequest, error: HttpError) -> HttpResponse:
    """ninja hides why the parser said no; the cause has it."""
    match error.__cause__:
        case WrongType():
            return problem(request, "wrong-type")
        case Unreadable() as why:
            return problem(request, "unreadable", why=str(why))
        case TooMany() as many:
            return problem(request, "too-big", limit=f"{MOST_ASKS} asks", got=many.number)
        case RequestDataTooBig():
            return too_big(request, error)
        case None:
            return problem(request, "unreadable", why=str(error))
    return fault(request, error)


@api.exception_handler(TooMany)
def too_much_wrong(request: HttpRequest, error: TooMany) -> HttpResponse:
    return problem(request, "values-refused", [Finding("#", "values-refused", f"{error}.")], why=f"{error}.")


@api.exception_handler(RequestDataTooBig)
def too_big(request: HttpRequest, error: Exception) -> HttpResponse:
    return problem(request, "too-big", limit="16 MB", got="more")


@api.exception_handler(UnreadablePostError)
def cut_off(request: HttpRequest, error: UnreadablePostError) -> HttpResponse:
    return problem(request, "unreadable", why="it was cut off on its way")


@api.exception_handler(WrongCursor)
def wrong_cursor(request: HttpRequest, error: WrongCursor) -> HttpResponse:
    finding = Finding("#/query/cursor", "values-refused", "This cursor is not one of this list. Begin without it.")
    return problem(request, "values-refused", [finding], why=finding.detail)


@api.exception_handler(Http404)
def absent(request: HttpRequest, error: Http404) -> HttpResponse:
    return missing(request, "address", request.path)


@api.exception_handler(Exception)
def broken(request: HttpRequest, error: Exception) -> HttpResponse:
    return fault(request, error)
