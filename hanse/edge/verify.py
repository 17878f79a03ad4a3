"""Verify: ask the database whether what must always be true is true.

`hanse verify` runs every check of INV-1 to INV-18 and INV-24, `hanse verify INV-9 INV-11` some. Exit 1 on a finding. It only
reads; corrections are new entries that a person posts.
"""

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction

from hanse.kernel import clock

from .invariants import INVARIANTS, TITLES, Check

SHOWN = 20
"""So many findings of a check are named; all are counted."""
_LOOK = """
SELECT count(*), count(*) FILTER (WHERE coalesce(r.wrong, true)), to_jsonb((array_agg(to_jsonb(r) - 'wrong') FILTER (WHERE coalesce(r.wrong, true)))[1:{shown}])
  FROM ({sql}) r
"""


@dataclass(slots=True)
class Result:
    """An invariant: how many rows its checks looked at, how many were wrong, and the first of those with what they break."""

    name: str
    title: str
    rows_examined: int = 0
    wrong: int = 0
    findings: list[dict[str, Any]] = field(default_factory=list)


def run(names: Iterable[str] | None = None, cursor: Any = None) -> list[Result]:
    """Check these invariants, or all, in their order. `cursor` asks over a connection of the caller's own."""
    wanted = set(names) if names is not None else set(TITLES)
    results = {name: Result(name, title) for name, title in TITLES.items() if name in wanted}
    for check in INVARIANTS:
        if result := results.get(check.name):
            looked, wrong, rows = _ask(check, cursor) if cursor is not None else _at_one_moment(check)
            result.rows_examined += looked
            result.wrong += wrong
            result.findings += [{"breaks": check.what, **row} for row in rows]
    return list(results.values())


def _at_one_moment(check: Check) -> tuple[int, int, list[dict[str, Any]]]:
    """Ask as of one moment, so that what commits meanwhile is no finding, and take the time it needs."""
    alone = not connection.in_atomic_block
    with transaction.atomic(), connection.cursor() as cursor:
        if alone:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        cursor.execute("SET LOCAL work_mem = '128MB'")
        return _ask(check, cursor)


def _ask(check: Check, cursor: Any) -> tuple[int, int, list[dict[str, Any]]]:
    """(rows looked at, rows wrong, the first wrong ones) of one check."""
    if check.derive:
        looked, found = check.derive(lambda sql: _rows(cursor, sql))
        return looked, len(found), found[:SHOWN]
    cursor.execute(_LOOK.format(shown=SHOWN, sql=check.sql), {"now": clock.now()} if "%(now)s" in check.sql else None)
    looked, wrong, rows = cursor.fetchone()
    return looked, wrong, (json.loads(rows) if isinstance(rows, str) else rows) or []


def _rows(cursor: Any, sql: str) -> list[tuple]:
    cursor.execute(sql)
    return cursor.fetchall()


def main(arguments: Sequence[str]) -> int:
    """`hanse verify [--json] [INV-…]`: 0 when all holds, 1 on a finding, 2 on wrong use."""
    names = [a.upper() for a in arguments if not a.startswith("-")]
    if {"-h", "--help"} & set(arguments):
        sys.stdout.write("hanse verify [--json] [INV-1 …]: check every invariant, or these; exit 1 on a finding.\n")
        return 0
    if unknown := [n for n in names if n not in TITLES] + [a for a in arguments if a.startswith("-") and a != "--json"]:
        sys.stderr.write(f"There is no {', '.join(unknown)}: take --json, {', '.join(TITLES)}.\n")
        return 2
    results = run(names or None)
    if "--json" in arguments:
        shown = [{"name": r.name, "title": r.title, "rows_examined": r.rows_examined, "wrong": r.wrong, "findings": r.findings} for r in results]
        sys.stdout.write(json.dumps(shown, default=str, indent=1) + "\n")
    else:
        show(results)
    return 1 if any(r.wrong for r in results) else 0


def show(results: Sequence[Result]) -> None:
    """The results for people: a line per invariant, then what breaks it."""
    from rich.console import Console
    from rich.table import Table

    out = Console(highlight=False)
    table = Table("", "Invariant", "Rows", "Findings", box=None, pad_edge=False)
    for r in results:
        table.add_row(r.name, r.title, f"{r.rows_examined:,}", f"[red]{r.wrong:,}[/red]" if r.wrong else "[green]none[/green]")
    out.print(table)
    for r in results:
        for finding in r.findings:
            row = ", ".join(f"{name} {value}" for name, value in finding.items() if name != "breaks")
            out.print(f"[red]{r.name}[/red] {finding['breaks']} [dim]{row}[/dim]", soft_wrap=True)
        if r.wrong > len(r.findings):
            out.print(f"… and {r.wrong - len(r.findings):,} more of {r.name}.")
