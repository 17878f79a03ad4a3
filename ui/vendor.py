"""Vendor: copy the few files the pages are drawn with out of node_modules into the package.

Run after `npm ci --ignore-scripts`; the result is committed, so nobody who runs hanse needs Node.
References to source maps are cut off (we do not ship the maps); everything else is byte for byte
what was published. VENDOR.json names each file with its sha256, and a test compares them offline.
"""

import hashlib
import json
import re
import shutil
from pathlib import Path

HERE = Path(__file__).parent
MODULES = HERE / "node_modules"
STATIC = HERE.parent / "hanse" / "web" / "static"

TAKEN = {
    "@tabler/core": ["dist/css/tabler.min.css", "../../../licences/tabler-core.LICENSE"],  # ships no licence text itself
    "@fontsource-variable/inter": [
        "files/inter-latin-wght-normal.woff2", "files/inter-latin-ext-wght-normal.woff2", "LICENSE"],
    "echarts": ["dist/echarts.common.min.js", "LICENSE", "NOTICE", "licenses/LICENSE-d3"],
    "vis-timeline": [
        "dist/vis-timeline-graph2d.min.js", "styles/vis-timeline-graph2d.min.css",
        "LICENSE.md", "LICENSE.Apache-2.0.txt", "LICENSE.MIT.txt"],
    "@tabler/icons": ["LICENSE"],
    "@zxing/library": ["umd/index.min.js", "LICENSE", "../../../licences/ts-custom-error.LICENSE"],  # has ts-custom-error inside
}
SOURCE_MAP = re.compile(rb"\n?(/\*# sourceMappingURL=\S+ \*/|//# sourceMappingURL=\S+)\s*$")


def taken(name: str, files: list[str]) -> dict[str, object]:
    """Copy one package's files and say what was taken."""
    about = json.loads((MODULES / name / "package.json").read_text())
    folder = f"{name.strip('@').replace('/', '-')}-{about['version']}"
    (STATIC / "vendor" / folder).mkdir(parents=True)
    sums = {}
    for file in files:
        content = SOURCE_MAP.sub(b"", (MODULES / name / file).read_bytes())
        place = f"{folder}/{Path(file).name}"
        (STATIC / "vendor" / place).write_bytes(content)
        sums[place] = hashlib.sha256(content).hexdigest()
    return {"name": name, "version": about["version"], "licence": about["license"], "files": sums}


def sprite(names: list[str]) -> str:
    """Gather the outlines named in icons.txt into one SVG, a symbol for each."""
    symbols = []
    for name in names:
        drawing = (MODULES / "@tabler/icons/icons/outline" / f"{name}.svg").read_text()
        paths = [p for p in re.findall(r"<path[^>]*/>", drawing) if 'stroke="none"' not in p]
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{"".join(paths)}</symbol>')
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


def main() -> None:
    shutil.rmtree(STATIC / "vendor", ignore_errors=True)
    listed = [taken(name, files) for name, files in TAKEN.items()]
    (STATIC / "vendor" / "VENDOR.json").write_text(json.dumps(listed, indent=1) + "\n")
    names = sorted(set((HERE / "icons.txt").read_text().split()))
    (STATIC / "hanse" / "icons.svg").write_text(sprite(names))


if __name__ == "__main__":
    main()
