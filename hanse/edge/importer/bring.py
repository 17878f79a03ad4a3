"""Bring: run an import from its files to its result.

Rows are read once through, put together, sent in batches through the operations that every door uses, and
counted. A batch of orders goes its whole way (placed, and with its history handed over, delivered, invoiced)
before it counts as done; an import that was cut off goes on where it stopped when the same files come again.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from django.db import connection, transaction

from hanse.journal.principals import Principal, principal
from hanse.kernel.refused import Refused

from . import stock
from .batch import Batch, key_of
from .fields import Around, MapWrong, condition_of
from .history import past_of
from .mapping import Mapping, Section, read_mapping
from .masters import BATCH, MASTERS, Named, from_file, keep
from .orders import Brought, Orders, reject_order
from .placing import Outcome, bring_orders
from .reading import FileWrong, Source, first_reading, rows_of
from .rejects import REJECTED, Tally, place_for_rejects
from .result import Progress, Result

WHAT = ("orders", "items", "parties", "sites", "stock")
MOST_ORDERS, MOST_LINES = 500, 4_000
"""A batch of orders is closed at either."""


def run(
    what: str, files: Sequence[Path | str], map_file: Path | str, dry_run: bool = False, history: bool = False, by: Principal | str = "",
    progress: Progress | None = None, hands: int = 1,
) -> Result:
    """Import `what` from files by a mapping. With `history` an order's past comes with it; a dry run keeps nothing.

    `hands` batches of orders are worked on at once. Raises MapWrong or FileWrong where nothing could be tried.
    """
    if what not in WHAT:
        raise MapWrong(f"What is to be imported? One of {', '.join(WHAT)}.")
    mapping = read_mapping(Path(map_file))
    job = Job(mapping, _given(files), principal(by), dry_run, history, progress or (lambda *_: None), 1 if dry_run else hands)
    if what == "orders":
        job.orders()
    else:
        job.masters(what)
    job.result.unused = [p.name for p in job.given if p not in job.used]
    return job.result


def _given(files: Sequence[Path | str]) -> list[Path]:
    """The files named; of a folder all that are in it."""
    found: list[Path] = []
    for path in map(Path, files):
        if path.is_dir():
            found += sorted(p for p in path.iterdir() if p.is_file() and not p.name.endswith(REJECTED))
        elif path.is_file():
            found.append(path)
        else:
            raise FileWrong(f"There is no file {path}.")
    if not found:
        raise FileWrong("No file was named.")
    return found


@dataclass(slots=True)
class Job:
    """One import: its mapping and files, and what came of them so far."""

    mapping: Mapping
    given: list[Path]
    by: Principal
    dry_run: bool
    history: bool
    progress: Progress
    hands: int
    result: Result = field(default_factory=Result)
    used: set[Path] = field(default_factory=set)
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)

    def masters(self, name: str) -> None:
        """Bring in one kind of thing from its file."""
        section = self.mapping[name]
        if section.taken_from:
            raise MapWrong(f"[{name}] is taken from the rows of {section.taken_from}: import orders, and it comes along.")
        for path in self._paths(section):
            tally = self._tally(path)
            around = Around(tally.source, self.mapping.format, self._tables())
            rows = stock.from_file(section, tally, around) if name == "stock" else from_file(section, tally, around)
            self._masters(name, tally, rows)
            self.result.add(tally)

    def _masters(self, name: str, tally: Tally, rows: Any) -> None:
        batch: list[tuple[int, list[str], Any]] = []
        for nr, row, ask in rows:
            if isinstance(ask, Refused):
                tally.reject(nr, row, ask)
            else:
                batch.append((nr, row, ask))
            if len(batch) == BATCH:
                self._kept(name, tally, batch)
                batch = []
            if not nr % BATCH:
                self.progress(name, nr, tally.source.rows)
        self._kept(name, tally, batch)
        self.progress(name, tally.source.rows, tally.source.rows)

    def _kept(self, name: str, tally: Tally, batch: list[tuple[int, list[str], Any]]) -> None:
        """Send a batch and count each row: new or changed, as it was already, or refused."""
        if not batch:
            return
        asks = [ask for _, _, ask in batch]
        with self._tried():
            if name == "stock":
                key = None if self.dry_run else key_of(tally.source.digest + self.mapping.digest, f"stock:{batch[0][0]}")
                answers, replayed = stock.receive_rows(asks, Batch(self.by, key))
            else:
                answers, replayed = keep(name, asks, self.by), False
        for (nr, row, ask), answer in zip(batch, answers, strict=True):
            if isinstance(answer, Refused):
                tally.reject(nr, row, answer)
                continue
            if replayed or (name in MASTERS and isinstance(answer, MASTERS[name].kept)):
                tally.repeated += 1
            else:
                tally.accepted += 1
            if name in MASTERS and self.dry_run:
                self.kept.setdefault(name, {})[getattr(ask, MASTERS[name].code)] = ask

    def orders(self) -> None:
        """Bring in orders, and first the masters that the mapping brings along."""
        for name in MASTERS:
            section = self.mapping.get(name)
            if section and section.file:
                self.masters(name)
        header, line, tracking = self.mapping["orders"], self.mapping["lines"], self.mapping.get("tracking")
        paths = self._paths(header)
        events = self._tally(self._paths(tracking)[0]) if tracking and self.history else None
        if line.file and line.file != header.file:
            if len(paths) != 1 or len(lines := self._paths(line)) != 1:
                raise FileWrong(f"{header.file} and {line.file} must each name one file; import several pairs one by one.")
            self._orders(self._tally(paths[0]), self._tally(lines[0], line.key or header.key), events)
        else:
            for path in paths:
                tally = self._tally(path, header.key)
                self._orders(tally, tally, events)

    def _orders(self, header: Tally, lines: Tally, events: Tally | None) -> None:
        tables = self._tables()
        tallies = list({id(t): t for t in (header, lines, events) if t}.values())
        reader = Orders(self.mapping, header, lines, tables, self.history, events)
        named = [Named(s, Around((lines if s.taken_from == "lines" else header).source, self.mapping.format, tables))
                 for n in MASTERS if (s := self.mapping.get(n)) and s.taken_from]
        files = "".join(t.source.digest for t in tallies)
        digest = hashlib.sha256(f"{files}{self.mapping.digest}{self.history}".encode()).hexdigest()
        rows = sum(t.source.rows for t in tallies)
        past = past_of(self.mapping) if self.history else None

        def settle(outcomes: list[Outcome]) -> None:
            for outcome in outcomes:
                self._count(outcome)
            self.progress("orders", sum(t.read for t in tallies), rows)

        def bring(nr: int, batch: list[Brought]) -> list[Outcome]:
            return bring_orders(batch, Batch(self.by, None if self.dry_run else key_of(digest, str(nr))), past)

        if self.dry_run:
            for nr, batch in enumerate(_batches(reader)):
                with self._tried():
                    self._resend(named, batch)
                    outcomes = bring(nr, batch)
                settle(outcomes)
        else:
            _at_once(self.hands, self._prepared(reader, named), bring, settle)
        for tally in tallies:
            self.result.add(tally)
        self.progress("orders", rows, rows)

    def _prepared(self, reader: Orders, named: list[Named]) -> Iterator[list[Brought]]:
        """Batches of orders, whose masters are there."""
        for batch in _batches(reader):
            for names in named:
                keep(names.section.name, names.of(batch), self.by)
            yield batch

    def _resend(self, named: list[Named], batch: list[Brought]) -> None:
        """On a dry run nothing was kept: a batch's masters are brought in again with it."""
        skus = {line.sku for b in batch for line in b.ask.lines}
        for name, codes in (("sites", None), ("parties", {b.ask.customer for b in batch}), ("items", skus)):
            known = self.kept.get(name, {})
            keep(name, [ask for code, ask in known.items() if codes is None or code in codes], self.by)
        for names in named:
            names.seen.clear()
            keep(names.section.name, names.of(batch), self.by)

    def _count(self, outcome: Outcome) -> None:
        if isinstance(outcome.answer, Refused):
            reject_order(outcome.brought, outcome.answer)
            return
        for tally, _, _ in outcome.brought.rows:
            if outcome.repeated:
                tally.repeated += 1
            else:
                tally.accepted += 1
        self.result.orders += not outcome.repeated
        self.result.notes += outcome.notes

    def _tried(self) -> Any:
        return _Undone() if self.dry_run else _AsIs()

    def _paths(self, section: Section) -> list[Path]:
        """The files of a section: those given whose name fits, else those that lie beside them; without a name all given."""
        if not section.file:
            found = list(self.given)
        else:
            found = [p for p in self.given if fnmatch(p.name, section.file)]
            found = found or sorted(p for folder in dict.fromkeys(p.parent for p in self.given) for p in folder.glob(section.file) if not p.name.endswith(REJECTED))
        if not found:
            raise FileWrong(f"[{section.name}] wants a file {section.file}; none was named and none lies beside those that were.")
        self.used |= set(found)
        return found

    def _tally(self, path: Path, key: str = "") -> Tally:
        return Tally(first_reading(path, self.mapping.format, key or None), None if self.dry_run else place_for_rejects(path))

    def _tables(self) -> dict[str, Any]:
        """The lookup tables: those in the mapping, and those it reads from files."""
        tables: dict[str, Any] = {}
        for name, told in self.mapping.tables.items():
            tables[name] = self._table(name, dict(told)) if "file" in told and "key" in told else told
        return tables

    def _table(self, name: str, told: dict[str, Any]) -> dict[str, dict[str, str]]:
        [path, *_] = self._paths(Section(f"tables.{name}", file=told["file"]))
        source: Source = first_reading(path, self.mapping.format)
        around, key, clean = Around(source, self.mapping.format, {}), source.column(told["key"]), self.mapping.format.text
        holds = condition_of(told["where"], around, f"tables.{name}.where") if "where" in told else None
        found: dict[str, dict[str, str]] = {}
        for _, row in rows_of(source):
            if len(row) == len(source.header) and (holds is None or holds(row)):
                found.setdefault(clean(row[key]), dict(zip(source.header, map(clean, row), strict=True)))
        return found


class _AsIs:
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


class _Undone:
    """Everything within is undone: what a dry run is made of."""

    def __enter__(self) -> None:
        self.atomic = transaction.atomic()
        self.atomic.__enter__()

    def __exit__(self, *trouble: Any) -> None:
        if trouble[0] is None:
            transaction.set_rollback(True)
        self.atomic.__exit__(*trouble)


def _batches(orders: Orders) -> Iterator[list[Brought]]:
    batch: list[Brought] = []
    lines = 0
    for order in orders:
        batch.append(order)
        lines += len(order.lines)
        if len(batch) >= MOST_ORDERS or lines >= MOST_LINES:
            yield batch
            batch, lines = [], 0
    if batch:
        yield batch


def _at_once(hands: int, batches: Iterator[list[Brought]], bring: Callable[[int, list[Brought]], list[Outcome]], settle: Callable[[list[Outcome]], None]) -> None:
    """Bring batches in, several at a time; settled in the order they were read."""
    if hands == 1:
        for nr, batch in enumerate(batches):
            settle(bring(nr, batch))
        return

    def in_its_turn(nr: int, batch: list[Brought]) -> list[Outcome]:
        try:
            return bring(nr, batch)
        finally:
            connection.close()

    with ThreadPoolExecutor(hands, "import") as pool:
        running: deque[Future[list[Outcome]]] = deque()
        for nr, batch in enumerate(batches):
            running.append(pool.submit(in_its_turn, nr, batch))
            if len(running) > hands:
                settle(running.popleft().result())
        while running:
            settle(running.popleft().result())
