"""Measure a large glossary. `python -m benchmarks.glossary [OUT.md]` prints a table of figures.

For 1,000, 2,500, 5,000 and 10,000 entries: the time to load the files, to find the terms in 1,000 words of the sample
issues, and to check the files. Entries are made of the words of the samples, so that many of them match.
"""

from __future__ import annotations

import random
import re
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from pipeline.glossary import find_terms, parse_glossary
from pipeline.terms.edit import with_entry
from pipeline.terms.lint import lint

ROOT = Path(__file__).parents[1]
SIZES = (1_000, 2_500, 5_000, 10_000)
ROUNDS = 5


def sample_units() -> list[str]:
    """The paragraphs of the sample issues."""
    texts = (file.read_text("utf-8") for file in sorted((ROOT / "source_en").glob("*.md")))
    return [block for text in texts for block in text.split("\n\n") if block.strip()]


def terms(units: list[str]) -> list[str]:
    """Words, pairs and triples of the samples, then pairs of words that never stand side by side."""
    words = [re.findall(r"[a-z]{3,}", unit.lower()) for unit in units]
    found = {word for run in words for word in run}
    found |= {" ".join(pair) for run in words for pair in pairwise(run)}
    found |= {" ".join(three) for run in words for three in zip(run, run[1:], run[2:], strict=False)}
    single = sorted({word for run in words for word in run})
    rng = random.Random(1)
    while len(found) < 2 * max(SIZES):
        found.add(f"{rng.choice(single)} {rng.choice(single)}")
    shuffled = sorted(found)
    rng.shuffle(shuffled)
    return shuffled


def glossary_text(chosen: list[str]) -> str:
    """A file with an entry for each term; as adjectives, so that no plural meets another entry."""
    fields = [{"term": term, "policy": "translate", "zh-Hans": "译名", "pos": "adjective"} for term in chosen]
    return "".join(with_entry("", entry) for entry in fields)


def seconds(work: Callable[[], object]) -> float:
    """The best of some rounds."""
    times = []
    for _round in range(ROUNDS):
        before = time.perf_counter()
        work()
        times.append(time.perf_counter() - before)
    return min(times)


def measure(size: int, units: list[str], chosen: list[str]) -> tuple[str, str]:
    """One row of the table."""
    files = {"terms.yaml": glossary_text(chosen[:size])}
    load = seconds(lambda: parse_glossary(files))
    glossary = parse_glossary(files)
    index = seconds(lambda: find_terms("", parse_glossary(files))) - load
    words = sum(len(unit.split()) for unit in units)
    matching = seconds(lambda: [find_terms(unit, glossary) for unit in units]) / words * 1000
    found = sum(len(find_terms(unit, glossary)) for unit in units)
    checking = seconds(lambda: lint(files, {}))
    return (
        f"{size:,} entries",
        f"load {load:.2f} s, index {max(0.0, index):.2f} s, matching {1000 * matching:.1f} ms per 1,000 words "
        f"({1000 * found / words:.0f} matches), lint {checking:.2f} s",
    )


def main() -> None:
    """Print, and with a file name also write, the table."""
    units = sample_units()
    chosen = terms(units)
    rows = [measure(size, units, chosen) for size in SIZES]
    table = "\n".join(["| glossary | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])
    print(table)
    if len(sys.argv) > 1:
        Path(sys.argv[1]).write_text(f"# Measured\n\n{table}\n", "utf-8")


if __name__ == "__main__":
    main()
