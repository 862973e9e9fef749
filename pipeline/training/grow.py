"""Makes a trained network larger: new encoder layers and wider feed-forward layers that at first change little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.training.export import read_folder, read_shape, write_folder

if TYPE_CHECKING:
    import torch

LAYERS = "model.encoder.layers."
SILENT = ("self_attn.out_proj", "fc2")
"""What a layer adds to its input goes through these; with zeros in them it adds nothing."""
Level = tuple[float, float]
"""Mean and standard deviation over the width of what a layer puts out, averaged over pieces."""


def write_larger(start: Path, layers: int, wider: int, texts: Sequence[str], out: Path) -> None:
    """Write the model of `start` with `layers` encoder layers added and every feed-forward layer `wider` units wider.

    `texts` are a few dozen English sentences.
    """
    shape, model = read_shape(start), read_folder(start).eval()
    weights = deepened(model.state_dict(), levels(model, encoded(start, texts)), layers)
    larger = replace(shape, encoder_layers=shape.encoder_layers + layers, inner=shape.inner + wider)
    write_folder(widened(weights, wider), larger, start / "source.spm", out)


def encoded(start: Path, texts: Sequence[str]) -> list[list[int]]:
    """Encode texts with a folder's tokeniser, each closed by its end of sentence."""
    import sentencepiece

    encoder = sentencepiece.SentencePieceProcessor(model_file=str(start / "source.spm"))
    return [[*encoder.encode(text), encoder.eos_id()] for text in texts]


def levels(model: Any, rows: Sequence[Sequence[int]]) -> list[Level]:
    """Measure every encoder layer's output on encoded sentences."""
    import torch

    with torch.no_grad():
        runs = [model.model.encoder(torch.tensor([row]), output_hidden_states=True).hidden_states[1:] for row in rows]
    return [
        (
            float(torch.cat([state.mean(-1) for state in states], 1).mean()),
            float(torch.cat([state.std(-1, unbiased=False) for state in states], 1).mean()),
        )
        for states in zip(*runs, strict=True)
    ]


def deepened(weights: Mapping[str, torch.Tensor], measured: Sequence[Level], more: int) -> dict[str, torch.Tensor]:
    """Return weights with `more` new encoder layers spread evenly among the old ones, whose levels were measured.

    A new layer is a copy of the one before it that adds nothing to its input yet. It normalises a second time, which
    fixed weights undo only on average; the loss rises at first and is back after about a hundred updates. After the
    progressive stacking of Gong et al. 2019, "Efficient Training of BERT by Progressively Stacking".
    """
    grown = {name: value for name, value in weights.items() if not name.startswith(LAYERS)}
    old = len(measured)
    place = 0
    for number, level in enumerate(measured):
        own = layer(weights, number)
        copies = (number + 1) * more // old - number * more // old
        for values in (own, *[silent(own, level)] * copies):
            grown |= {f"{LAYERS}{place}.{name}": value.clone() for name, value in values.items()}
            place += 1
    return grown


def layer(weights: Mapping[str, torch.Tensor], number: int) -> dict[str, torch.Tensor]:
    """Return one encoder layer's weights by their names within it."""
    start = f"{LAYERS}{number}."
    return {name.removeprefix(start): value for name, value in weights.items() if name.startswith(start)}


def silent(own: Mapping[str, torch.Tensor], level: Level) -> dict[str, torch.Tensor]:
    """Return a copy of a layer that hands on, as nearly as fixed weights can, what the layer itself puts out."""
    import torch

    mean, spread = level
    new = {name: torch.zeros_like(value) if name.startswith(SILENT) else value for name, value in own.items()}
    for norm in ("self_attn_layer_norm", "final_layer_norm"):
        new[f"{norm}.weight"] = torch.full_like(own[f"{norm}.weight"], spread)
        new[f"{norm}.bias"] = torch.full_like(own[f"{norm}.bias"], mean)
    return new


def widened(weights: Mapping[str, torch.Tensor], wider: int) -> dict[str, torch.Tensor]:
    """Return weights with `wider` new units in every feed-forward layer, which as yet add nothing to its output.

    What leads into a new unit is drawn as wide as the layer's own weights, always alike; what leads out is zero.
    """
    import torch

    draw = torch.Generator().manual_seed(wider)
    grown = dict(weights)
    for name, value in weights.items():
        if name.endswith("fc1.weight"):
            new = torch.randn(wider, value.shape[1], generator=draw, dtype=value.dtype) * value.std()
            grown[name] = torch.cat([value, new])
        elif name.endswith("fc1.bias"):
            grown[name] = torch.cat([value, value.new_zeros(wider)])
        elif name.endswith("fc2.weight"):
            grown[name] = torch.cat([value, value.new_zeros(len(value), wider)], dim=1)
    return grown
