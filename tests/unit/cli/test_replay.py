"""What `heatstream replay` and `recover` say to what they cannot do."""

import pytest
from typer.testing import CliRunner

from services.cli.app import app

AWAY = ["--database-url", "postgresql://nobody@127.0.0.1:1/nothing"]


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["replay", "--compare", "--swap"], "compare first"),
        (["replay", "--until", "2026-07-17T18:00:00Z", "--compare"], "as they were"),
        (["replay", "--until", "yesterday"], "write it like 2026-07-17T18:00:00+02:00, or BATCH:EVENT"),
        (["replay", "--until", "2026-07-17T18:00:00"], "no time with its zone"),
        (["replay", *AWAY], "the database cannot be reached"),
        (["recover", "--since", "-3"], "or an offset"),
        (["recover", "--since", "0", "--amqp-url", "amqp://127.0.0.1:1/"], "the message broker cannot be reached"),
    ],
)
def test_bad_input_is_told_in_one_line(arguments: list[str], says: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.log.configure", lambda *_: None)  # it is for the whole process
    done = CliRunner().invoke(app, arguments)
    assert done.exit_code == 2
    assert says in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr
