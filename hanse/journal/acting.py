"""Acting: how a page asks one operation, and whether its reader may.

A page has no problem documents: what stands in the way of the caller is a refusal like any other, in words.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.core.exceptions import BadRequest
from django.http import HttpRequest

from hanse.kernel.refused import refuse

from .operation import Busy, KeyInProgress, KeyReused, NotGranted
from .principals import Principal, principal

Asked = Callable[..., list[Any]]


def act(request: HttpRequest, operation: Asked, ask: Any) -> Any:
    """The answer to one ask of a form, booked once for the form's key."""
    return act_all(request, operation, [ask])[0]


def act_all(request: HttpRequest, operation: Asked, asks: Sequence[Any], part: str = "") -> list[Any]:
    """The answers to the asks of one form; `part` tells the operations apart that one form's key stands for."""
    key = request.POST.get("key", "")
    if not key:
        raise BadRequest("The form has no key.")
    return _answers(asks, lambda: operation(asks, by=user(request), key=key + part))


def tried(request: HttpRequest, operation: Asked, ask: Any) -> Any:
    """What the operation would answer; nothing is changed. For previews."""
    return _answers([ask], lambda: operation([ask], by=user(request), dry_run=True))[0]


def user(request: HttpRequest) -> Principal:
    """The reader as a principal; asked of the database once a request."""
    found: Principal | None = getattr(request, "_principal", None)
    if found is None:
        found = principal(request.user.get_username())
        request._principal = found  # type: ignore[attr-defined]
    return found


def may(request: HttpRequest, operation: str) -> bool:
    """Whether the reader's roles grant `area.operation`; pages leave out the buttons of what they do not."""
    return user(request).may(operation)


def _answers(asks: Sequence[Any], answered: Callable[[], list[Any]]) -> list[Any]:
    try:
        return answered()
    except NotGranted:
        wrong = refuse("not-granted", who="Your role", operation="this")
    except KeyReused:
        wrong = refuse("state-conflict", why="This form was sent before with other words. Load the page again; nothing of this was booked.")
    except KeyInProgress:
        wrong = refuse("key-in-progress")
    except Busy:
        wrong = refuse("busy")
    return [wrong] * len(asks)
