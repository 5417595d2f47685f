from __future__ import annotations

from functools import cache
from pathlib import Path

import schema

QUERIES = Path(schema.__file__).parent / "queries"


@cache
def query(name: str) -> str:
    """The SQL of `schema/queries/<name>.sql`. A name without a file raises FileNotFoundError, and fails a test."""
    return (QUERIES / f"{name}.sql").read_text(encoding="utf-8")
