"""Voiding: the only writer of numbers that no document will have. A series goes on behind them, so it has no gap without a reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hanse.journal.run import Run

from .events import NumbersVoided


@dataclass(frozen=True, slots=True)
class Void:
    """The numbers of a series up to this one are not to be given any more."""

    series: str
    upto: int
    reason: str


def voided(wanted: Sequence[Void], last: Mapping[str, int]) -> list[NumbersVoided]:
    """What is void of each series: from behind the last number given, if there is anything."""
    return [
        NumbersVoided(v.series, last.get(v.series, 0) + 1, v.upto, v.reason) for v in wanted if v.upto > last.get(v.series, 0)
    ]


LAST = "SELECT name, last FROM billing_series WHERE name = ANY(%(series)s::text[]) ORDER BY name FOR UPDATE"
VOID = """
WITH lifted AS (
  INSERT INTO billing_series AS s (name, last) SELECT v.series, v.last FROM unnest(%(series)s::text[], %(last)s::bigint[]) AS v(series, last) ORDER BY 1
      ON CONFLICT (name) DO UPDATE SET last = excluded.last WHERE s.last < excluded.last
)
INSERT INTO billing_voidednumbers (series, first, last, reason, voided_at, actor)
SELECT v.*, %(now)s::timestamptz, %(actor)s FROM unnest(%(series)s::text[], %(first)s::bigint[], %(last)s::bigint[], %(reason)s::text[]) AS v
"""


def void(run: Run, wanted: Sequence[Void], actor: str) -> list[NumbersVoided]:
    """Void the numbers, each series once, and lift the series behind them."""
    if not wanted:
        return []
    told = voided(wanted, dict(run.rows(lambda name, last: (name, last), LAST, series=sorted({v.series for v in wanted}))))
    run.write(VOID, told, actor=actor)
    return told
