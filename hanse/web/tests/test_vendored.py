"""What we serve is what we took: every vendored file has the hash written down, every icon used is in the sprite."""

import hashlib
import json
import re
from pathlib import Path

WEB = Path(__file__).parents[1]
HANSE = WEB.parent
VENDOR = WEB / "static/vendor"
LISTED = json.loads((VENDOR / "VENDOR.json").read_text())


def test_every_vendored_file_is_listed_and_unchanged():
    listed = {place: sum_ for package in LISTED for place, sum_ in package["files"].items()}
    found = {str(path.relative_to(VENDOR)): hashlib.sha256(path.read_bytes()).hexdigest()
             for path in VENDOR.rglob("*") if path.is_file() and path.name != "VENDOR.json"}
    assert found == listed


def test_every_vendored_package_comes_with_its_licence():
    for package in LISTED:
        assert package["licence"], package["name"]
        assert any("LICENSE" in place for place in package["files"]), package["name"]


def test_versions_are_those_of_the_lock_and_the_lock_names_no_registry():
    locked = json.loads((HANSE.parent / "ui/package-lock.json").read_text())["packages"]
    for package in LISTED:
        assert locked[f"node_modules/{package['name']}"]["version"] == package["version"]
    taken = [about for place, about in locked.items() if place]
    assert all("integrity" in about and "resolved" not in about for about in taken)


def test_every_icon_a_template_names_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([\w-]+)"', (WEB / "static/hanse/icons.svg").read_text()))
    used = {name for page in HANSE.rglob("templates/**/*.html")
            for name in re.findall(r'{% (?:icon "|badge "[^"]*" "[^"]*" ")([\w-]+)"', page.read_text())}
    assert used - sprite == set()


def test_no_template_has_script_or_style_inside():
    for page in HANSE.rglob("templates/**/*.html"):
        text = re.sub(r"{%.*?%}", "", page.read_text())
        assert not re.search(r"<style|\sstyle=|\son[a-z]+=|<script(?![^>]*\ssrc=)|javascript:|https?://", text), page
