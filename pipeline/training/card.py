"""Writes a model card from a run's record; every figure in it was measured or counted by the run."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pipeline.training.augment import SLOTS


def write_card(path: Path, record: Mapping[str, Any], notes: str) -> None:
    """Write the card as Markdown, with `notes` (Markdown of a person) at its end."""
    measured, worked = measured_part(record["measured"]), work_part(record["at_work"])
    parts = [head(record), data_part(record), training_part(record), measured, worked, notes.strip()]
    path.write_text("\n\n".join(part for part in parts if part) + "\n", encoding="utf-8")


def table(columns: list[str], rows: list[list[Any]]) -> str:
    """Lay out a Markdown table."""
    lines: list[list[Any]] = [columns, ["---"] * len(columns), *rows]
    return "\n".join("| " + " | ".join(str(cell) for cell in line) + " |" for line in lines)


def head(record: Mapping[str, Any]) -> str:
    """Describe the model and how it is loaded."""
    shape = record["settings"]["shape"]
    rows: list[list[Any]] = [
        ["architecture", f"Marian Transformer, post-norm, ReLU, {shape['encoder_layers']} encoder and "
         f"{shape['decoder_layers']} decoder layers, width {shape['width']}, inner width {shape['inner']}, "
         f"{shape['heads']} heads, one tied embedding"],
        ["vocabulary", "SentencePiece unigram, joint, byte fallback, digits split, nothing normalised"],
        ["slots", f"`{SLOTS[0]}` to `{SLOTS[-1]}`, single pieces that come through translation"],
        ["languages", "English to Simplified Chinese"],
        ["files", "Hugging Face Marian folder (half-precision safetensors), `ct2/` for CTranslate2 (int8)"],
    ]  # fmt: skip
    return "# English-Chinese model\n\n" + table(["", ""], rows)


def data_part(record: Mapping[str, Any]) -> str:
    """List the pairs by domain and how often each was seen in one epoch."""
    pairs, weights = record["run"]["pairs"], record["settings"]["weights"]
    rows: list[list[Any]] = [
        [domain or "(none)", f"{count:,}", weights.get(domain, 1.0)] for domain, count in pairs.items()
    ]
    rare, more = record["run"]["rare"], record["settings"]["rare_more"]
    total = f"{sum(pairs.values()):,} pairs after cleaning."
    if rare and more:
        total += f" {rare:,} of them hold a word that few pairs have, and are seen {more:g} times more an epoch."
    return f"## Data\n\n{total}\n\n" + table(["domain", "pairs", "times an epoch"], rows)


def training_part(record: Mapping[str, Any]) -> str:
    """Tell how long it was trained, on what, and how its loss fell."""
    run, settings = record["run"], record["settings"]
    last = run["log"][-1] if run["log"] else {"update": 0, "tokens": 0, "seconds": 0.0}
    begun = "other weights" if settings["start"] else "random weights or an earlier checkpoint"
    sentences = (
        f"Begun from {begun}; {last['tokens'] / 1e6:.1f} million target pieces in {last['update']:,.0f} updates, "
        f"{last['seconds'] / 60:.0f} minutes on {settings['ranks']} rank(s) of {run['device']}, "
        f"PyTorch {run['torch']}. Peak rate {settings['rate']:g}, falling to zero from "
        f"{settings['hold']:.0%} of the run on; label smoothing {settings['smoothing']:g}, "
        f"dropout {settings['dropout']:g}. {averaging(run['averaged'])}"
        f"{way(settings['share'])}"
    )
    rates = ", ".join(f"{name.replace('_', ' ')} {value:g}" for name, value in settings["rates"].items())
    rows: list[list[Any]] = [
        [f"{line['tokens'] / 1e6:.1f}", f"{line['loss']:.3f}", f"{line['rate']:.5f}"] for line in run["log"]
    ]
    curve = table(["million pieces", "loss, nats a piece", "rate"], rows)
    return f"## Training\n\n{sentences}\n\nChanges drawn anew for every pair, as shares: {rates}.\n\n{curve}"


def averaging(count: int) -> str:
    """Say what became of the last checkpoints."""
    return f"The last {count} checkpoints were averaged." if count > 1 else "These are the weights of its last update."


def way(share: float) -> str:
    """Say how much of the way the written weights went, unless it is all of it."""
    return f" Written is what lies {share:.0%} of the way to them from the weights it began from." if share < 1 else ""


def measured_part(measured: Mapping[str, Any]) -> str:
    """Tabulate the scores; the model ran in CTranslate2, int8, beam 4, sentence by sentence."""
    if not measured["sets"]:
        return "## Measured\n\nNothing: the run had neither development sets nor a held-out part."
    rows: list[list[Any]] = [
        [one["name"], one["rows"], one["bleu"], one["chrf"], one["length"], one["looped"], one["empty"],
         one["english_left"], share(one["term_hits"], one["terms"]), one["words_per_second"]]
        for one in measured["sets"]
    ]  # fmt: skip
    columns = ["set", "rows", "BLEU zh", "chrF", "length", "looped", "empty", "English left", "terms", "words/s"]
    slots: list[list[Any]] = [
        [name, one["texts"], share(one["best"], one["texts"]), share(one["any_of_four"], one["texts"]),
         measured["fragments"][name]]
        for name, one in measured["slots"].items()
    ]  # fmt: skip
    first = measured["sets"][0]
    return (
        "## Measured\n\nCTranslate2 int8, beam 4, sentence by sentence.\n\n"
        + table(columns, rows)
        + f"\n\nBLEU `{first['bleu_signature']}`, chrF `{first['chrf_signature']}`. Length: characters of the outputs "
        "over those of the references. Terms: outputs with a listed form of a term whose form stands in the reference."
        "\n\nSentences in which every slot stands as often as in the source:\n\n"
        + table(["set", "sentences", "best output", "one of the four best", "loops"], slots)
        + f"\n\nLoops: how many of {measured['fragments_each']:,} fragments, headings and single terms of each set "
        "came back looped or empty, nothing checked or tried again."
    )


def work_part(worked: Mapping[str, Mapping[str, Any]]) -> str:
    """Tabulate the scores of the model as the tool uses it."""
    if not worked:
        return ""
    rows: list[list[Any]] = [
        [name, one["bleu"], one["chrf"], one["length"], share(one["left_out"], one["sentences"]),
         share(one["slots_kept"], one["slotted"]), one["looped"],
         ", ".join(f"{rung} {share(count, one['sentences'])}" for rung, count in one["rungs"].items())]
        for name, one in worked.items()
    ]  # fmt: skip
    columns = ["set", "BLEU zh", "chrF", "length", "words left out", "slots kept", "loops", "rungs"]
    return (
        "### As the tool translates\n\nThe same sets with the tool's length penalty, checks and second tries, before "
        "post-editing. Words left out: sentences with words of content that no step of decoding looked at.\n\n"
        + table(columns, rows)
    )


def share(part: int, whole: int) -> str:
    """Write a share in percent with its counts."""
    return f"{part / whole:.1%} ({part}/{whole})" if whole else "none"
