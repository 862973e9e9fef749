"""Measure the whole command and the model alone. `python -m benchmarks.run [OUT.md]` prints a table of figures.

1. The command on a 1,500-word issue: cold (empty caches), after one changed paragraph, unchanged; time and peak memory.
2. Growth: the time for 1, 5, 10, 25 and 50 such issues, each with words of its own.
3. The model alone: words a second in CTranslate2 and in plain transformers, same weights and texts, beam 4,
   and a 6+6-layer base model with random weights at the same work.
"""

from __future__ import annotations

import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "source_en").glob("*.md"))
WORDS = 1500
GROWTH = (1, 5, 10, 25, 50)


def issue_text(number: int) -> str:
    """About WORDS words of the sample issues, made new for each number by changing a word in every paragraph."""
    parts: list[str] = []
    for source in SOURCES:
        for block in source.read_text("utf-8").split("\n\n"):
            changed = block.replace(" the ", f" the {'very ' * (number % 3)}", 1) if len(block.split()) > 8 else block
            parts.append(changed.replace("study", f"study of group {number}", 1))
            if sum(len(part.split()) for part in parts) >= WORDS:
                return "\n\n".join(parts) + "\n"
    raise RuntimeError("the sample issues are too short")


def run(folder: Path, cache: Path) -> tuple[float, float]:
    """Seconds and peak megabytes of `duizhao translate` on a folder."""
    before = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", "translate", str(folder), "--output", str(folder / "zh")],
        env={**os.environ, "XDG_CACHE_HOME": str(cache)},
        cwd=ROOT,
        stderr=subprocess.DEVNULL,
    )
    _, status, usage = os.wait4(process.pid, 0)
    if os.waitstatus_to_exitcode(status) not in (0, 1):
        raise RuntimeError("duizhao failed")
    return time.perf_counter() - before, usage.ru_maxrss / 1024


def measure_command() -> list[tuple[str, str]]:
    """Cold, changed and unchanged runs of one issue."""
    with tempfile.TemporaryDirectory() as work:
        folder, cache = Path(work, "en"), Path(work, "cache")
        folder.mkdir()
        issue = folder / "issue.md"
        issue.write_text(issue_text(0), "utf-8")
        words = len(issue.read_text("utf-8").split())
        cold, memory = run(folder, cache)
        same, small = run(folder, cache)
        issue.write_text(issue_text(0) + "\nOne more sentence about the weather in spring.\n", "utf-8")
        changed, _ = run(folder, cache)
    return [
        (f"cold run, {words} words", f"{cold:.2f} s, {memory:.0f} MB at most"),
        ("one new sentence", f"{changed:.2f} s"),
        ("unchanged", f"{same:.2f} s, {small:.0f} MB at most"),
        ("unchanged / cold", f"{same / cold:.2f}"),
    ]


def measure_growth() -> list[tuple[str, str]]:
    """Seconds for growing numbers of new issues, and the ratio to one issue's time."""
    rows, first = [], 0.0
    for count in GROWTH:
        with tempfile.TemporaryDirectory() as work:
            folder = Path(work, "en")
            folder.mkdir()
            for number in range(count):
                (folder / f"issue-{number:02}.md").write_text(issue_text(number), "utf-8")
            seconds, memory = run(folder, Path(work, "cache"))
        first = first or seconds
        rows.append((f"{count} issues", f"{seconds:.1f} s = {seconds / first:.1f} × one, {memory:.0f} MB at most"))
    return rows


def sentences(limit: int) -> list[str]:
    """Plain sentences of the samples."""
    from pipeline.document import read_document
    from pipeline.inline import plain
    from pipeline.workspace import load_issue

    units = [unit for source in SOURCES for unit in read_document(load_issue(source)).units]
    return [plain(unit.source).replace("\n", " ") for unit in units if len(unit.source.split()) > 6][:limit]


def measure_model(limit: int = 120) -> list[tuple[str, str]]:
    """Words a second of one model in two runtimes, and of a base model at the same work."""
    import torch
    from transformers import MarianConfig, MarianMTModel

    from pipeline.engine import Request
    from pipeline.engine_ct2 import EMBEDDED, find_engine

    texts = sentences(limit)
    words = sum(len(text.split()) for text in texts)
    torch.set_num_threads(os.cpu_count() or 1)
    engine = find_engine("embedded", Path(tempfile.gettempdir()), "zh-Hans")
    engine.translate([Request("warm up")])
    fast = _seconds(lambda: engine.translate([Request(text) for text in texts]))
    model = MarianMTModel.from_pretrained(EMBEDDED).eval().float()
    plain = _seconds(lambda: _generate(model, engine, texts, 4))
    base = MarianMTModel(
        MarianConfig(
            vocab_size=65001, d_model=512, encoder_layers=6, decoder_layers=6, encoder_ffn_dim=2048,
            decoder_ffn_dim=2048, encoder_attention_heads=8, decoder_attention_heads=8, pad_token_id=65000,
            eos_token_id=0, decoder_start_token_id=65000, forced_eos_token_id=0, scale_embedding=True,
            activation_function="swish", share_encoder_decoder_embeddings=True,
        )
    ).eval()  # fmt: skip
    slow = _seconds(lambda: _generate(base, engine, texts, 4))
    return [
        ("embedded, CTranslate2 int8, beam 4", f"{words / fast:.0f} words a second"),
        ("embedded, transformers generate, beam 4", f"{words / plain:.0f} words a second"),
        ("6+6 layers, d=512, random weights, transformers, beam 4", f"{words / slow:.0f} words a second"),
        ("CTranslate2 / transformers, same model", f"{plain / fast:.1f} ×"),
        ("CTranslate2 embedded / transformers base", f"{slow / fast:.1f} ×"),
    ]


def _generate(model: object, engine: object, texts: list[str], beams: int) -> None:
    """Decode in batches of 16, as long as the source, so that random weights do the same work."""
    import torch

    ordered = sorted(texts, key=len)
    for start in range(0, len(ordered), 16):
        ids = [[*engine._source.encode(text), 0] for text in ordered[start : start + 16]]
        width = max(map(len, ids))
        pad = model.config.pad_token_id
        batch = torch.tensor([row + [pad] * (width - len(row)) for row in ids])
        with torch.inference_mode():
            model.generate(
                input_ids=batch, attention_mask=(batch != pad).long(), num_beams=beams,
                min_new_tokens=width, max_new_tokens=width,
            )  # fmt: skip


def _seconds(work: object) -> float:
    before = time.perf_counter()
    work()
    return time.perf_counter() - before


def main() -> None:
    """Print, and with a file name also write, the table."""
    rows = [*measure_command(), *measure_growth(), *measure_model()]
    rows.append(("this process at most", f"{resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024:.0f} MB"))
    head = f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}"
    table = "\n".join([f"| {head} | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])
    print(table)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(f"# Measured\n\n{table}\n", "utf-8")


if __name__ == "__main__":
    main()
