"""The contract's documents as text, from the models; `make contract` writes them, a test compares."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.scalarstring import walk_tree

from schema.json_schemas import json_schemas
from services.api.openapi.document import Limits, openapi
from services.api.openapi.limits_page import limits_page
from services.api.openapi.problems_page import problems_page
from services.api.settings import ApiSettings
from services.runtime.asyncapi.document import asyncapi
from services.runtime.settings import Settings
from services.runtime.topology import topology
from services.runtime.version import VERSION

ROOT = Path(__file__).parents[2]
ASYNCAPI = ROOT / "schema" / "asyncapi.yaml"
SCHEMAS = ROOT / "schema" / "json"
GOLDEN = ROOT / "schema" / "golden"
OPENAPI = ROOT / "schema" / "openapi.json"
PROBLEMS = ROOT / "docs" / "problems.md"
LIMITS = ROOT / "docs" / "limits.md"


def documents() -> dict[Path, str]:
    """What each file of the contract holds."""
    schemas = {SCHEMAS / f"{name}.json": _json(schema) for name, schema in json_schemas().items()}
    described = over_http()
    pages = {PROBLEMS: problems_page(described), LIMITS: limits_page()}
    return {ASYNCAPI: _yaml(), OPENAPI: _json(described), **pages, **schemas}


def over_http() -> dict[str, Any]:
    """The OpenAPI document of a gateway whose settings are the defaults."""
    defaults = ApiSettings.model_construct()
    return openapi(VERSION, Limits(defaults.max_pdfs, defaults.max_pdf_mb))


def golden() -> dict[str, Any]:
    """By `<type>.<version>`."""
    return {path.stem: json.loads(path.read_text()) for path in sorted(GOLDEN.iterdir())}


def _json(document: object) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _yaml() -> str:
    defaults = Settings.model_construct()
    document = asyncapi(topology(defaults.partitions, defaults.history_days), VERSION, golden())
    writer = YAML()
    writer.width = 4096  # no folding: it leaves blanks at the ends of lines
    text = io.StringIO("# Generated from the models: change those, and run `make contract`.\n")
    text.seek(0, io.SEEK_END)
    document = json.loads(_json(document))  # a copy in which nothing is shared, and so becomes an anchor
    walk_tree(document)  # texts of several lines are written as such
    writer.dump(document, text)
    return text.getvalue()
