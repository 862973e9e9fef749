"""Measures a model: BLEU and chrF, slots that come through, terms, loops and lengths."""

from __future__ import annotations

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random
from typing import Any, Protocol

from pipeline.training.augment import (
    MOST_SHARED,
    SLOT,
    SLOTS,
    Rates,
    Swap,
    Terms,
    is_balanced,
    put_slots,
    recased,
    shared_strings,
    without_final_mark,
)
from pipeline.training.corpus import HAN_CHARACTER, Pair, tidy_source

BEAM = 4
LOOP = re.compile(r"(.{2,20}?)\1{3,}|([^\d\s.\-=_*#—…])\2{5,}")
LATIN_RUN = re.compile(r"[a-z]+(?: [a-z]+){4,}")
FRAGMENT_CASES = Rates(title_case=0.3, upper_case=0.15, lower_start=0.2)


class Translator(Protocol):
    """What turns English texts into Chinese ones."""

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        """Return each text's best translations, best first."""
        ...


SENTENCE_BREAK = re.compile(r"(?<=[.!?])[\"”’)]* +(?=[A-Z\"“<(])")


def sentences(text: str) -> list[str]:
    """Split a paragraph where a closing mark is followed by a capital, an opening mark or a slot."""
    return [part for part in SENTENCE_BREAK.split(text) if part]


class CompactTranslator:
    """A CTranslate2 folder and its SentencePiece model."""

    def __init__(self, folder: Path, tokenizer: Path, threads: int = 1, compute_type: str = "int8") -> None:
        import ctranslate2
        import sentencepiece

        self.encoder: Any = sentencepiece.SentencePieceProcessor(model_file=str(tokenizer))
        self.translator: Any = ctranslate2.Translator(
            str(folder), device="cpu", compute_type=compute_type, inter_threads=threads, intra_threads=1
        )

    def translate(self, texts: Sequence[str], hypotheses: int = 1) -> list[list[str]]:
        """Return each text's best translations with beam search, best first."""
        pieces = [[*one, "</s>"] for one in self.encoder.encode(list(texts), out_type=str)]
        results = self.translator.translate_batch(
            pieces,
            beam_size=max(BEAM, hypotheses),
            num_hypotheses=hypotheses,
            max_batch_size=1024,
            batch_type="tokens",
            max_decoding_length=256,
        )
        return [[self.encoder.decode(one) for one in result.hypotheses] for result in results]


@dataclass(frozen=True, slots=True)
class SetScore:
    """What was measured on one development set."""

    name: str
    rows: int
    bleu: float
    chrf: float
    bleu_signature: str
    chrf_signature: str
    length: float
    """Characters of all outputs over characters of all references."""
    looped: int
    empty: int
    english_left: int
    """Outputs with a run of five or more lower-case English words."""
    term_hits: int
    terms: int
    words_per_second: float


@dataclass(frozen=True, slots=True)
class SlotScore:
    """How many texts with slots came back with every slot exactly as often as it went in."""

    texts: int
    best: int
    any_of_four: int


def is_looped(source: str, output: str) -> bool:
    """Tell whether an output repeats itself in a way its source does not, or runs far beyond it."""
    repeats = LOOP.search(output) is not None and LOOP.search(source) is None
    return repeats or len(output) > 2 * len(source) + 10


def measure(name: str, translator: Translator, pairs: Sequence[Pair], terms: Terms) -> SetScore:
    """Translate a set and score it with sacreBLEU (`tokenize=zh`)."""
    return score(name, pairs, *timed(translator, pairs), terms)


def timed(translator: Translator, pairs: Sequence[Pair]) -> tuple[list[str], float]:
    """Translate all sources sentence by sentence; return the best outputs and the seconds it took."""
    began = time.monotonic()
    parts = [sentences(pair.source) for pair in pairs]
    flat = iter(translator.translate([part for some in parts for part in some]))
    outputs = ["".join(next(flat)[0] for _ in some) for some in parts]
    return outputs, time.monotonic() - began


def score(name: str, pairs: Sequence[Pair], outputs: Sequence[str], seconds: float, terms: Terms) -> SetScore:
    """Score outputs against their references."""
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.metrics.chrf import CHRF

    references = [[pair.target for pair in pairs]]
    bleu, chrf = BLEU(tokenize="zh"), CHRF()
    bleu_score = bleu.corpus_score(list(outputs), references).score
    chrf_score = chrf.corpus_score(list(outputs), references).score
    hits = [hit for pair, output in zip(pairs, outputs, strict=True) for hit in term_hits(pair, output, terms)]
    return SetScore(
        name=name,
        rows=len(pairs),
        bleu=round(bleu_score, 2),
        chrf=round(chrf_score, 2),
        bleu_signature=str(bleu.get_signature()),
        chrf_signature=str(chrf.get_signature()),
        length=round(sum(map(len, outputs)) / max(1, sum(len(pair.target) for pair in pairs)), 3),
        looped=sum(is_looped(pair.source, output) for pair, output in zip(pairs, outputs, strict=True)),
        empty=sum(not output.strip() for output in outputs),
        english_left=sum(LATIN_RUN.search(output) is not None for output in outputs),
        term_hits=sum(hits),
        terms=len(hits),
        words_per_second=round(sum(len(pair.source.split()) for pair in pairs) / max(1e-9, seconds), 1),
    )


def chance(before: Sequence[str], after: Sequence[str], references: Sequence[str]) -> float:
    """Return how likely a difference in BLEU this large is by chance (sacreBLEU's paired bootstrap, 1,000 draws)."""
    from sacrebleu.metrics.bleu import BLEU
    from sacrebleu.significance import PairedTest

    metric = BLEU(tokenize="zh", references=[list(references)])
    systems: list[tuple[str, Sequence[str]]] = [("before", before), ("after", after)]
    _, results = PairedTest(systems, {"BLEU": metric}, None, test_type="bs")()
    return round(float(getattr(results["BLEU"][1], "p_value", 1.0)), 3)


def term_hits(pair: Pair, output: str, terms: Terms) -> list[bool]:
    """Tell, for each known term whose Chinese stands in the reference, whether the output has a form of it."""
    words = re.findall(r"[A-Za-z][A-Za-z-]*", pair.source.lower())
    grams = {" ".join(words[at : at + size]) for size in (1, 2, 3, 4) for at in range(len(words) - size + 1)}
    known = [terms[gram] for gram in sorted(grams & terms.keys())]
    return [any(form in output for form in forms) for forms in known if any(form in pair.target for form in forms)]


def slotted(pairs: Sequence[Pair], seed: int = 1) -> list[Pair]:
    """Replace what source and reference share by slots, in every pair that has such strings."""
    random = Random(seed)
    made = []
    for pair in pairs:
        parts = shared_strings(pair.source, pair.target)[:MOST_SHARED]
        start = 0 if random.random() < 0.75 else random.randrange(len(SLOTS))
        changed = put_slots(pair, [Swap(part, part) for part in parts], start) if parts else pair
        if parts and is_balanced(changed):
            made.append(changed)
    return made


def slotted_sentences(pairs: Sequence[Pair]) -> list[str]:
    """List the single sentences with slots that a set gives, as they are sent to the model at work."""
    return [part for pair in slotted(pairs) for part in sentences(pair.source) if SLOT.search(part)]


def measure_slots(translator: Translator, texts: Sequence[str]) -> SlotScore:
    """Count the texts whose slots all come through in the best output, and in any of the four best."""
    results = translator.translate(texts, hypotheses=4)
    kept = [[kept_slots(text, output) for output in outputs] for text, outputs in zip(texts, results, strict=True)]
    return SlotScore(len(kept), sum(one[0] for one in kept), sum(any(one) for one in kept))


def kept_slots(source: str, output: str) -> bool:
    """Tell whether an output has exactly the slots of its source."""
    return sorted(SLOT.findall(source)) == sorted(SLOT.findall(output))


def fragments(pairs: Sequence[Pair], terms: Sequence[Pair], count: int, seed: int = 1) -> list[str]:
    """Make headings, single terms and torn-off pieces of sentences in mixed casing."""
    random = Random(seed)
    texts: list[str] = []
    while len(texts) < count:
        pair = random.choice(terms) if terms and random.random() < 0.5 else random.choice(pairs)
        words = without_final_mark(pair).source.split()
        size = random.randint(1, min(9, len(words)))
        at = random.randrange(len(words) - size + 1)
        text = tidy_source(" ".join(words[at : at + size]))
        texts.append(recased(text, FRAGMENT_CASES, random))
    return texts


def count_loops(translator: Translator, texts: Sequence[str]) -> list[tuple[str, str]]:
    """Return the texts that came back looped or empty, with what came back."""
    outputs = [best[0] for best in translator.translate(texts)]
    pairs = zip(texts, outputs, strict=True)
    return [(text, output) for text, output in pairs if is_looped(text, output) or not output.strip()]


def han_share(text: str) -> float:
    """Return the share of Chinese characters in a text."""
    return len(HAN_CHARACTER.findall(text)) / max(1, len(text))
