"""Text of pages that are pictures, by a recogniser that may be installed; see ../README.md."""
