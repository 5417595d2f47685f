"""`python -m tests.samples DIR` draws the sheets of the catalogue into DIR."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.samples.catalogue import EXAMPLES
from tests.samples.hytek import sample


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, options in EXAMPLES.items():
        drawn = sample(options)
        (folder / f"{name}.pdf").write_bytes(drawn.pdf)
        sys.stdout.write(f"{name}.pdf: {drawn.pages} pages, {len(drawn.sheet.entries)} entries\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
