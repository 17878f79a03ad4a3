"""The docs are true: what is made from the code is as made, links lead somewhere, and commands and names exist."""

import importlib.util
import re
import subprocess
from pathlib import Path
from types import ModuleType

import click
import pytest

from hanse.edge.cli import main as hanse

ROOT = Path(__file__).parent.parent
SHOWN = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
PAGES = [ROOT / name for name in SHOWN if (ROOT / name).exists()]
LINK = re.compile(r"\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.S | re.M)
COMMAND = re.compile(r"(?:^|[\s(|&=$`])(?:\.venv/bin/)?hanse((?: --home \S+)?(?: [a-z]+){1,2})")
VARIABLE = re.compile(r"\b((?:HANSE|DATABASE)_[A-Z_]+)\b")
INSIDE = {"HANSE_FAULTS", "HANSE_PROCESS", "HANSE_POOL_SIZE", "HANSE_EMBEDDED", "HANSE_PARENT", "HANSE_BENCH_HOME"}
"""Set by hanse itself for its own processes."""


def made(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_model_is_as_made():
    page = (ROOT / "docs" / "model.md").read_text()
    maker = made("make_model")
    assert page.split(maker.START)[1].split(maker.END)[0].strip() == maker.tables().strip(), "run `python docs/make_model.py`"


def test_the_api_reference_is_as_made():
    assert (ROOT / "docs" / "api-reference.md").read_text() == made("make_api").reference(), "run `python docs/make_api.py`"


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_leads_somewhere(page):
    wrong = []
    for link in LINK.findall(FENCE.sub("", page.read_text())):
        file, _, place = link.partition("#")
        if "://" in link or link.startswith("mailto:"):
            continue
        target = (page.parent / file).resolve() if file else page
        if not target.exists() or (place and target.suffix == ".md" and place not in headings(target)):
            wrong.append(link)
    assert not wrong, f"{page.name}: {wrong}"


def headings(page: Path) -> set[str]:
    """The places of a page that can be linked to."""
    found = re.findall(r"^#+ (.+)$", FENCE.sub("", page.read_text()), re.M)
    return {re.sub(r"[^\w\- ]", "", heading).strip().lower().replace(" ", "-") for heading in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_command_exists(page):
    text = page.read_text()
    shown = [line.split("#")[0] for lang, block in FENCE.findall(text) if lang in ("sh", "") for line in block.splitlines()]
    shown += re.findall(r"`([^`\n]+)`", FENCE.sub("", text)) + [line for line in text.splitlines() if line.startswith("    hanse ")]
    wrong = [words for line in shown if line.lstrip("$( ").startswith(("hanse ", ".venv/bin/hanse ")) or "(hanse " in line for words in COMMAND.findall(line) if not exists(words)]
    assert not wrong, f"{page.name}: {wrong}"


def exists(words: str) -> bool:
    """Whether `db backup` or `serve` is a command of hanse."""
    names = re.sub(r"--home \S+", "", words).split()
    at: click.Command = hanse
    while isinstance(at, click.Group):
        if not names or names[0] not in at.commands:
            return not names and at is not hanse
        at = at.commands[names.pop(0)]
    return True


def test_every_variable_is_in_the_operators_guide():
    known = (ROOT / "docs" / "operate.md").read_text()
    read = {name for file in (ROOT / "hanse").rglob("*.py") if "tests" not in file.parts for name in re.findall(r"environ(?:\.get\(|\[|\.setdefault\()\"((?:HANSE|DATABASE)_\w+)\"", file.read_text())}
    assert "DATABASE_URL" in read
    assert {name for name in read - INSIDE if f"`{name}`" not in known} == set()
    assert {name for name in VARIABLE.findall(known) if name not in read} == set()


def test_the_way_of_a_pick_leads_through_names_that_exist():
    rows = re.findall(r"^\| \d+ \| \[[^\]]+\]\(([^)]+)\) \| `([^`]+)` \|", (ROOT / "docs" / "build.md").read_text(), re.M)
    assert len(rows) == 17
    assert [f"{file}: {name}" for file, name in rows if name not in (ROOT / "docs" / file).read_text()] == []


def test_every_picture_is_shown():
    shown = {Path(link).name for page in PAGES for link in LINK.findall(page.read_text()) if link.endswith(".png")}
    assert {file.name for file in (ROOT / "docs" / "shots").glob("*.png")} <= shown
