"""Files: which of the files given a section of the mapping means, and the lookup tables it reads from files."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from .fields import Around, condition_of
from .mapping import Mapping, Section
from .reading import FileWrong, first_reading, rows_of
from .rejects import REJECTED, Tally, place_for_rejects


def files_named(names: Sequence[Path | str]) -> list[Path]:
    """The files named; of a folder all that are in it, but for rejected rows."""
    found: list[Path] = []
    for path in map(Path, names):
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
class Files:
    """The files of an import. What the mapping wants and nobody named is looked for beside those that were."""

    mapping: Mapping
    given: list[Path]
    keeps: bool = True
    used: set[Path] = field(default_factory=set)

    def of(self, section: Section) -> list[Path]:
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

    def one_of(self, section: Section) -> Path:
        """The one file of a section that goes with another's."""
        found = self.of(section)
        if len(found) != 1:
            raise FileWrong(f"[{section.name}] fits {', '.join(p.name for p in found)}: bring in one set of files at a time.")
        return found[0]

    def counted(self, path: Path, key: str = "") -> Tally:
        """A file after its first reading, ready to be counted; without keeping anything nothing is written beside it."""
        return Tally(first_reading(path, self.mapping.format, key or None), place_for_rejects(path) if self.keeps else None)

    def tables(self) -> dict[str, Any]:
        """The lookup tables: those in the mapping, and those it reads from files."""
        return {name: self._table(name, dict(told)) if "file" in told and "key" in told else told for name, told in self.mapping.tables.items()}

    def _table(self, name: str, told: dict[str, Any]) -> dict[str, dict[str, str]]:
        [path, *_] = self.of(Section(f"tables.{name}", file=told["file"]))
        source = first_reading(path, self.mapping.format)
        around, key, clean = Around(source, self.mapping.format, {}), source.column(told["key"]), self.mapping.format.text
        holds = condition_of(told["where"], around, f"tables.{name}.where") if "where" in told else None
        found: dict[str, dict[str, str]] = {}
        for _, row in rows_of(source):
            if len(row) == len(source.header) and (holds is None or holds(row)):
                found.setdefault(clean(row[key]), dict(zip(source.header, map(clean, row), strict=True)))
        return found
