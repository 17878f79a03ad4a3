"""Rows of a proof: what must be so, and the tests that show it. A test of the table keeps it true: each test named is there."""

import ast
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).parent.parent

Rows = Mapping[str, str]
"""What must be so, in a sentence: the tests that show it (`file::name`, several with blanks between), the ones of this file by name alone;
or, after `later:`, what it waits for.
"""


def missing(rows: Rows, own: str) -> list[str]:
    """The tests that rows name and that are not there."""
    return [test for named in rows.values() if not named.startswith("later:") for test in named.split() if not _exists(test, own)]


def _exists(test: str, own: str) -> bool:
    file, _, name = test.rpartition("::")
    path = Path(own) if not file else ROOT / file
    return path.is_file() and name in {node.name for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.FunctionDef)}
