"""Doors: how the API turns one operation into answers.

    @router.post("/picks/batch", response=answers_to(pick))
    def record_picks(request: HttpRequest, asks: Body[list[Pick]]) -> HttpResponse:
        \"""Answer pick tasks. One answer comes back for each ask, in the same order.\"""
        return answered(request, pick, asks)

A list is answered with 200 and an answer for each ask: `{"told": "UnitsPicked", …}` or `{"refused": "task-closed", …}`.
A lone ask is answered the way the web expects: 201 or 200, or a problem. Every write carries an `Idempotency-Key`;
requests that come at the same time share a transaction. The answers are written as JSON straight from the events:
the types named in `response` describe them and are not run over them again.
"""

import base64
import dataclasses
import json
import re
from collections.abc import Callable, Sequence
from functools import cache, reduce
from operator import or_
from typing import Annotated, Any, Literal, get_args, get_type_hints

from annotated_types import Ge, Le, MaxLen
from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import Field, create_model
from pydantic_core import to_json

from hanse.journal.events import json_of
from hanse.journal.gather import gather
from hanse.journal.operation import MOST_ASKS, Busy, KeyInProgress, KeyReused, NotGranted, Operation, Request
from hanse.kernel.refused import Finding, Refused

from .problems import busy, problem, problem_of

_KEY = re.compile(r"[\x21-\x7e]([\x20-\x7e]{0,198}[\x21-\x7e])?")
MOST_ROWS = 500
Limit = Annotated[int, Ge(1), Le(MOST_ROWS)]
"""How many rows a page has; routes write `limit: Limit = 100`."""
Cursor = Annotated[str, MaxLen(500)]
"""Where a page begins; routes write `cursor: Cursor = ""`."""


class FoundWrong(Schema):
    """One finding: the place in the request, a code and what would be right."""

    pointer: str
    code: str
    detail: str


class AskRefused(Schema):
    """One ask of a list that was not done; the others are not touched by it."""

    refused: str
    title: str
    status: int
    detail: str
    errors: list[FoundWrong]


# -- writing ----------------------------------------------------------------------------------------------------------


def answered(request: HttpRequest, operation: Operation, asks: Sequence[Any]) -> HttpResponse:
    """Do a list of asks: 200 and one answer for each, in order; a problem only where nothing could be tried."""
    if len(asks) > MOST_ASKS:
        return problem(request, "too-big", limit=f"{MOST_ASKS} asks", got=len(asks))
    done = _done(request, operation, list(asks))
    if isinstance(done, HttpResponse):
        return done
    return _reply(b"[" + b",".join(map(told, done.answers)) + b"]", 200, done)


def answered_one(request: HttpRequest, operation: Operation, ask: Any, created: bool = False, dry_run: bool = False) -> HttpResponse:
    """Do one ask: its event with 200, or 201 where something was made, or the refusal as a problem.

    A dry run answers with what would be and changes nothing.
    """
    done = _done(request, operation, [ask], dry_run)
    if isinstance(done, HttpResponse):
        return done
    [answer] = done.answers
    if isinstance(answer, Refused):
        return problem_of(request, answer)
    return _reply(told(answer), 201 if created else 200, done)


def _done(request: HttpRequest, operation: Operation, asks: list[Any], dry_run: bool = False) -> Request | HttpResponse:
    """The operation's answers, or the problem that kept the whole request from being tried."""
    key = request.headers.get("Idempotency-Key", "")
    if not key:
        return problem(request, "key-missing")
    if not _KEY.fullmatch(key):
        finding = Finding("#/header/Idempotency-Key", "values-refused", "It has 1 to 200 printable ASCII characters.")
        return problem(request, "values-refused", [finding], why="The Idempotency-Key cannot be taken.")
    who = request.auth  # type: ignore[attr-defined]
    try:
        if dry_run:
            return operation.run([Request(asks, who)], dry_run=True)[0]
        done = gather(operation, asks, who, key)
        request.claimed = done.row is not None  # type: ignore[attr-defined]
        return done
    except KeyReused:
        return problem(request, "key-reused")
    except KeyInProgress:
        return problem(request, "key-in-progress")
    except NotGranted as no:
        return problem(request, "not-granted", who=no.who, operation=no.operation)
    except Busy:
        return busy(request)


def told(answer: Any) -> bytes:
    """One answer as JSON: an event with its name, or a refusal with its code."""
    if isinstance(answer, Refused):
        return to_json({
            "refused": answer.code, "title": answer.title, "status": answer.status, "detail": answer.detail,
            "errors": [{"pointer": e.pointer, "code": e.code, "detail": e.detail} for e in answer.errors],
        })
    fields = json_of(answer)
    return b'{"told":"%s"%s%s' % (type(answer).__name__.encode(), b"" if fields == b"{}" else b",", fields[1:])


def _reply(body: bytes, status: int, done: Request) -> HttpResponse:
    answer = HttpResponse(body, status=status, content_type="application/json")
    if done.replayed:
        answer["Idempotent-Replayed"] = "true"
    return answer


# -- describing -------------------------------------------------------------------------------------------------------


def answers_to(operation: Operation) -> Any:
    """The `response` of a route for a list of asks."""
    one: Any = reduce(or_, (*_shapes(operation), AskRefused))
    return {200: list[one]}


def answer_to(operation: Operation, created: bool = False) -> Any:
    """The `response` of a route for a lone ask."""
    return {201 if created else 200: reduce(or_, _shapes(operation))}


def _shapes(operation: Operation) -> tuple[Any, ...]:
    """What an operation may tell, by its own return type: `list[UnitsPicked | Refused]`."""
    [answer] = get_args(get_type_hints(operation.__wrapped__)["return"])
    kinds = get_args(answer) or (answer,)
    return tuple(told_as(kind) for kind in kinds if kind is not Refused)


@cache
def told_as(kind: type) -> Any:
    """An event as answers show it: its fields, and its name as `told`."""
    hints = get_type_hints(kind, include_extras=True)
    fields: dict[str, Any] = {"told": (Literal[kind.__name__], ...)}
    for field in dataclasses.fields(kind):
        fields[field.name] = (hints[field.name], Field(default=...))
    return create_model(kind.__name__, __base__=Schema, __doc__=kind.__doc__, **fields)


def only_reads(route: Callable[..., Any]) -> Callable[..., Any]:
    """A route that is asked by POST because the question is long; it changes nothing and needs no `Idempotency-Key`."""
    route.only_reads = True  # type: ignore[attr-defined]
    return route


# -- reading ----------------------------------------------------------------------------------------------------------


class WrongCursor(Exception):
    """A cursor that this list did not hand out; answered 422 `values-refused`."""


def shown(value: Any, status: int = 200) -> HttpResponse:
    """A read as JSON, written once and fast."""
    return HttpResponse(to_json(value), status=status, content_type="application/json")


def missing(request: HttpRequest, what: str, name: Any) -> HttpResponse:
    """404: absent or not yours, which look the same."""
    return problem(request, "not-found", what=what, name=name)


def page_of(rows: Sequence[Any], limit: int, key: Callable[[Any], Any]) -> HttpResponse:
    """A page of a list by key: ask the database for `limit + 1` rows, and give them all to this.

    `key` says of the last row shown where the next page begins: a value or tuple of texts, numbers and nothing.
    """
    more = len(rows) > limit
    items = rows[:limit]
    following = cursor_of(key(items[-1])) if more else None
    return shown({"items": list(items), "next": following})


def cursor_of(key: Any) -> str:
    """A place in a list as opaque text."""
    return base64.urlsafe_b64encode(to_json(key)).rstrip(b"=").decode()


def after(cursor: str | None, *kinds: type) -> tuple[Any, ...] | None:
    """The key that a cursor stands for, checked to be of these kinds; nothing at the beginning of a list."""
    if not cursor:
        return None
    try:
        value = json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError) as error:
        raise WrongCursor(cursor) from error
    parts = tuple(value) if isinstance(value, list) else (value,)
    if len(parts) != len(kinds) or not all(type(p) is k for p, k in zip(parts, kinds, strict=True)):
        raise WrongCursor(cursor)
    if any((isinstance(p, str) and "\x00" in p) or (isinstance(p, int) and abs(p) >= 2**63) for p in parts):
        raise WrongCursor(cursor)
    return parts


def page_schema(item: Any) -> Any:
    """The `response` of a list's route: `page_schema(OrderRow)`."""
    name = getattr(item, "__name__", "Item")
    return create_model(f"{name}Page", __base__=Schema, items=(list[item], ...), next=(str | None, ...))
