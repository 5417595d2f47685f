"""What the fork server imports, once: each child is a copy of it, ready to read.

Importing this changes the process, so nothing but the fork server imports it. A session of its own keeps signals that
are meant for a service and its terminal from ending readings that the service still waits for; the server goes when the
service does, because the pipe between them closes.
"""

from __future__ import annotations

import contextlib
import gc
import os

import services.worker.extraction.reader_child  # noqa: F401 - the point of it

with contextlib.suppress(PermissionError):  # it leads a session already
    os.setsid()
os.environ.clear()
gc.collect()
gc.freeze()  # children share these pages as long as nobody counts in them
gc.disable()  # and live too short to collect anything
