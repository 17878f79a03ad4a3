"""Import: bring a company's orders, items, parties, sites and stock in from CSV files, by a mapping (README.md)."""

from .bring import WHAT, run
from .command import main
from .fields import MapWrong
from .reading import FileWrong
from .result import Progress, Result

__all__ = ["WHAT", "FileWrong", "MapWrong", "Progress", "Result", "main", "run"]
