"""What changed in the Chinese of an issue between two states of its bilingual file, unit by unit."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.bilingual import Bilingual, Saved, read_bilingual
from pipeline.errors import InputError
from pipeline.review import Change, char_diff, visible_controls


@dataclass(frozen=True, slots=True)
class Changed:
    """One unit whose Chinese, English or approval is another than before."""

    unit: str
    source: str
    before: str
    """The earlier Chinese; empty for a new unit."""
    after: str
    """The later Chinese; empty for one that is gone."""
    approved: tuple[bool, bool]

    @property
    def changes(self) -> tuple[Change, ...]:
        """The two texts compared by character."""
        return char_diff(self.before, self.after, ())


def changes_between(old: Bilingual, new: Bilingual) -> tuple[Changed, ...]:
    """List what changed, in the order of the later file, then what is gone.

    The same English is the same unit wherever it stands; of several with the same English each is paired with the
    one at its address or else with the next one.
    """
    left = list(old.entries)
    found = []
    for saved in new.entries:
        before = next(_same(saved, left), None)
        if before is not None:
            left.remove(before)
        found.append(_changed(before, saved))
    found += [Changed(gone.unit, gone.source, gone.target, "", (gone.approved, False)) for gone in left]
    return tuple(one for one in found if one.before != one.after or one.approved[0] != one.approved[1])


def bilingual_at(path: Path, revision: str) -> Bilingual:
    """Read a bilingual file as it was at a git revision; empty when it was not there yet.

    Raises InputError when there is no such revision or no git.
    """
    if revision.startswith("-"):
        raise InputError(f"{revision}: not a revision")
    _git(
        path.parent,
        "rev-parse",
        "--verify",
        "--quiet",
        f"{revision}^{{commit}}",
        problem=f"{revision}: no such revision",
    )
    listed = _git(path.parent, "ls-tree", "--name-only", revision, "--", path.name)
    if not listed.strip():
        return Bilingual()
    return read_bilingual(_git(path.parent, "show", f"{revision}:./{path.name}"), f"{revision}:{path}")


def render_changes(slug: str, changes: tuple[Changed, ...]) -> str:
    """Render changes for a terminal or a pull request, `[-removed-]` and `{+added+}`."""
    blocks = [_block(change) for change in changes] or ["  nothing changed"]
    return visible_controls("\n\n".join([f"== {slug}: {len(changes)} units changed ==", *blocks])) + "\n"


def _same(saved: Saved, candidates: list[Saved]) -> Iterator[Saved]:
    same = [one for one in candidates if one.source == saved.source]
    yield from sorted(same, key=lambda one: one.unit != saved.unit)


def _changed(before: Saved | None, after: Saved) -> Changed:
    earlier = (before.target, before.approved) if before else ("", False)
    return Changed(after.unit, after.source, earlier[0], after.target, (earlier[1], after.approved))


def _block(change: Changed) -> str:
    marks = {"removed": ("[-", "-]"), "added": ("{+", "+}"), "same": ("", "")}
    text = "".join(f"{marks[piece.kind][0]}{piece.text}{marks[piece.kind][1]}" for piece in change.changes)
    state = {(False, True): "approved", (True, False): "no longer approved"}.get(change.approved, "")
    lines = [f"{change.unit}  {state}".rstrip(), f"  EN  {change.source}", f"  ZH  {text}"]
    return "\n".join(line.replace("\n", "\n      ") for line in lines)


def _git(folder: Path, *arguments: str, problem: str = "") -> str:
    try:
        answer = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=False, timeout=60)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise InputError(f"git cannot be used here ({error})") from None
    if answer.returncode:
        said = answer.stderr.decode("utf-8", "replace").strip().splitlines()
        raise InputError(problem or f"git: {said[-1] if said else 'failed'}")
    return answer.stdout.decode("utf-8", "replace")
