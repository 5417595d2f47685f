"""The contract's documents are the models', the official parser takes them, and they say what the code does."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator, Draft202012Validator
from ruamel.yaml import YAML

from schema.answers import REASONS
from schema.cloudevents import Fact
from schema.commands import COMMANDS
from schema.events import DERIVED, EVENTS
from schema.json_schemas import ANSWERS, json_schemas
from services.runtime.asyncapi.document import asyncapi
from tests.conftest import TOPOLOGY
from tests.contract.documents import ASYNCAPI, ROOT, SCHEMAS, documents, golden

HERE = Path(__file__).parent
MESSAGES = {**COMMANDS, **EVENTS}
GOLDEN = golden()
#: What a command's schema, or that of an event's data, is about.
DATA = {name: document.get("data", document) for name, document in GOLDEN.items()}
BROKEN = {
    "asyncapi: 3.1.0": "asyncapi: 3.0.0",  # not the newest that the parser knows
    "#/channels/answers/messages/accepted": "#/channels/answers/messages/granted",
    "is: routingKey": "is: key",
    "action: receive": "action: take",
    "type: object": "type: thing",
}


@pytest.fixture(scope="module")
def parsed(tmp_path_factory: pytest.TempPathFactory) -> list[dict[str, Any]]:
    """What the official parser says of the document, and then of it with each of `BROKEN`; one start of it is slow."""
    node = shutil.which("node")
    assert node, "Node.js is missing: `make node` installs it"
    assert (HERE / "node_modules").is_dir(), "the parser is missing: `make node` installs it"
    folder, text = tmp_path_factory.mktemp("broken"), ASYNCAPI.read_text()
    files = [ASYNCAPI]
    for number, (part, broken) in enumerate(BROKEN.items()):
        assert part in text
        files.append(folder / f"{number}.yaml")
        files[-1].write_text(text.replace(part, broken, 1))
    command = [node, str(HERE / "validate.mjs"), *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=100)
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_the_files_are_what_make_contract_writes() -> None:
    stale = [str(path.relative_to(ROOT)) for path, text in documents().items() if read(path) != text]
    assert stale == [], "run `make contract`, and add what it wrote"
    old = {f"{name}.{version}.json" for name, model in MESSAGES.items() for version in range(1, model.VERSION)}
    assert {path.name for path in SCHEMAS.iterdir()} == {
        path.name for path in documents() if path.parent == SCHEMAS
    } | old


def read(path: Path) -> str | None:
    return path.read_text() if path.exists() else None


def test_the_official_parser_has_no_remark(parsed: list[dict[str, Any]]) -> None:
    operations = [*(f"receive.{name}" for name in COMMANDS), "send.events", "send.history"]
    assert parsed[0] == {"version": "3.1.0", "operations": operations, "remarks": []}


def test_the_official_parser_finds_what_is_broken(parsed: list[dict[str, Any]]) -> None:
    assert [part for part, said in zip(BROKEN, parsed[1:], strict=True) if not said["remarks"]] == []


@pytest.mark.parametrize("name", [name for name in json_schemas() if name in DATA])
def test_a_golden_document_follows_its_schema_and_a_changed_one_does_not(name: str) -> None:
    schema, document = json_schemas()[name], DATA[name]
    Draft202012Validator.check_schema(schema)
    validator = Draft202012Validator(schema)
    validator.validate(document)
    assert not validator.is_valid({**document, "hurry": True})
    for field in schema.get("required", []):
        assert not validator.is_valid({key: value for key, value in document.items() if key != field})


def test_a_source_without_its_type_is_refused_by_the_schema_as_by_the_model() -> None:
    submit = DATA["batch.submit.1"]
    bare = {**submit, "sources": [{"url": "https://meets.example/day1.pdf"}]}
    assert not Draft202012Validator(json_schemas()["batch.submit.1"]).is_valid(bare)


@cache
def described() -> dict[str, Any]:
    document: dict[str, Any] = YAML(typ="safe").load(ASYNCAPI)
    return document


@pytest.mark.parametrize(
    "name", [*COMMANDS, *ANSWERS, "events", *(name for name, model in EVENTS.items() if model not in DERIVED)]
)
def test_an_example_follows_the_schema_of_its_message(name: str) -> None:
    document = described()
    message = document["components"]["messages"][name]
    validator = Draft7Validator({**message["payload"], "components": document["components"]})
    (example,) = message["examples"]
    validator.validate(example["payload"])
    assert not validator.is_valid({})


def test_an_envelope_names_every_attribute_that_is_sent() -> None:
    sent = GOLDEN["job.completed.1"]
    envelope = described()["components"]["messages"]["job.completed"]["payload"]
    assert Fact.from_cloudevent(sent).to_cloudevent().keys() == envelope["properties"].keys()


def test_what_the_projector_derives_is_not_promised_at_the_broker() -> None:
    assert {one.TYPE for one in DERIVED} & described()["components"]["messages"].keys() == set()


def test_every_reason_of_a_refusal_is_told() -> None:
    code = "\n".join(path.read_text() for top in ("schema", "services") for path in (ROOT / top).rglob("*.py"))
    assert set(re.findall(r'(?:Refusal\(|Unreadable(?:\.about)?\(|Rejected\(reason=)\s*"([a-z_]+)"', code)) == set(
        REASONS
    )


def test_a_new_event_is_described_by_being_one() -> None:
    document = asyncapi(TOPOLOGY, "0", GOLDEN)
    items = document["components"]["messages"]["events"]["payload"]["items"]["oneOf"]
    assert len(items) == len(EVENTS) - len(DERIVED)
