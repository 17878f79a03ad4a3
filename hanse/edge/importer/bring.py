"""Bring: run an import from its files to its result.

Rows are read once through, put together, sent in batches through the operations that every door uses, and
counted. A batch of orders goes its whole way (placed, and with its history handed over, delivered, invoiced)
before it counts as done; an import that was cut off goes on where it stopped when the same files come again.
"""

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hanse.journal.principals import Principal, principal
from hanse.kernel.refused import Refused

from .batch import Batch, key_of
from .fields import Around, MapWrong
from .files import Files, files_named
from .hands import at_once, batches, undone
from .history import past_of
from .mapping import TOLD, Mapping, read_mapping
from .masters import BATCH, MASTERS, Named, from_file, keep
from .once import ONCE, bring_rows
from .once import from_file as rows_once
from .orders import Brought, Orders, reject_order
from .placing import Outcome, bring_orders
from .rates import AT_ONCE, Cards, bring_cards
from .rejects import Tally
from .result import Progress, Result

WHAT = ("orders", "items", "parties", "sites", "stock", "services", "rates", "surcharges")


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
    found = Files(mapping, files_named(files), keeps=not dry_run)
    job = Job(mapping, found, principal(by), dry_run, history, progress or (lambda *_: None), 1 if dry_run else hands)
    if what == "orders":
        job.orders()
    elif what == "rates":
        job.rates()
    else:
        job.masters(what)
    job.result.unused = [p.name for p in found.given if p not in found.used]
    return job.result


def digest_of(tallies: Sequence[Tally], mapping: Mapping) -> str:
    """The hash of files and mapping together."""
    return hashlib.sha256("".join([*(t.source.digest for t in tallies), mapping.digest]).encode()).hexdigest()


@dataclass(slots=True)
class Job:
    """One import: its mapping and files, and what came of them so far."""

    mapping: Mapping
    files: Files
    by: Principal
    dry_run: bool
    history: bool
    progress: Progress
    hands: int
    result: Result = field(default_factory=Result)
    kept: dict[str, dict[str, Any]] = field(default_factory=dict)

    def masters(self, name: str) -> None:
        """Bring in one kind of thing from its file."""
        section = self.mapping[name]
        if section.taken_from:
            raise MapWrong(f"[{name}] is taken from the rows of {section.taken_from}: import orders, and it comes along.")
        for path in self.files.of(section):
            tally = self.files.counted(path)
            around = Around(tally.source, self.mapping.format, self.files.tables())
            rows = (rows_once if name in ONCE else from_file)(section, tally, around)
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
            if name in ONCE:
                digest = tally.source.digest if name == "stock" else digest_of([tally], self.mapping)
                answers = bring_rows(name, asks, Batch(self.by, None if self.dry_run else key_of(digest, f"{name}:{batch[0][0]}")))
            else:
                answers = [(answer, False) for answer in keep(name, asks, self.by)]
        for (nr, row, ask), (answer, replayed) in zip(batch, answers, strict=True):
            if isinstance(answer, Refused):
                tally.reject(nr, row, answer)
                continue
            if replayed or (name in MASTERS and isinstance(answer, MASTERS[name].kept)):
                tally.repeated += 1
            else:
                tally.accepted += 1
            if name in MASTERS and self.dry_run:
                self.kept.setdefault(name, {})[getattr(ask, MASTERS[name].code)] = ask

    def rates(self) -> None:
        """Bring in rate cards, each from all its rows."""
        section, apart, tables = self.mapping["rates"], self.mapping.get("zones"), self.files.tables()
        tally = self.files.counted(self.files.one_of(section))
        zones = self.files.counted(self.files.one_of(apart)) if apart else None
        reader = Cards(
            (section, tally, Around(tally.source, self.mapping.format, tables)), (apart, zones, Around(zones.source, self.mapping.format, tables)) if apart and zones else None)
        cards, tallies = reader.read(), [t for t in (tally, zones) if t]
        digest = digest_of(tallies, self.mapping)
        for at in range(0, len(cards), AT_ONCE):
            with self._tried():
                bring_cards(cards[at:at + AT_ONCE], Batch(self.by, None if self.dry_run else key_of(digest, f"rates:{at}")))
            self.progress("rates", at, len(cards))
        for it in reader.rows:
            it.count()
        for t in tallies:
            self.result.add(t)
        self.progress("rates", len(cards), len(cards))

    def orders(self) -> None:
        """Bring in orders, and first the masters that the mapping brings along."""
        for name in MASTERS:
            section = self.mapping.get(name)
            if section and section.file:
                self.masters(name)
        header, line = self.mapping["orders"], self.mapping["lines"]
        told = {name: self.files.counted(self.files.one_of(section)) for name in TOLD if self.history and (section := self.mapping.get(name))}
        if line.file and line.file != header.file:
            lines = self.files.counted(self.files.one_of(line), line.key or header.key)
            self._orders(self.files.counted(self.files.one_of(header)), lines, told)
        else:
            for path in self.files.of(header):
                tally = self.files.counted(path, header.key)
                self._orders(tally, tally, told)

    def _orders(self, header: Tally, lines: Tally, told: dict[str, Tally]) -> None:
        tables = self.files.tables()
        tallies = list({id(t): t for t in (header, lines, *told.values())}.values())
        reader = Orders(self.mapping, header, lines, tables, self.history, told)
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
            for nr, batch in enumerate(batches(reader)):
                with self._tried():
                    self._resend(named, batch)
                    outcomes = bring(nr, batch)
                settle(outcomes)
        else:
            at_once(self.hands, self._prepared(reader, named), bring, settle)
        for tally in tallies:
            self.result.add(tally)
        self.progress("orders", rows, rows)

    def _prepared(self, reader: Orders, named: list[Named]) -> Iterator[list[Brought]]:
        """Batches of orders, whose masters are there."""
        for batch in batches(reader):
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

    def _tried(self) -> AbstractContextManager[None]:
        return undone() if self.dry_run else nullcontext()
