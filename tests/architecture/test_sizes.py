from __future__ import annotations

from pathlib import Path

CHECKOUT = Path(__file__).parents[2]
MOST_LINES = 300
MADE = {"__pycache__", "node_modules"}
SAYS_NOTHING = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"}
#: Every folder of code has a place here; below a service, a package of its own concept may grow.
TREE = {
    "schema": {"golden", "histories", "json", "migrations", "queries"},
    "services": {"runtime", "api", "worker", "projector", "client", "cli"},
    "deploy": {"local", "docker", "nginx", "caddy", "kubernetes", "rabbitmq", "monitoring"},
    "tests": {"unit", "contract", "architecture", "integration", "acceptance", "chaos", "bench", "samples", "fuzz"},
}


def test_no_file_is_too_long_to_hold_one_concept() -> None:
    lengths = {path: len((CHECKOUT / path).read_text().splitlines()) for path in _paths() if path.suffix == ".py"}

    assert {path: length for path, length in lengths.items() if length > MOST_LINES} == {}


def test_every_name_tells_what_is_inside() -> None:
    assert [path for path in _paths() if SAYS_NOTHING & set(path.stem.lower().split("_"))] == []


def test_every_folder_has_its_place_in_the_tree() -> None:
    folders = {path.parts[:2] for path in _paths() if (CHECKOUT / path).is_dir() and len(path.parts) > 1}

    assert sorted(folder for folder in folders if folder[1] not in TREE[folder[0]]) == []


def _paths() -> list[Path]:
    """Files and folders of code, relative to the checkout."""
    found = [path for top in TREE for path in (CHECKOUT / top).rglob("*") if MADE.isdisjoint(path.parts)]
    assert found
    return [path.relative_to(CHECKOUT) for path in found]
