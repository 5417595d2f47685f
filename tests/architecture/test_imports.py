from __future__ import annotations

from pathlib import Path

import pytest

from tests.architecture.arrows import wrong_arrows

CHECKOUT = Path(__file__).parents[2]


def test_every_import_follows_the_arrows() -> None:
    assert wrong_arrows(CHECKOUT) == []


@pytest.mark.parametrize(
    ("path", "line", "wrong"),
    [
        ("schema/events.py", "from services.runtime import log", "schema.events imports services.runtime.log"),
        ("services/runtime/log.py", "import services.api", "services.runtime.log imports services.api"),
        ("services/api/app.py", "from ..worker import jobs", "services.api.app imports services.worker.jobs"),
        (
            "services/api/sse/hub.py",
            "from services import projector",
            "services.api.sse.hub imports services.projector",
        ),
        ("services/worker/jobs.py", "import tests.unit", "services.worker.jobs imports tests.unit"),
        ("services/projector/fold.py", "import services.cli", "services.projector.fold imports services.cli"),
        ("services/cli/app.py", "from services.worker import jobs", "services.cli.app imports services.worker.jobs"),
        (
            "services/cli/app.py",
            "from services.api.__main__ import main",
            "services.cli.app imports services.api.__main__.main",
        ),
        ("services/cli/__init__.py", "from deploy import docker", "services.cli imports deploy.docker"),
        ("deploy/local/stack.py", "import services.api.app", "deploy.local.stack imports services.api.app"),
        ("deploy/cloud/stack.py", "import schema", "deploy.cloud.stack imports schema"),
    ],
)
def test_a_wrong_arrow_is_told_with_both_names(tmp_path: Path, path: str, line: str, wrong: str) -> None:
    _write(tmp_path, path, line)

    assert wrong_arrows(tmp_path) == [wrong]


def test_an_import_for_types_or_inside_a_function_is_an_arrow_too(tmp_path: Path) -> None:
    _write(tmp_path, "services/api/app.py", "if TYPE_CHECKING:\n    import services.worker")
    _write(tmp_path, "services/worker/jobs.py", "async def run():\n    from services.api import app")

    assert wrong_arrows(tmp_path) == [
        "services.api.app imports services.worker",
        "services.worker.jobs imports services.api.app",
    ]


def test_a_command_may_load_a_service_when_it_runs_and_nothing_else_of_it(tmp_path: Path) -> None:
    _write(
        tmp_path,
        "services/cli/commands/services.py",
        "def api():\n    from services.api.__main__ import main\n    from services.api import app",
    )

    assert wrong_arrows(tmp_path) == ["services.cli.commands.services imports services.api.app"]


def _write(root: Path, path: str, text: str) -> None:
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    (root / path).write_text(text)
