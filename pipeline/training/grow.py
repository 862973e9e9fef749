"""Makes a trained network larger: new layers and wider feed-forward layers that at first change little."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.training.batches import Encoded, encode_pairs
from pipeline.training.corpus import Pair
from pipeline.training.export import read_folder, read_shape, write_folder

if TYPE_CHECKING:
    import torch

SIDES = ("encoder", "decoder")
SILENT = ("self_attn.out_proj", "encoder_attn.out_proj", "fc2")
"""What a layer adds to its input goes through these; with zeros in them it adds nothing."""
NORMS = ("self_attn_layer_norm", "encoder_attn_layer_norm", "final_layer_norm")
Level = tuple[float, float]
"""Mean and standard deviation over the width of what a layer puts out, averaged over pieces."""


def write_larger(start: Path, layers: tuple[int, int], wider: int, pairs: Sequence[Pair], out: Path) -> None:
    """Write the model of `start` with encoder and decoder `layers` added and feed-forward layers `wider` units wider.

    `pairs` are a few dozen, to measure what comes out of the old layers.
    """
    shape, model = read_shape(start), read_folder(start).eval()
    weights = model.state_dict()
    measured = levels(model, encoded(start, pairs))
    for side, more in zip(SIDES, layers, strict=True):
        weights = deepened(weights, side, measured[side], more)
    larger = replace(
        shape,
        encoder_layers=shape.encoder_layers + layers[0],
        decoder_layers=shape.decoder_layers + layers[1],
        inner=shape.inner + wider,
    )
    write_folder(widened(weights, wider), larger, start / "source.spm", out)


def encoded(start: Path, pairs: Sequence[Pair]) -> list[Encoded]:
    """Encode pairs with a folder's tokeniser, each side closed by its end of sentence."""
    import sentencepiece

    encoder: Any = sentencepiece.SentencePieceProcessor(model_file=str(start / "source.spm"))
    return encode_pairs(pairs, encoder, encoder.eos_id())


def levels(model: Any, rows: Sequence[Encoded]) -> dict[str, list[Level]]:
    """Measure the output of every layer of both sides on encoded pairs."""
    import torch

    with torch.no_grad():
        runs = [
            model(
                input_ids=torch.tensor([source]),
                decoder_input_ids=torch.tensor([[model.config.pad_token_id, *target[:-1]]]),
                output_hidden_states=True,
            )
            for source, target in rows
        ]
    states = {side: [getattr(run, f"{side}_hidden_states")[1:] for run in runs] for side in SIDES}
    return {side: [level(torch.cat(outputs, 1)) for outputs in zip(*states[side], strict=True)] for side in SIDES}


def level(outputs: torch.Tensor) -> Level:
    """Measure one layer's outputs, [1, pieces, width]."""
    return float(outputs.mean(-1).mean()), float(outputs.std(-1, unbiased=False).mean())


def deepened(
    weights: Mapping[str, torch.Tensor], side: str, measured: Sequence[Level], more: int
) -> dict[str, torch.Tensor]:
    """Return weights with `more` new layers spread evenly among the old ones of a side, whose levels were measured.

    A new layer is a copy of the one before it that adds nothing to its input yet. It normalises again, which fixed
    weights undo only on average; the loss rises at first and is back after about a hundred updates. After the
    progressive stacking of Gong et al. 2019, "Efficient Training of BERT by Progressively Stacking".
    """
    layers = f"model.{side}.layers."
    grown = {name: value for name, value in weights.items() if not name.startswith(layers)}
    old = len(measured)
    place = 0
    for number, own_level in enumerate(measured):
        own = layer(weights, f"{layers}{number}.")
        # A layer that is new alone stands last: there it was measured to disturb the output least.
        copies = (number + 1) * more // old - number * more // old
        for values in (own, *[silent(own, own_level)] * copies):
            grown |= {f"{layers}{place}.{name}": value.clone() for name, value in values.items()}
            place += 1
    return grown


def layer(weights: Mapping[str, torch.Tensor], start: str) -> dict[str, torch.Tensor]:
    """Return the weights of one layer, whose names begin with `start`, by their names within it."""
    return {name.removeprefix(start): value for name, value in weights.items() if name.startswith(start)}


def silent(own: Mapping[str, torch.Tensor], measured: Level) -> dict[str, torch.Tensor]:
    """Return a copy of a layer that hands on, as nearly as fixed weights can, what the layer itself puts out."""
    import torch

    mean, spread = measured
    new = {name: torch.zeros_like(value) if name.startswith(SILENT) else value for name, value in own.items()}
    for name, value in own.items():
        if name.startswith(NORMS):
            new[name] = torch.full_like(value, spread if name.endswith("weight") else mean)
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
