"""Writes weights as a Hugging Face Marian folder and as CTranslate2 int8, and reads such a folder back for training."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.engine import DOUBT, DOUBT_KEY
from pipeline.engine_ct2 import LENGTH_PENALTY
from pipeline.omissions import FLOOR, FLOOR_KEY
from pipeline.training.network import build, load_weights
from pipeline.training.settings import Shape

if TYPE_CHECKING:
    import torch

SPECIAL = {"lstrip": False, "normalized": False, "rstrip": False, "single_word": False, "special": True}
LONGEST_TEXT = 256
BEAMS = 4


def pieces_in_order(encoder: Any) -> list[str]:
    """List a tokeniser's pieces as they are exported: its own order, but the padding last."""
    count, pad = encoder.get_piece_size(), encoder.pad_id()
    return [encoder.id_to_piece(number) for number in export_order(count, pad)]


def export_order(count: int, pad: int) -> list[int]:
    """Return the piece numbers with `pad` moved to the end, where CTranslate2's converter looks for it."""
    return [number for number in range(count) if number != pad] + [pad]


def reordered(weights: dict[str, torch.Tensor], order: list[int]) -> dict[str, torch.Tensor]:
    """Put the rows of the embedding, and of the output bias, into another order."""
    per_piece = ("shared.weight", "embed_tokens.weight", "lm_head.weight")
    changed = {name: value[order] if name.endswith(per_piece) else value for name, value in weights.items()}
    return changed | {
        name: value[..., order] for name, value in weights.items() if name.endswith("final_logits_bias")
    }  # fmt: skip


def write_folder(weights: dict[str, torch.Tensor], shape: Shape, tokenizer: Path, folder: Path) -> None:
    """Write weights in the tokeniser's order as a Marian folder of half-precision safetensors."""
    import sentencepiece
    import torch

    encoder = sentencepiece.SentencePieceProcessor(model_file=str(tokenizer))
    count, eos = encoder.get_piece_size(), encoder.eos_id()
    model = build(shape, count, count - 1, eos, 0.0)
    values = reordered(weights, export_order(count, encoder.pad_id()))
    model.load_state_dict(values, strict=False)
    model.tie_weights()
    with torch.no_grad():
        model.get_input_embeddings().weight[count - 1].zero_()
    set_generation(model, count - 1, eos)
    model.config.update({FLOOR_KEY: FLOOR, DOUBT_KEY: DOUBT})
    folder.mkdir(parents=True, exist_ok=True)
    model.half().save_pretrained(folder)
    write_tokenizer(encoder, tokenizer, folder)


def set_generation(model: Any, pad: int, eos: int) -> None:
    """Set how `generate` decodes: beam search as the tool has it, never the padding."""
    model.generation_config.update(
        bad_words_ids=[[pad]],
        decoder_start_token_id=pad,
        eos_token_id=eos,
        forced_eos_token_id=eos,
        length_penalty=LENGTH_PENALTY,
        max_length=LONGEST_TEXT,
        num_beams=BEAMS,
        pad_token_id=pad,
    )


def write_tokenizer(encoder: Any, tokenizer: Path, folder: Path) -> None:
    """Write the tokeniser's files as MarianTokenizer reads them."""
    pieces = pieces_in_order(encoder)
    special = {pieces.index("</s>"): "</s>", pieces.index("<unk>"): "<unk>", len(pieces) - 1: "<pad>"}
    config = {
        "added_tokens_decoder": {str(number): {"content": piece} | SPECIAL for number, piece in special.items()},
        "eos_token": "</s>",
        "model_max_length": LONGEST_TEXT,
        "pad_token": "<pad>",
        "separate_vocabs": False,
        "source_lang": "en",
        "sp_model_kwargs": {},
        "target_lang": "zh",
        "tokenizer_class": "MarianTokenizer",
        "unk_token": "<unk>",
    }
    write_json(folder / "tokenizer_config.json", config)
    write_json(folder / "vocab.json", {piece: number for number, piece in enumerate(pieces)})
    for name in ("source.spm", "target.spm"):
        shutil.copyfile(tokenizer, folder / name)


def write_json(path: Path, value: object) -> None:
    """Write a value as indented JSON."""
    path.write_text(json.dumps(value, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def read_shape(folder: Path) -> Shape:
    """Read the size of the network in a Marian folder."""
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return Shape(
        config["encoder_layers"],
        config["decoder_layers"],
        config["d_model"],
        config["encoder_ffn_dim"],
        config["encoder_attention_heads"],
    )


def read_folder(folder: Path) -> Any:
    """Read an exported Marian folder back as a network in its tokeniser's own order, ready to be trained on."""
    import sentencepiece

    encoder = sentencepiece.SentencePieceProcessor(model_file=str(folder / "source.spm"))
    count, pad, eos = encoder.get_piece_size(), encoder.pad_id(), encoder.eos_id()
    model = build(read_shape(folder), count, count - 1, eos, 0.0)
    load_weights(model, folder)
    places = export_order(count, pad)
    order = sorted(range(count), key=lambda row: places[row])
    own = build(read_shape(folder), count, pad, eos, 0.0)
    own.load_state_dict(reordered(model.state_dict(), order), strict=False)
    own.tie_weights()
    return own
