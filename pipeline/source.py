"""Bytes to an `Issue`, and a clear sentence for what is none."""

from __future__ import annotations

from pipeline.errors import InputError
from pipeline.files import decode, digest
from pipeline.records import Issue


def read_issue(data: bytes, slug: str) -> Issue:
    """The issue in `data`; InputError when it is binary, not UTF-8 or has no text."""
    text = decode(data, slug)
    if not text.strip("\ufeff \t\r\n"):
        raise InputError(f"{slug}: the file is empty")
    return Issue(slug=slug, text=text, sha256=digest(data))
