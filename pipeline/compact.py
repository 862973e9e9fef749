"""Turns a Marian folder into its CTranslate2 form: int8 weights, and attention that can be asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def write_compact(folder: Path, out: Path) -> None:
    """Convert a model with int8 weights; the attention it gives is the mean of all heads of one decoder layer.

    It is the last of two layers and the last but one of more, where attention follows the words best (Garg et al.
    2019, "Jointly Learning to Align and Translate with Transformer Models"). Source: CTranslate2 takes the first
    `alignment_heads` heads of `alignment_layer`, by default one head of the last.
    Raises what the converter raises: OSError, ValueError, RuntimeError or KeyError.
    """
    import numpy as np
    from ctranslate2.converters import TransformersConverter

    class AllHeads(TransformersConverter):  # type: ignore[misc]
        def _load(self) -> Any:
            spec = super()._load()
            layers = len(spec.decoder.layer)
            spec.decoder.alignment_layer = np.int16(layers - 2 if layers > 2 else layers - 1)
            spec.decoder.alignment_heads = spec.decoder.num_heads
            return spec

    AllHeads(str(folder)).convert(str(out), quantization="int8", force=True)
