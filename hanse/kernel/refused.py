"""Refused: the expected 'no'. A value, never an exception; it stops only the ask it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .problems import PROBLEMS


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong, with the place in the request (`#/lines/0/quantity`) and what would be right."""

    pointer: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class Refused:
    """Why one ask was not done: a stable code, a sentence for people, the facts, and all findings at once."""

    code: str
    detail: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    errors: tuple[Finding, ...] = ()

    @property
    def status(self) -> int:
        return PROBLEMS[self.code].status

    @property
    def title(self) -> str:
        return PROBLEMS[self.code].title

    def said(self) -> str:
        """The refusal as one sentence."""
        return self.detail


def refuse(code: str, *, at: str = "", errors: tuple[Finding, ...] = (), **facts: Any) -> Refused:
    """Refuse with a code of the registry; its sentence is filled from the facts.

    `at` points into the ask (`lines/0/quantity`) when one place is to blame and no findings are given.
    """
    detail = PROBLEMS[code].sentence.format_map(_Told(facts))
    if at and not errors:
        errors = (Finding(f"#/{at}", code, detail),)
    return Refused(code, detail, facts, errors)


def refuse_all(findings: list[Refused]) -> Refused:
    """Several findings on one ask as one refusal: the first names it, all are listed."""
    if len(findings) == 1:
        return findings[0]
    first = findings[0]
    errors = tuple(e for f in findings for e in (f.errors or (Finding("#", f.code, f.detail),)))
    return Refused(first.code, " ".join(f.detail for f in findings), first.facts, errors)


class _Told(dict):
    """Facts as a sentence shows them: lists are joined, what is not given stays named."""

    def __init__(self, facts: Mapping[str, Any]):
        super().__init__({k: ", ".join(map(str, v)) if isinstance(v, list | tuple) else v for k, v in facts.items()})

    def __missing__(self, key: str) -> str:
        return key
