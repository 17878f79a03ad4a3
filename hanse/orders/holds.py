"""Holds: which type blocks which steps. A hold blocks only the steps of its type."""

from collections.abc import Iterable, Mapping

from hanse.journal.principals import ROLES, Principal

STEPS = ("allocate", "release", "hand-over", "invoice")

BLOCKS: Mapping[str, frozenset[str]] = {
    "credit": frozenset({"release", "hand-over"}),
    "payment": frozenset({"release", "hand-over"}),
    "fraud": frozenset({"allocate", "release", "hand-over", "invoice"}),
    "address": frozenset({"release", "hand-over"}),
    "price": frozenset({"invoice"}),
    "customer": frozenset({"release", "hand-over"}),
    "quality": frozenset({"release", "hand-over"}),
    "fulfilment": frozenset({"release"}),
    "history": frozenset({"allocate", "release", "hand-over"}),
    "invoice": frozenset({"invoice"}),
}


def blocking(holds: Iterable[str], step: str) -> list[str]:
    """The types among these open holds that block a step; an unknown type blocks every step."""
    return sorted(h for h in holds if step in BLOCKS.get(h, STEPS))


def may_release(by: Principal, type: str) -> bool:
    """Whether this one may release holds of a type."""
    return by.may(f"holds.{type}")


def releasers(type: str) -> list[str]:
    """The roles that may release holds of a type, by the grants of the roles."""
    return [role for role, grants in ROLES.items() if may_release(Principal(role, grants), type)]
