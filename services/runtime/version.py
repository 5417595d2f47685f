from __future__ import annotations

#: The project's, as pyproject.toml has it; the image has the code without the package's own description.
VERSION = "0.1.0"
