"""Turns a Marian folder into its CTranslate2 form: int8 weights, and attention that can be asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def write_compact(folder: Path, out: Path) -> None:
    """Convert a model with int8 weights; the attention it gives is the mean of all heads of the last layer.

    Source: CTranslate2 takes the first `alignment_heads` heads of the decoder's last layer, one by default.
    Raises what the converter raises: OSError, ValueError, RuntimeError or KeyError.
    """
    from ctranslate2.converters import TransformersConverter

    class AllHeads(TransformersConverter):  # type: ignore[misc]
        def _load(self) -> Any:
            spec = super()._load()
            spec.decoder.alignment_heads = spec.decoder.num_heads
            return spec

    AllHeads(str(folder)).convert(str(out), quantization="int8", force=True)
