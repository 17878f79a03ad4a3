"""The picking benchmark: ninety releases in four warehouses, ours beside a published solution.

`python -m hanse.fulfilment.tests.order_picking [folder of the data sets]` writes the table of all of them.
"""

import csv
import json
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from hanse.fulfilment.batching import Batch, Cart, Picking, ToPick, batched
from hanse.fulfilment.layout import Point
from hanse.fulfilment.obstacles import Outline, Surveyed, survey


@dataclass(frozen=True)
class Warehouse:
    """Where its locations lie and its racks stand, and between which places pickers walk."""

    spots: dict[str, Point]
    racks: list[Outline]
    start: Point
    end: Point
    floor: Surveyed


@dataclass(frozen=True)
class Release:
    """Orders to batch, and how long the published walks are together."""

    warehouse: str
    name: str
    orders: tuple[ToPick, ...]
    most_orders: int
    vehicles: int
    published: float


@dataclass(frozen=True)
class Given:
    """A published batch: its stops, its length, and the shortest length where it is known."""

    warehouse: str
    name: str
    stops: tuple[Point, ...]
    published: float
    shortest: float | None


@cache
def warehouse(data: Path, name: str) -> Warehouse:
    told = json.loads((data / "order_picking" / name / "warehouse.json").read_text())
    spots: dict[str, Point] = {spot: (x, y) for spot, (x, y) in told["locations_xy"].items()}
    racks = [[spots[str(corner)] for corner in corners] for corners in told["obstacles_corner_ids"].values()]
    start, end = spots[told["start_location"]], spots[told["end_location"]]
    return Warehouse(spots, racks, start, end, survey([start, *spots.values(), end], racks))


def releases(data: Path) -> Iterator[Release]:
    """All releases, in the order of the list."""
    with (data / "order_picking" / "instances.csv").open(newline="") as rows:
        for row in csv.DictReader(rows):
            told, stops = _told(data, row["warehouse"], row["instance"])
            orders = tuple(ToPick(int(order), tuple(stops[i] for i in items), len(items)) for order, items in told["orders"].items())
            published = float(row["total_distance_published_solution"])
            yield Release(row["warehouse"], row["instance"], orders, told["max_orders_per_batch"], told["vehicles"], published)


def given_batches(data: Path) -> Iterator[Given]:
    """All published batches."""
    with (data / "order_picking" / "batch_routes.csv").open(newline="") as rows:
        for row in csv.DictReader(rows):
            told, stops = _told(data, row["warehouse"], row["instance"])
            visited = tuple(dict.fromkeys(stops[item] for order in row["orders"].split() for item in told["orders"][order]))
            shortest = row["route_length_exact_optimum"]
            name = f"{row['warehouse']} {row['instance']} {row['batch']}"
            yield Given(row["warehouse"], name, visited, float(row["route_length_published"]), float(shortest) if shortest else None)


@cache
def _told(data: Path, name: str, instance: str) -> tuple[dict, dict[str, Point]]:
    """A release as the file tells it, and where each item lies."""
    told = json.loads((data / "order_picking" / name / f"{instance}.json").read_text())
    return told, {item: warehouse(data, name).spots[spot] for item, spot in told["item_location"].items()}


def ours(data: Path, release: Release, shakes: int = 30) -> list[Batch]:
    """The batches we make of a release."""
    place = warehouse(data, release.warehouse)
    how = Picking(place.floor, place.start, place.end, Cart(orders=release.most_orders), carts=release.vehicles, shakes=shakes)
    return batched(release.orders, how)


def table(rows: Iterable[tuple[Release, list[Batch]]]) -> Iterator[str]:
    """A line for each release: how much longer our walks are together than the published ones, in per cent."""
    yield f"{'warehouse':<14}{'release':<12}{'orders':>7}{'walks':>7}{'published':>12}{'ours':>12}{'gap':>10}"
    for release, batches in rows:
        metres = sum(batch.route.length for batch in batches)
        gap = f"{100 * (metres / release.published - 1):+.3f} %"
        walks = f"{len(batches):>7}{release.published:>12.3f}{metres:>12.3f}{gap:>10}"
        yield f"{release.warehouse:<14}{release.name:<12}{len(release.orders):>7}{walks}"


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[4] / "shared" / "data"
    for line in table((release, ours(folder, release)) for release in releases(folder)):
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
