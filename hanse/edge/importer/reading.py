"""Reading: rows of CSV files, plain or gzip, one after the other and never all at once.

A file is read twice. The first reading takes its hash, counts its rows and notes where each order's rows end,
so that the second can put orders together whose lines do not stand together, and show how far it is.
"""

import csv
import gzip
import hashlib
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from .formats import Format

LONGEST_FIELD = 1_000_000
LONGEST_LINE = 8_000_000
"""Characters in a field and in a line; a file without line ends is not held in memory to find that out."""
UNPACKED, MORE = 16 * 1024 * 1024, 100
"""A gzip file may unpack to so many bytes and a hundred times its own size; tables come to a tenth of that."""
csv.field_size_limit(LONGEST_FIELD)


class FileWrong(Exception):
    """A file that cannot be imported at all: missing, not text, without the columns the mapping names."""


@dataclass(slots=True)
class Source:
    """A file with its columns, and what its first reading found."""

    path: Path
    format: Format
    header: list[str] = field(default_factory=list)
    rows: int = 0
    digest: str = ""
    last: dict[str, int] = field(default_factory=dict)
    damage: str = ""

    @property
    def name(self) -> str:
        return self.path.name

    def column(self, name: str) -> int:
        """The position of a column; FileWrong where there is none."""
        if name not in self.header:
            columns = "".join(c if c.isprintable() else "?" for c in ", ".join(self.header)[:500])
            raise FileWrong(f"{self.name} has no column {name}. Its columns: {columns}.")
        return self.header.index(name)


Row = list[str]


class Unpacked(gzip.GzipFile):
    """A gzip file that is refused, and not read on, when it unpacks to more than a table would."""

    def __init__(self, raw: Any, size: int):
        super().__init__(fileobj=raw)
        self.left = UNPACKED + MORE * size

    def read(self, size: int | None = -1) -> bytes:
        found = super().read(size)
        self.left -= len(found)
        if self.left < 0:
            raise FileWrong(f"{Path(str(self.name)).name} unpacks to more than {MORE} times its size. Unpack it and look at what it is.")
        return found


def open_text(path: Path, encoding: str) -> TextIO:
    """The file as text; gzip is told by its first bytes, not by its name."""
    raw = path.open("rb")
    zipped = raw.read(2) == b"\x1f\x8b"
    raw.seek(0)
    stream: Any = Unpacked(raw, path.stat().st_size) if zipped else raw
    return io.TextIOWrapper(io.BufferedReader(stream, 1 << 20), encoding=encoding, newline="")


def _lines(text: TextIO, name: str) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE + 1):
        if len(line) > LONGEST_LINE:
            raise FileWrong(f"{name} is no CSV: it has a line of more than {LONGEST_LINE:,} characters.")
        yield line


def first_reading(path: Path, format: Format, key: str | None = None) -> Source:
    """Hash the file, count its rows and, with a key column, note the last row of each key."""
    source = Source(path, format)
    try:
        source.digest = _digest(path)
        with open_text(path, format.encoding) as text:
            rows = csv.reader(_lines(text, source.name), delimiter=format.delimiter, strict=True)
            source.header = [c.strip() for c in next(rows, [])]
            if not source.header:
                raise FileWrong(f"{source.name} is empty: it has no line of column names.")
            if len(set(source.header)) != len(source.header):
                raise FileWrong(f"{source.name} has two columns of the same name.")
            _count(source, rows, source.column(key) if key else None)
    except UnicodeDecodeError as error:
        raise FileWrong(f"{source.name} is not {format.encoding}: {error.reason} at byte {error.start}.") from error
    except (OSError, EOFError, zlib.error) as error:
        raise FileWrong(f"{source.name} cannot be read: {error}.") from error
    except csv.Error as error:
        raise FileWrong(f"{source.name} is no CSV: {error} after row {source.rows}.") from error
    return source


def _digest(path: Path) -> str:
    with path.open("rb") as raw:
        return hashlib.file_digest(raw, "sha256").hexdigest()


def _count(source: Source, rows: Iterator[Row], key: int | None) -> None:
    last, nr = source.last, 0
    if key is None:
        for nr, _ in enumerate(rows, 1):  # noqa: B007 - the count is what we want
            pass
    else:
        for nr, row in enumerate(rows, 1):
            if key < len(row):
                last[row[key].strip()] = nr
    source.rows = nr


def rows_of(source: Source) -> Iterator[tuple[int, Row]]:
    """Every row with its number, the first after the column names being 1."""
    with open_text(source.path, source.format.encoding) as text:
        rows = csv.reader(_lines(text, source.name), delimiter=source.format.delimiter, strict=True)
        next(rows, None)
        yield from enumerate(rows, 1)


@dataclass(frozen=True, slots=True)
class Group:
    """The rows of one order."""

    key: str
    rows: Sequence[tuple[int, Row]]


def groups_of(source: Source, key: int, width_wrong: Callable[[int, Row], None]) -> Iterator[Group]:
    """The rows of each order, as soon as its last row was read. Rows of a wrong width go to `width_wrong`."""
    waiting: dict[str, list[tuple[int, Row]]] = {}
    width, last = len(source.header), source.last
    for nr, row in rows_of(source):
        name = row[key].strip() if key < len(row) else None
        if len(row) == width:
            waiting.setdefault(name or "", []).append((nr, row))
        else:
            width_wrong(nr, row)
        if name is not None and last.get(name) == nr and name in waiting:
            yield Group(name, waiting.pop(name))
    if waiting:
        raise FileWrong(f"{source.name} changed while it was read. Bring it in again.")
