"""What a person sees while a batch runs, on standard error: bars on a terminal, one line an event elsewhere."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from schema.states import Stage
from services.cli.printable import printable, say

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from typing import Protocol

    from services.client.following import BatchNews

    #: Gives the source (file name or link) of each job by its sequence; called once, when the first job has news.
    Names = Callable[[], Mapping[int, str]]

    class Show(Protocol):
        """Shows one event; where several swimmers' batches are watched, `whose` says whose it is of."""

        def __call__(self, news: BatchNews, whose: str = "") -> None: ...


@contextmanager
def showing(names: Names) -> Iterator[Show]:
    """Yields what shows the events of a batch, or of several over the same sources."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield _Lines(names)
        return
    columns = SpinnerColumn(), TextColumn("{task.description}"), BarColumn(20), TextColumn("{task.fields[said]}")
    with Progress(*columns, TimeElapsedColumn(), console=console) as bars:
        yield _Bars(names, bars)


class _Lines:
    def __init__(self, names: Names) -> None:
        self._ask, self._names = names, dict[int, str]()

    def __call__(self, news: BatchNews, whose: str = "") -> None:
        sequence = news.data.get("sequence")
        if sequence is not None and not self._names:
            self._names = dict(self._ask())
        what = "batch" if sequence is None else self._names[sequence]
        say(f"{_of(whose, what)}: {sentence(news)}", err=True)


class _Bars:
    def __init__(self, names: Names, bars: Progress) -> None:
        self._ask, self._bars, self._tasks = names, bars, dict[tuple[str, int], TaskID]()

    def __call__(self, news: BatchNews, whose: str = "") -> None:
        sequence = news.data.get("sequence")
        if sequence is None:
            return
        if (whose, sequence) not in self._tasks:
            for each, name in self._ask().items():
                task = self._bars.add_task(escape(printable(_of(whose, name))), total=Stage.DONE.rank, said="waiting")
                self._tasks[whose, each] = task
        over = news.name in ("job_completed", "job_failed")
        stage = Stage.DONE if over else Stage(news.data.get("stage", Stage.QUEUED))
        self._bars.update(self._tasks[whose, sequence], completed=stage.rank, said=escape(printable(sentence(news))))


def _of(whose: str, what: str) -> str:
    return f"{whose} · {what}" if whose else what


def sentence(news: BatchNews) -> str:  # noqa: PLR0911 - one match, one case an event
    """One event for people; an event that this client does not know is told by its name."""
    data = news.data
    match news.name:
        case "job_progress":
            return str(data.get("message") or data["stage"])
        case "job_completed":
            return "done, from the cache" if data.get("cached") else "done"
        case "job_failed":
            return f"failed: {data['error_message']}"
        case "job_retry_scheduled":
            return f"{data['error_message']}: next try in {data['delay_seconds']} s"
        case "batch_retry_requested":
            return f"trying {len(data['jobs'])} of its sheets again"
        case "batch_completed":
            return f"{data['status']}: {data['completed_pdfs']} of {data['total_pdfs']} sheets read"
        case _:
            return news.name.replace("_", " ")
