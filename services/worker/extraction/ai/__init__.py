"""Sheets that an AI reads: those without text, and those that are not read for sure. See ../README.md."""
