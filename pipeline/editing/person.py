"""Who is working here."""

from __future__ import annotations

import getpass
import subprocess


def person_name() -> str:
    """Name the person as git does, else by the account, else `somebody`."""
    try:
        answer = subprocess.run(["git", "config", "user.name"], capture_output=True, text=True, check=False, timeout=5)
        return answer.stdout.strip() or getpass.getuser()
    except (OSError, KeyError, subprocess.TimeoutExpired):
        return "somebody"
