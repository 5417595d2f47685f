"""SQL lives in files and is loaded by name: a name without a file, or a file that nobody loads, is red."""

import re
from pathlib import Path

from services.runtime.queries import QUERIES, query

ROOT = QUERIES.parent.parent


def test_every_name_has_a_file_and_every_file_is_named() -> None:
    files = {path.stem for path in QUERIES.glob("*.sql")}
    code = "\n".join(path.read_text() for path in (ROOT / "services").rglob("*.py"))
    named = set(re.findall(r'"((?:api|worker|projector|cli|runtime)_[a-z_]+)"', code))
    assert files - named == set(), "files that nobody loads"
    assert set(re.findall(r'query\("([a-z_]+)"\)', code)) - files == set(), "names without a file"


def test_a_query_is_read_once() -> None:
    name = next(Path(QUERIES).glob("*.sql")).stem
    assert query(name) is query(name)
