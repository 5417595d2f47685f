from __future__ import annotations

from functools import partial

import typer

from services.cli.command_group import add
from services.cli.commands import (
    demo,
    discover,
    export,
    extract,
    migrate,
    orders,
    recover,
    replay,
    send,
    services,
    submit,
    topology,
    up,
    watch,
)
from services.cli.commands.audit.group import group as audit
from services.cli.commands.dead_letters.group import group as dead_letters
from services.cli.commands.erase.command import erase
from services.cli.commands.keys.group import group as keys
from services.cli.commands.set_aside.group import group as set_aside
from services.cli.commands.status.command import status
from services.cli.failures import OneLineFailures

app = typer.Typer(
    name="heatstream",
    cls=OneLineFailures,
    help=(
        "Finds every swim of one swimmer in a pile of heat sheets.\n\n"
        "Start with `heatstream extract sheet.pdf --swimmer 'First Last'`, which needs no server. Each command"
        " explains itself, with an example: `heatstream COMMAND --help`."
    ),
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,  # rich takes half a second to draw a help page
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


_add = partial(add, app)
_SETTINGS = "HEATSTREAM_AMQP_URL=amqp://… HEATSTREAM_DATABASE_URL=postgresql://…"
_add("demo", demo.demo, "heatstream demo")
_add("up", up.up, "heatstream up --port 8000")
_add(
    "extract",
    extract.extract,
    "heatstream extract examples/sprint-night.pdf --swimmer 'Maya Lindqvist'",
    "heatstream extract examples/sprint-night.pdf --all --json | jq '.entries | length'",
    "heatstream extract examples/three-column-relays.pdf --team HARB",
)
_add(
    "discover",
    discover.discover,
    "heatstream discover https://meets.example/june-open",
    "heatstream discover https://meets.example/june-open --json"
    " | jq -r '.pdfs[] | select(.kind == \"heat_sheet\").url'"
    " | xargs heatstream submit --swimmer 'Maya Lindqvist'",
)
_add(
    "submit", submit.submit, "heatstream submit day1.pdf day2.pdf --swimmer 'Lindqvist, Maya' --ics maya.ics --alarm 10"
)
_add("watch", watch.watch, "heatstream watch 0199c0de-0000-7000-8000-000000000000")
_add("cancel", orders.cancel, "heatstream cancel 0199c0de-0000-7000-8000-000000000000")
_add("retry", orders.retry, "heatstream retry 0199c0de-0000-7000-8000-000000000000 --job 2")
_add("notify", orders.notify, "heatstream notify 0199c0de-0000-7000-8000-000000000000 --email parent@example.org")
_add("expire", orders.expire, "heatstream expire 0199c0de-0000-7000-8000-000000000000 --yes")
_add(
    "export",
    export.export,
    "heatstream export 0199c0de-0000-7000-8000-000000000000",
    "heatstream export --since 2026-07-17T00:00:00Z --until 2026-07-18T00:00:00Z > friday.jsonl",
)
_add(
    "send",
    send.send,
    "heatstream send batch.cancel --batch 0199c0de-0000-7000-8000-000000000000",
    "heatstream send batch.submit --swimmer 'Maya Lindqvist' --url https://meets.example/day1.pdf",
    "heatstream send batch.submit --json-body batch.json --json | jq -r .status",
)
_add(
    "erase",
    erase,
    "heatstream erase --swimmer 'Maya Lindqvist'",
    "heatstream erase --swimmer 'Maya Lindqvist' --yes --json",
    "heatstream erase --batch 0199c0de-0000-7000-8000-000000000000 --yes",
)
_add("status", status, "heatstream status", "heatstream status --json | jq '.partitions[].seconds'")
_add("migrate", migrate.migrate, "heatstream migrate --database-url postgresql://postgres@127.0.0.1/heatstream")
_add(
    "replay",
    replay.replay,
    "heatstream replay --compare",
    "heatstream replay --swap",
    "heatstream replay --until 2026-07-17T18:00:00+02:00 --into friday",
    "heatstream replay --until 0199c0de-0000-7000-8000-000000000000:12 --json",
)
_add(
    "recover",
    recover.recover,
    "heatstream recover --since 2026-07-17T18:00:00+02:00",
    "heatstream recover --since 120000 --json | jq .recorded",
)
_add("topology", topology.topology, "heatstream topology --json | jq '.queues[].name'")
_add("api", services.api, f"{_SETTINGS} heatstream api")
_add("worker", services.worker, f"{_SETTINGS} heatstream worker")
_add("projector", services.projector, f"{_SETTINGS} heatstream projector")
app.add_typer(
    dead_letters,
    name="dead-letters",
    epilog="\b\nExample:\n  heatstream dead-letters list --queue commands.dead",
)
app.add_typer(
    set_aside,
    name="set-aside",
    epilog="\b\nExample:\n  heatstream set-aside list --reason future_version",
)
app.add_typer(
    audit,
    name="audit",
    epilog="\b\nExample:\n  heatstream audit verify --all",
)
app.add_typer(
    keys,
    name="keys",
    epilog="\b\nExample:\n  heatstream keys create 'club site' --scope submit --file keys.jsonl",
)
