"""The figures as people read them: each row with the aim it is held against."""

from typing import Any

from rich.console import Console
from rich.table import Table

TARGETS: dict[tuple[str, int], tuple[str, str, float]] = {
    ("cycle", 100): ("ratio at most 2.5, aim 1.5", "ratio", 2.5),
    ("http_place", 1): ("ratio at most 2", "ratio", 2.0),
    ("http_cycle", 1): ("at most 20 ms CPU, aim 10", "cpu_ms_per_order", 20.0),
    ("board", 1): ("1 million at most 1.3 × 10 thousand", "ratio", 1.3),
    ("order_page", 1): ("1 million at most 1.3 × 10 thousand", "ratio", 1.3),
    ("hot_sku", 1): ("at least half the rate of many SKUs", "ratio", 0.5),
}
"""By name and batch: the target in words, the field that is held against it, and the bound."""
MEASURED_TARGETS = {"perfect_dashboard": ("at most 1.3 × with more kept", "ratio", 1.3), "floor_release": ("5,000 lines in under 10 s", "seconds", 10.0), "floor_scan": ("median under 50 ms at the server", "median_ms", 50.0)}
AT_LEAST = {"hot_sku"}
COLUMNS = [
    ("batch", "batch"), ("processes", "at once"), ("orders_per_s", "orders/s"), ("cpu_ms_per_order", "CPU ms/order"),
    ("floor_cpu_ms_per_order", "floor"), ("ratio", "ratio"), ("statements_per_order", "statements"),
]


def show(rows: list[dict[str, Any]]) -> None:
    """Print the table."""
    table = Table(title="hanse next to its floor", title_justify="left", box=None, pad_edge=False)
    table.add_column("figure")
    for _, title in COLUMNS:
        table.add_column(title, justify="right")
    table.add_column("target")
    for row in rows:
        table.add_row(row["name"], *("" if row.get(field) is None else f"{row[field]:,}" for field, _ in COLUMNS), _verdict(row))
    Console(highlight=False).print(table)


def show_load(rows: list[dict[str, Any]]) -> None:
    """Print the load curve, a row for each rate, and name its knee."""
    from .arrivals import MIX, knee

    table = Table(title="the whole system under load", title_justify="left", box=None, pad_edge=False)
    for title in ("orders/s offered", "placed", *(f"{what} p50/p99 ms" for what in MIX), "shed", "no answer", "lost", "doubled", "caught up s"):
        table.add_column(title, justify="right")
    for row in rows:
        took = (f"{row[f'{what}_p50_ms']:,.0f} / {row[f'{what}_p99_ms']:,.0f}" for what in MIX)
        table.add_row(f"{row['offered_per_s']}", f"{row['placed_per_s']}", *took, *(str(row[field]) for field in ("shed", "unanswered", "lost", "doubled", "caught_up_s")))
    console = Console(highlight=False)
    console.print(table)
    console.print(f"The knee: {knee([it for it in rows if 'beyond' not in it]):g} orders a second are carried, each with an order page and three scans.")


def show_measured(rows: list[dict[str, Any]], title: str) -> None:
    """Print figures of one part, each row with what it measured."""
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in ("figure", "measured", "target"):
        table.add_column(column)
    for row in rows:
        said = ", ".join(f"{field.replace('_', ' ')} {value:,}" for field, value in row.items() if field != "name")
        words, field, bound = MEASURED_TARGETS.get(row["name"], ("", "", 0.0))
        table.add_row(row["name"], said, _judged(row[field] <= bound, words) if words else "")
    Console(highlight=False).print(table)


def _judged(reached: bool, words: str) -> str:
    return f"[{'green' if reached else 'red'}]{'reached' if reached else 'missed'}[/]: {words}"


def _verdict(row: dict[str, Any]) -> str:
    target = TARGETS.get((row["name"], row["batch"]))
    if target is None:
        return ""
    words, field, bound = target
    reached = row[field] >= bound if row["name"] in AT_LEAST else row[field] <= bound
    return _judged(reached, words)
