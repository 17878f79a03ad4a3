"""Rejects: rows that were not taken, each with its code and reason, in a file that can be mended and brought in again."""

import csv
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from hanse.kernel.refused import Refused

from .reading import Row, Source

REJECTED = ".rejected.csv"
WHY = ["row", "code", "reason"]
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(slots=True)
class Tally:
    """What became of the rows of one file; rejected ones are written beside it as they come."""

    source: Source
    folder: Path | None
    accepted: int = 0
    rejected: int = 0
    repeated: int = 0
    reasons: Counter[str] = field(default_factory=Counter)
    path: Path | None = None
    _text: TextIO | None = None

    @property
    def read(self) -> int:
        return self.accepted + self.rejected + self.repeated

    def reject(self, nr: int, row: Row, no: Refused) -> None:
        """Count a row as rejected and write it down, with its number in the file."""
        self.rejected += 1
        self.reasons[no.code] += 1
        if self.folder is None:
            return
        if self._text is None:
            self.path = self.folder / f"{self.source.name}{REJECTED}"
            self._text = self.path.open("w", encoding=self.source.format.encoding.removesuffix("-sig"), errors="backslashreplace", newline="")
            self._write([*self._columns(), *WHY])
        width = len(self._columns())
        self._write([*row[:width], *[""] * (width - len(row)), nr, no.code, _plain(no.detail)])

    def _write(self, row: Sequence[object]) -> None:
        """A row as the file's own are written, so that the same mapping reads it again."""
        csv.writer(self._text, delimiter=self.source.format.delimiter).writerow(row)  # type: ignore[arg-type]

    def _columns(self) -> list[str]:
        """The file's own columns; rejected rows that come again lose what the last import wrote behind them."""
        header = self.source.header
        return header[:-len(WHY)] if header[-len(WHY):] == WHY else header

    def close(self) -> None:
        if self._text is not None:
            self._text.close()


def _plain(reason: str) -> str:
    """A reason that no spreadsheet takes for a formula."""
    return f"'{reason}" if reason.startswith(FORMULA) else reason


def place_for_rejects(path: Path) -> Path:
    """The folder for rejected rows: the file's own, or the working folder where that is read-only."""
    ours = os.access(path.parent, os.W_OK) and path.parent.stat().st_mode & 0o222
    return path.parent if ours else Path.cwd()
