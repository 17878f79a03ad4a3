"""Changing: the same company under other rules. A file names what is otherwise, part by part; all else stays."""

import tomllib
from dataclasses import asdict
from typing import Any

from pydantic import TypeAdapter, ValidationError

from .described import Company, NotACompany, place_of, wrong_in

NAMES = {"sites": "code", "families": "prefix", "customers": "code", "suppliers": "name", "carriers": "code", "services": "code"}
"""Parts of a description that are many, and what each is named by."""


def change_of(text: str, where: str = "change") -> dict[str, Any]:
    """What a file changes, as `[sites.HAM]` with `cut_off = 14:00:00` below it; its `said` says it in words."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise NotACompany(f"{where}: {error}") from error


def changed(company: Company, change: dict[str, Any], where: str = "change") -> Company:
    """The company under a change; raises `NotACompany` with all that it names and there is not, or that cannot be."""
    wrong: list[str] = []
    given = _merged(asdict(company), {k: v for k, v in change.items() if k != "said"}, "", wrong)
    if wrong:
        raise NotACompany("\n".join(f"{where}: {w}" for w in wrong))
    try:
        found = TypeAdapter(Company).validate_python(given)
    except ValidationError as error:
        raise NotACompany("\n".join(f"{where}: {place_of(e['loc'])}: {e['msg']}" for e in error.errors())) from error
    if wrong := wrong_in(found):
        raise NotACompany("\n".join(f"{where}: {w}" for w in wrong))
    return found


def _merged(old: dict[str, Any], new: dict[str, Any], at: str, wrong: list[str]) -> dict[str, Any]:
    merged = dict(old)
    for name, value in new.items():
        if name not in old:
            wrong.append(f"{at}{name}: there is nothing of that name; there are {', '.join(sorted(old))}")
        elif name in NAMES and isinstance(value, dict):
            merged[name] = _each(old[name], value, NAMES[name], f"{at}{name}.", wrong)
        elif isinstance(value, dict) and isinstance(old[name], dict) and name not in ("days", "prices", "countries"):
            merged[name] = _merged(old[name], value, f"{at}{name}.", wrong)
        else:
            merged[name] = old[name] | value if isinstance(value, dict) else value
    return merged


def _each(parts: tuple[dict[str, Any], ...], changes: dict[str, Any], by: str, at: str, wrong: list[str]) -> list[dict[str, Any]]:
    known = [part[by] for part in parts]
    wrong += [f"{at}{name}: there is none; there are {', '.join(known)}" for name in changes if name not in known]
    return [_merged(part, changes.get(part[by], {}), f"{at}{part[by]}.", wrong) for part in parts]
