"""Holds: which type blocks which steps. A hold blocks only the steps of its type."""

from collections.abc import Iterable, Mapping

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
