"""Events: the facts an area tells. Frozen dataclasses in the past tense, known by their class name."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar, dataclass_transform

from pydantic import PlainSerializer, TypeAdapter

from hanse.kernel.refused import Refused

T = TypeVar("T")

KINDS: dict[str, type] = {}
"""Every kind of event by its name, as the journal and the webhooks call it."""


@dataclass_transform(frozen_default=True)
def event(subject: str, silent: bool = False) -> Callable[[type[T]], type[T]]:
    """Make a fact: `subject` names the thing it is about, in the event's field of that name.

    `@event("order")` on a class with `order: str` journals under `order/H-100001`. An event that knows
    when it happened has a field `at`; one that knows the zone of its place a field `zone`.
    An event says itself in words through `said()`. A silent one answers that all is as asked already: it is
    an answer, but nothing happened, so the journal does not take it.
    """

    def make(cls: type[T]) -> type[T]:
        made = dataclass(frozen=True, slots=True)(cls)
        made.SUBJECT, made.SILENT = subject, silent  # type: ignore[attr-defined]
        if KINDS.setdefault(made.__name__, made).__module__ != made.__module__:
            raise TypeError(f"two events are named {made.__name__}")
        KINDS[made.__name__] = made
        return made

    return make


def journalled(answer: Any) -> bool:
    """Whether the journal tells this answer: it was accepted, and something happened."""
    return not isinstance(answer, Refused) and not answer.SILENT


def in_order(value: Any) -> Any:
    """A free-form value with its names in the order in which the journal keeps them: short ones first."""
    if isinstance(value, dict):
        return {name: in_order(value[name]) for name in sorted(value, key=lambda name: (len(name.encode()), name))}
    return [in_order(v) for v in value] if isinstance(value, list | tuple) else value


FreeForm = Annotated[dict[str, Any], PlainSerializer(in_order, return_type=dict[str, Any])]
"""Names and values that no schema fixes. They read the same when an answer is given again."""


def subject_of(fact: Any) -> str:
    """The journal's name for what a fact is about: `order/H-100001`."""
    return f"{fact.SUBJECT}/{getattr(fact, fact.SUBJECT)}"


def body_of(fact: Any) -> str:
    """A fact's fields as JSON text; decimals stay exact as text."""
    return json_of(fact).decode()


def json_of(it: Any) -> bytes:
    """An ask or a fact as JSON, written by the serialiser of its type: half of what looking at each value costs."""
    kind: Any = type(it)
    return _adapter(kind).serializer.to_json(it)


@cache
def _adapter(kind: Any) -> TypeAdapter:
    return TypeAdapter(kind)


def fact_of(kind: str, body: dict[str, Any]) -> Any:
    """The fact that was journalled under this kind. A fact may have gained optional fields since."""
    return _adapter(KINDS[kind]).validate_python(body)
