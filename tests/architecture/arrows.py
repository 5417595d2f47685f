from __future__ import annotations

import ast
from dataclasses import dataclass
from pathlib import Path

OURS = ("schema", "services", "deploy", "tests")
#: What each part may import beside itself; `schema` is the contract and knows nobody.
ALLOWED: dict[str, tuple[str, ...]] = {
    "schema": (),
    "services.runtime": ("schema",),
    "services.api": ("schema", "services.runtime"),
    "services.worker": ("schema", "services.runtime"),
    "services.projector": ("schema", "services.runtime"),
    "services.client": ("schema",),
    "services.cli": (
        "schema",
        "services.runtime",
        "services.client",
        "services.worker.extraction",
        "services.projector.audit",
        "deploy.local",
    ),
    "deploy.local": ("schema", "services.runtime"),
}
#: What may be imported inside a function only: a command loads the service that it runs, and no other.
LAZY: dict[str, tuple[str, ...]] = {
    "services.cli": (
        "services.api.__main__",
        "services.worker.__main__",
        "services.projector.__main__",
        "services.projector.replay",
    ),
}


@dataclass(frozen=True)
class Arrow:
    importer: str
    imported: str
    lazy: bool


def wrong_arrows(root: Path) -> list[str]:
    """A line for each import under `root` that the rules do not allow, with both names in it."""
    return [
        f"{arrow.importer} imports {arrow.imported}"
        for package in ("schema", "services", "deploy")
        for path in sorted((root / package).rglob("*.py"))
        for arrow in _arrows(path, root)
        if not _allowed(arrow)
    ]


def _allowed(arrow: Arrow) -> bool:
    part = next((part for part in ALLOWED if _within(arrow.importer, part)), None)
    if part is None:
        return False
    lazy = LAZY.get(part, ()) if arrow.lazy else ()
    return any(_within(arrow.imported, target) for target in (part, *ALLOWED[part], *lazy))


def _within(module: str, package: str) -> bool:
    return module == package or module.startswith(f"{package}.")


def _arrows(path: Path, root: Path) -> list[Arrow]:
    names = path.relative_to(root).with_suffix("").parts
    importer = ".".join(names[:-1] if names[-1] == "__init__" else names)
    tree = ast.parse(path.read_text(), str(path))
    lazy = {
        id(node)
        for function in ast.walk(tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef)
        for node in ast.walk(function)
    }
    return [
        Arrow(importer, imported, id(node) in lazy)
        for node in ast.walk(tree)
        for imported in _imported(node, names[:-1])
        if imported.split(".")[0] in OURS
    ]


def _imported(node: ast.AST, package: tuple[str, ...]) -> list[str]:
    """Full names; of `from package import name` both together, because the name may be a module."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        above = package[: len(package) - node.level + 1] if node.level else ()
        base = [*above, *([node.module] if node.module else [])]
        return [".".join([*base, alias.name]) for alias in node.names]
    return []
