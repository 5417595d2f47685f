from __future__ import annotations

import os
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psutil
import pytest

from deploy.local.claim import claimed, mark
from deploy.local.process import NotStarted, Process, launched
from deploy.local.servers import servers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

SAYS_AND_WAITS = "import signal, sys; print('here', flush=True); signal.pause()"
DEAF = f"import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); {SAYS_AND_WAITS}"
WITH_A_DAEMON = f"import subprocess; subprocess.Popen(['sleep', '600'], start_new_session=True); {SAYS_AND_WAITS}"


@contextmanager
def ready(name: str, command: Sequence[str], **options: Any) -> Iterator[Process]:  # noqa: ANN401 - those of launched
    with launched(name, command, **options) as started:
        started.await_ready()
        yield started


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def says(log: Path, word: str = "here") -> Callable[[], bool]:
    return lambda: word in log.read_text()


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return tmp_path / "logs" / "some.log"


def test_what_ends_instead_of_starting_is_told_with_its_last_lines(log: Path) -> None:
    code = "import sys; print('the first'); sys.exit('the disk is full')"

    with (
        pytest.raises(NotStarted, match=r"Some did not become ready.*\n(.*\n)*  \| the disk is full"),
        ready("Some", python(code), log=log, ready=lambda: False, environment={}),
    ):
        pass


def test_what_never_becomes_ready_is_given_up_in_time(log: Path) -> None:
    began = time.monotonic()

    with (
        pytest.raises(NotStarted, match=r"(?s)Some did not become ready.*here"),
        ready("Some", python(DEAF), log=log, ready=lambda: False, environment={}, start_seconds=1),
    ):
        pass

    assert time.monotonic() - began < 10


def test_a_program_that_is_not_there_is_told() -> None:
    with (
        pytest.raises(NotStarted, match="No such file"),
        ready("Some", ["/no/such/program"], log=Path(os.devnull), ready=lambda: True, environment={}),
    ):
        pass


def test_what_does_not_listen_is_killed_after_its_time(log: Path) -> None:
    with ready("Some", python(DEAF), log=log, ready=says(log), environment={}, stop_seconds=0.3) as deaf:
        assert deaf.process is not None
        number = deaf.process.pid
        assert not deaf.died

    assert not psutil.pid_exists(number)


def test_a_daemon_that_it_started_ends_with_it(log: Path) -> None:
    with ready("Some", python(WITH_A_DAEMON), log=log, ready=says(log), environment={}) as parent:
        assert parent.process is not None
        daemons = psutil.Process(parent.process.pid).children()
        assert [daemon.name() for daemon in daemons] == ["sleep"]

    assert psutil.wait_procs(daemons, timeout=5)[1] == []


def test_settings_meant_for_other_servers_stay_outside(log: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RABBITMQ_NODENAME", "production")
    monkeypatch.setenv("PGHOST", "production")
    code = "import os; print([v for v in os.environ if v.startswith(('RABBITMQ', 'PG'))], 'here')"

    with launched("Some", python(code), log=log, ready=says(log), environment={"PGPORT": "1"}) as started:
        started.await_ready()

    assert log.read_text().startswith("['PGPORT']")


def test_a_folder_in_use_is_refused_by_name_and_free_again_afterwards(tmp_path: Path) -> None:
    with claimed(tmp_path), pytest.raises(NotStarted, match=f"in use by process {os.getpid()}"), claimed(tmp_path):
        pass

    with claimed(tmp_path):
        pass


def test_what_a_killed_run_left_is_ended_and_nothing_else(tmp_path: Path) -> None:
    def sleeper(state: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["/bin/sleep", "600"], env=os.environ | mark(state))

    with sleeper(tmp_path / "ours") as left, sleeper(tmp_path / "other") as stranger:
        try:
            with claimed(tmp_path / "ours"):
                assert not psutil.pid_exists(left.pid)
            assert stranger.poll() is None
        finally:
            left.kill()
            stranger.kill()


@pytest.mark.parametrize(
    ("variable", "url", "said"),
    [
        ("DATABASE_URL", "postgresql://127.0.0.1:1/x", "nothing answers at 127.0.0.1:1, which DATABASE_URL names"),
        ("AMQP_URL", "amqp://127.0.0.1:1", "nothing answers at 127.0.0.1:1, which AMQP_URL names"),
        ("AMQP_URL", "localhost:5672", "AMQP_URL is no address of a server"),
        ("DATABASE_URL", "postgresql://127.0.0.1:many/x", "DATABASE_URL is no address of a server"),
    ],
)
def test_a_given_server_that_does_not_answer_is_told(
    variable: str, url: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, url)

    with pytest.raises(NotStarted, match=said), servers(tmp_path):
        pass
