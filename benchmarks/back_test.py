"""Whether a number or a sentence moved: finished pages of both shipped workspaces against the digests in git.

    evalkit run data/demo --out DEMO; evalkit run data/vn-published --out VN
    python benchmarks/back_test.py DEMO VN              what moved: page by page, words and tables
    python benchmarks/back_test.py DEMO VN --bless      these pages hold from now on: digests written anew
    python benchmarks/back_test.py --words PAGE.html    a page's words, one a line, for diff

Words are all a reader sees or hears of a page, drawings too, but the day of the figures and the footer, which bears the day, the edition, the versions and the
content key. Tables are the CSV files, byte for byte. A blessing holds only with a line in CHANGELOG.md that bears its mark, which
is printed. Pages are those of a workspace without a ledger: earlier releases may have a say in what is hidden.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path

FROZEN = Path(__file__).parents[1] / "tests" / "reference" / "pages.json"
WORKSPACES = ("demo", "vn-published")
LENGTH = 16
MARK = 12

Digests = dict[str, dict[str, str]]


class Words(HTMLParser):
    """All text of a page but its style, its footer and the day of its figures."""

    silent = ("style", "script", "footer", "time")
    inline = ("a", "abbr", "b", "em", "i", "span", "strong", "sub", "sup", "tspan", "wbr")

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text = ""
        self._within = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002  the parser gives them
        self._within += tag in self.silent
        self._part(tag)

    def handle_endtag(self, tag: str) -> None:
        self._within -= tag in self.silent
        self._part(tag)

    def handle_data(self, data: str) -> None:
        if not self._within:
            self.text += data.replace("\n", " ")

    def _part(self, tag: str) -> None:
        if tag not in self.inline:
            self.text += "\n"


def words_of(page: str) -> list[str]:
    """Return the words of a page: a paragraph, cell or label each."""
    reader = Words()
    reader.feed(page)
    reader.close()
    return [" ".join(line.split()) for line in reader.text.splitlines() if line.strip()]


def digest_of_words(page: str) -> str:
    return _digest("\n".join(words_of(page)).encode())


def digest_of_tables(tables: Mapping[str, bytes]) -> str:
    """Return one digest of a page's CSV files in all languages, names included."""
    return _digest(b"".join(f"{name}\n".encode() + tables[name] for name in sorted(tables)))


def digests(reports: Path) -> Digests:
    """Return the digests of a finished folder of reports, page by page."""
    found: Digests = {}
    for path in sorted(reports.glob("*.html")):
        english = path.name.endswith(".en.html")
        stem = path.name.removesuffix(".en.html" if english else ".html")
        found.setdefault(stem, {})["en" if english else "vi"] = digest_of_words(path.read_text("utf-8"))
    for stem, page in found.items():
        tables = [*reports.glob(f"tables/{stem}.*.csv")]
        page["tables"] = digest_of_tables({path.name: path.read_bytes() for path in tables})
    return found


def frozen() -> dict[str, Digests]:
    """Return the digests in git, by workspace and page."""
    return json.loads(FROZEN.read_text("utf-8")) if FROZEN.exists() else {}


def mark_of(content: bytes) -> str:
    """Return what CHANGELOG.md must bear for the digests to hold."""
    return sha256(content).hexdigest()[:MARK]


def moved(before: Digests, after: Digests) -> list[str]:
    """Return a line for each page that is new, gone or has moved."""
    lines = [f"{page}: gone" for page in before.keys() - after.keys()]
    lines += [f"{page}: new" for page in after.keys() - before.keys()]
    for page in before.keys() & after.keys():
        parts = sorted(before[page].keys() | after[page].keys())
        unlike = [part for part in parts if before[page].get(part) != after[page].get(part)]
        lines += [f"{page}: {', '.join(unlike)}"] if unlike else []
    return sorted(lines)


def bless(found: dict[str, Digests]) -> None:
    """Write the digests, a page a line, and say what CHANGELOG.md must bear."""
    blocks = [
        f" {json.dumps(name)}: {{\n"
        + ",\n".join(f"  {json.dumps(page)}: {json.dumps(pages[page])}" for page in sorted(pages))
        + "\n }"
        for name, pages in found.items()
    ]
    FROZEN.write_text("{\n" + ",\n".join(blocks) + "\n}\n", encoding="utf-8")
    print(
        f"blessed: say under 'Numbers that change' in CHANGELOG.md what moved, with `{mark_of(FROZEN.read_bytes())}`"
    )


def main() -> int:
    given = _arguments()
    if given.words:
        print(*words_of(given.words.read_text("utf-8")), sep="\n")
        return 0
    found = {name: digests(folder) for name, folder in zip(WORKSPACES, given.reports, strict=True)}
    if not all(found.values()):
        print("no pages in one of the folders: run both workspaces first", file=sys.stderr)
        return 2
    lines = [f"{name}, {line}" for name in WORKSPACES for line in moved(frozen().get(name, {}), found[name])]
    print(*lines, f"pages: {sum(map(len, found.values()))}, moved: {len(lines)}", sep="\n")
    if given.bless:
        bless(found)
    return int(bool(lines) and not given.bless)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "reports", type=Path, nargs="*", metavar="REPORTS", help="those of data/demo, of data/vn-published"
    )
    parser.add_argument("--bless", action="store_true")
    parser.add_argument("--words", type=Path, metavar="PAGE.html")
    given = parser.parse_args()
    if not given.words and len(given.reports) != len(WORKSPACES):
        parser.error("two folders of reports: data/demo's, then data/vn-published's")
    return given


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()[:LENGTH]


if __name__ == "__main__":
    sys.exit(main())
