"""The rules of the house that no tool knows: STYLE, read from the source.

A rule that finds something says the file and what to do. What is allowed beside a rule stands here with its reason.
"""

import ast
import importlib
import inspect
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from hanse.journal.events import KINDS
from hanse.journal.operation import OPERATIONS

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "hanse"
AREAS = ["catalogue", "partners", "network", "inventory", "orders", "fulfilment", "transport", "billing", "perfect_order", "journal", "edge"]
DOORS = {"api", "pages", "edi", "admin", "cli", "urls", "forms"}
IMPURE = {"datetime.now", "date.today", "time.time", "clock.now", "random", "settings", "connection", "uuid", "secrets"}
WRITES = re.compile(r"\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|TRUNCATE|COPY)\s+(?:ONLY\s+)?([a-z]+)_[a-z_]+\b")
WRITES_OF_OTHERS = {
    # file: (area whose tables it writes, why)
    "edge/jobs.py": ("journal", "throws away request keys after thirty days"),
}
NAMED_OTHERWISE = {"fulfilment/scan.py": "record_scans"}
"""The file is what people do; the operation records it, right or wrong."""
SOLD_BY_CARRIERS = {"Service", "KeepService", "ChooseService", "ChosenService", "PromisedService"}
"""What a carrier sells is a service: here it is the trade's own word."""


def files() -> list[Path]:
    """Our own source, without tests and migrations."""
    return [p for p in sorted(PACKAGE.rglob("*.py")) if not {"tests", "migrations"} & set(p.relative_to(PACKAGE).parts)]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text())


def name_of(path: Path) -> str:
    return str(path.relative_to(PACKAGE))


def decorated(path: Path, decorator: str) -> list[ast.FunctionDef | ast.ClassDef]:
    """What stands under `@decorator` or `@decorator(…)` in a file."""
    return [
        node for node in tree(path).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and any((d.func if isinstance(d, ast.Call) else d).__dict__.get("id") == decorator for d in node.decorator_list)
    ]  # fmt: skip


def operation_files() -> list[Path]:
    return [path for path in files() if decorated(path, "operation")]


def imported(path: Path) -> Iterator[str]:
    """Every module a file imports, its own area's written out."""
    inside = ["hanse", *path.relative_to(PACKAGE).parent.parts]
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(inside[: len(inside) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, [base, node.module]))
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def texts(path: Path) -> Iterator[str]:
    """Every string of a file, pieces of f-strings too."""
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def each(paths: list[Path]):
    return pytest.mark.parametrize("path", paths, ids=[name_of(p) for p in paths])


@each(operation_files())
def test_an_operation_is_one_file_named_by_its_verb(path):
    operations = decorated(path, "operation")
    assert len(operations) == 1, f"{name_of(path)} has {len(operations)} operations: one file each"
    [operation] = operations
    named = operation.name == NAMED_OTHERWISE.get(name_of(path), path.stem) or operation.name.startswith(f"{path.stem}_")
    assert named, f"{name_of(path)}: the operation {operation.name} belongs into {operation.name}.py"


@each(operation_files())
def test_an_operation_calls_no_operation_and_knows_no_door(path):
    operations = {f"{o.__module__}.{o.__name__}" for o in OPERATIONS.values()} - {f"hanse.{name_of(path)[:-3].replace('/', '.')}.{path.stem}"}
    known = set(imported(path))
    assert not known & operations, f"{name_of(path)} imports another operation: write on hearing its event, in jobs.py"
    doors = {m for m in known if m.startswith("hanse.") and m.split(".")[-1] in DOORS} | {m for m in known if m.startswith(("ninja", "django.http"))}
    assert not doors, f"{name_of(path)} imports the door {doors}"


@each(operation_files())
def test_an_operation_uses_no_orm(path):
    for node in ast.walk(tree(path)):
        assert not (isinstance(node, ast.Attribute) and node.attr == "objects"), f"{name_of(path)}:{node.lineno} uses the ORM: write SQL for the set"


@each(operation_files())
def test_deciding_is_pure(path):
    for node in tree(path).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("decide"):
            said = {ast.unparse(n) for n in ast.walk(node) if isinstance(n, ast.Attribute | ast.Name)}
            found = {word for word in said if word in IMPURE or word.split(".")[0] in IMPURE}
            assert not found, f"{name_of(path)}: decide uses {found}; give it as a fact"


@each(operation_files())
def test_no_query_stands_in_a_loop(path):
    for loop in (n for n in ast.walk(tree(path)) if isinstance(n, ast.For | ast.While | ast.ListComp | ast.DictComp | ast.GeneratorExp | ast.SetComp)):
        body = loop.body if isinstance(loop, ast.For | ast.While) else [loop.elt] if not isinstance(loop, ast.DictComp) else [loop.key, loop.value]
        for node in (n for part in body for n in ast.walk(part)):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name):
                asks = (node.func.value.id, node.func.attr) in {("run", "rows"), ("run", "write"), ("cursor", "execute"), ("run", "draw")}
                assert not asks, f"{name_of(path)}:{node.lineno} asks the database in a loop"


@each([p for p in files() if p.relative_to(PACKAGE).parts[0] in AREAS])
def test_only_the_owner_writes_its_tables(path):
    area = path.relative_to(PACKAGE).parts[0]
    allowed = {area, WRITES_OF_OTHERS.get(name_of(path), ("", ""))[0]}
    written = {match for text in texts(path) for match in WRITES.findall(text)} & set(AREAS)
    assert written <= allowed, f"{name_of(path)} writes tables of {written - allowed}: call its operation or set function"


@each(files())
def test_no_print_and_no_word_we_do_not_use(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "print", f"{name_of(path)}:{node.lineno} prints: say it through the log or the console"
        if isinstance(node, ast.ClassDef | ast.FunctionDef) and node.name not in SOLD_BY_CARRIERS:
            assert not re.search(r"(Manager|Service|Helper|Utils?)$", node.name), f"{name_of(path)}: {node.name} is no word of the business"
    assert path.stem not in {"utils", "helpers", "services", "managers", "common", "misc"}, f"{name_of(path)} is no word of the business"


@each(files())
def test_every_file_says_what_it_is_for(path):
    if path.read_text().strip() and path.name not in ("__init__.py", "apps.py"):
        assert ast.get_docstring(tree(path)), f"{name_of(path)} has no docstring"


@each([p for p in files() if decorated(p, "ask") or decorated(p, "event") or decorated(p, "operation")])
def test_every_ask_event_and_operation_says_itself(path):
    for decorator in ("ask", "event", "operation"):
        for node in decorated(path, decorator):
            assert ast.get_docstring(node), f"{name_of(path)}: {node.name} has no docstring"


@each([p for p in files() if p.suffix == ".py"])
def test_no_error_is_swallowed(path):
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.ExceptHandler):
            assert node.type is not None, f"{name_of(path)}:{node.lineno} is a bare except"
            only = node.body[0] if len(node.body) == 1 else None
            assert not isinstance(only, ast.Pass) and not (isinstance(only, ast.Expr) and isinstance(only.value, ast.Constant)), (
                f"{name_of(path)}:{node.lineno} swallows {ast.unparse(node.type)}: say what follows"
            )


def test_events_are_told_in_the_past_and_say_themselves():
    importlib.import_module("hanse.edge.api")
    for name, kind in KINDS.items():
        if kind.__module__.startswith("hanse.") and ".tests" not in kind.__module__:
            assert callable(getattr(kind, "said", None)), f"{name} has no said(): the journal is read by people"
            assert kind.__module__.endswith(".events"), f"{name} is told outside events.py"


def test_every_operation_answers_each_ask_with_events_or_refusals():
    importlib.import_module("hanse.edge.api")
    for name, operation in OPERATIONS.items():
        if ".tests" in operation.__module__ or not operation.__module__.startswith("hanse."):
            continue
        says = inspect.get_annotations(operation.__wrapped__, eval_str=True)
        assert says["return"].__origin__ is list, f"{name} does not say that it answers a list"


def test_nothing_names_the_place_where_it_was_written():
    """What is shipped names no tool of a workplace and no registry's address."""
    forbidden = re.compile(r"farm-studio|/work/|\.library\b|pypi\.org|pythonhosted|registry\.npmjs")
    for path in [*files(), *ROOT.glob("*.md"), *ROOT.glob("*.toml"), *ROOT.glob("*.lock"), ROOT / "Makefile", *ROOT.glob("docs/**/*.md")]:
        found = forbidden.search(path.read_text())
        assert not found, f"{path.relative_to(ROOT)} names {found.group()}"
