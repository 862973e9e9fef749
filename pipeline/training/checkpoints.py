"""Checkpoints: weights and optimiser on disk, and the mean of several."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.training.network import Flat

PREFIX = "update-"


def all_of(folder: Path) -> list[Path]:
    """List a run's checkpoints, oldest first."""
    return sorted(folder.glob(f"{PREFIX}*[0-9]"))


def newest(folder: Path) -> Path | None:
    """Return a run's last checkpoint, None before the first."""
    return next(reversed(all_of(folder)), None)


def save(folder: Path, model: Any, optimiser: Any, state: dict[str, Any]) -> Path:
    """Write a checkpoint into its own folder, which appears only when it is whole."""
    import torch

    final = folder / f"{PREFIX}{state['update']:08d}"
    part = final.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    model.save_pretrained(part)
    moments = optimiser.state_dict()["state"].get(0, {})
    torch.save({"moments": moments, **state}, part / "state.pt")
    shutil.rmtree(final, ignore_errors=True)
    part.rename(final)
    return final


def load(path: Path, flat: Flat, optimiser: Any) -> dict[str, Any]:
    """Read a checkpoint into a run's weights and optimiser; return the rest of its state."""
    import torch
    from safetensors.torch import load_file

    weights = load_file(path / "model.safetensors")
    flat.fill([weights[name] for name in flat.names])
    state: dict[str, Any] = torch.load(path / "state.pt", weights_only=True)
    moments = state.pop("moments")
    if moments:
        groups = optimiser.state_dict()["param_groups"]
        optimiser.load_state_dict({"state": {0: moments}, "param_groups": groups})
    return state


def thin(folder: Path, keep: int) -> None:
    """Remove all but the newest `keep` checkpoints."""
    for path in all_of(folder)[:-keep]:
        shutil.rmtree(path)


def average(paths: Sequence[Path]) -> dict[str, Any]:
    """Return the mean of several checkpoints' weights by name."""
    from safetensors.torch import load_file

    total = {name: value.double() for name, value in load_file(paths[0] / "model.safetensors").items()}
    for path in paths[1:]:
        for name, value in load_file(path / "model.safetensors").items():
            total[name] += value.double()
    return {name: (value / len(paths)).float() for name, value in total.items()}


def part_way(old: Mapping[str, Any], new: Mapping[str, Any], share: float) -> dict[str, Any]:
    """Return weights that lie a share of the way from the old ones to the new ones (after WiSE-FT, Wortsman 2022)."""
    return {name: old[name].lerp(value, share) for name, value in new.items()}
