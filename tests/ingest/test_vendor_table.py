"""docs/vectors.md says what becomes of every published vector; it follows from `vendor_vectors/`, and is kept so here.

Written anew by `.venv/bin/python tests/ingest/test_vendor_table.py`.
"""

import json
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "vectors.md"
HEAD = """# Makers' vectors

What becomes of the test vectors that four public libraries publish for the kinds of device councils use: of each codec
there, which of our profiles reads it, and which vectors give no reading and why. `tests/ingest/test_vendor_vectors.py`
holds every reading to the value that the library expects, where the vectors lie beside the checkout.

| maker | codec | vectors | profile | read | in quarantine, and why |
|---|---|---|---|---|---|
"""


def page() -> str:
    """The whole page, from the tables."""
    rows, read, total = [], 0, 0
    for file in sorted(Path(__file__).parent.glob("vendor_vectors/*.json"), key=lambda f: f.stem.casefold()):
        for name, codec in json.loads(file.read_text())["codecs"].items():
            refused = codec.get("refused", {})
            known = len(codec["vectors"]) if codec["profile"] else 0
            why = [f"`no_decoder`: {codec['why']}"] if not codec["profile"] else []
            why += [f"{id_.rpartition('/')[2]} `{reason}`: {text}" for id_, (reason, text) in refused.items()]
            profile = f"`{codec['profile']}`" if codec["profile"] else "none"
            cells = (file.stem, name, len(codec["vectors"]), profile, known - len(refused), "; ".join(why))
            rows.append("| " + " | ".join(str(cell) for cell in cells).rstrip() + " |")
            read, total = read + known - len(refused), total + len(codec["vectors"])
    return (
        HEAD
        + "\n".join(rows)
        + f"\n\nRead: {read} of {total}. The others end in quarantine; none gives a wrong value.\n"
    )


def test_the_page_follows_from_the_tables() -> None:
    assert PAGE.read_text(encoding="utf-8") == page()


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
