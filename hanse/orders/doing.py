"""Doing what a form asks: as the person who is signed in, once per form. For the pages of orders and of areas above."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import BadRequest, PermissionDenied
from django.http import HttpRequest

from hanse.journal.operation import Busy, KeyInProgress, KeyReused, NotGranted, Operation
from hanse.journal.principals import Principal, principal
from hanse.kernel.refused import Refused, refuse


def who(request: HttpRequest) -> Principal:
    """The principal behind a page's reader; read once a request."""
    if not hasattr(request, "principal"):
        request.principal = principal(request.user.get_username())  # type: ignore[attr-defined]
    return request.principal  # type: ignore[attr-defined, no-any-return]


def may(request: HttpRequest, *operations: str) -> bool:
    """Whether the reader may do one of these operations."""
    return any(who(request).may(name) for name in operations)


def granted(request: HttpRequest, operation: Operation) -> None:
    """Turn away a reader who may not do this, before a form is shown or read."""
    if not who(request).may(operation.name):
        raise PermissionDenied(f"{who(request).name} may not do this. Nothing was changed. Ask an admin for a role that may, or switch your role.")


def do(request: HttpRequest, operation: Operation, asks: Sequence[Any]) -> list[Any]:
    """The answers to what the form asks; its key makes a second arrival get the same answers."""
    key = request.POST.get("key", "")
    if not key:
        raise BadRequest("The form has no key.")
    granted(request, operation)
    try:
        return operation(asks, by=who(request), key=key)
    except NotGranted as no:
        raise PermissionDenied(str(no)) from no
    except KeyReused:
        return _all(asks, refuse("key-reused"))
    except KeyInProgress:
        return _all(asks, refuse("key-in-progress"))
    except Busy:
        return _all(asks, refuse("busy"))


def _all(asks: Sequence[Any], answer: Refused) -> list[Any]:
    return [answer] * len(asks)
