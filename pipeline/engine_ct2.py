"""The local neural engine: Marian models run by CTranslate2. The only module that loads a model."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from pipeline.compact import write_compact
from pipeline.engine import DOUBT_KEY, NO_DOUBT, Hypothesis, Request
from pipeline.errors import EngineError
from pipeline.omissions import FLOOR_KEY, unseen

EMBEDDED = Path(__file__).parent / "embedded"
BEAM, HYPOTHESES = 4, 4
WIDE_BEAM = 8
LENGTH_PENALTY = 1.5
"""Small models lose clauses; this makes longer hypotheses win more often (measured on the development sets)."""
_NEEDED = ("config.json", "source.spm", "target.spm")


class Ct2Engine:
    """A Marian model folder in Hugging Face format, decoded as int8 on all cores."""

    def __init__(self, folder: Path, cache: Path, locale: str, name: str) -> None:
        """Nothing is loaded yet; `cache` is where a converted model may be kept."""
        self.folder, self.cache, self.locale, self.name = folder, cache, locale, name
        for needed in _NEEDED:
            if not (folder / needed).is_file():
                raise EngineError(f"{folder}: not a Marian model folder, {needed} is missing")

    @cached_property
    def signature(self) -> str:
        """Name, digest of the folder's configuration and weights, beam, length penalty."""
        return f"{self.name}@{self._digest}/beam{BEAM}/length{LENGTH_PENALTY}"

    @cached_property
    def _digest(self) -> str:
        total = hashlib.sha256()
        for path in sorted(self.folder.iterdir()):
            if path.suffix in {".safetensors", ".bin", ".spm"} or path.name == "config.json":
                total.update(f"{path.name}:{path.stat().st_size}".encode())
                total.update(_sample(path))
        return total.hexdigest()[:8]

    @cached_property
    def slots(self) -> tuple[str, ...]:
        """The model's slot tokens, as far as its tokeniser has them as single pieces."""
        pieces = self._source
        return tuple(slot for slot in (f"<t{i}>" for i in range(10)) if not pieces.IsUnknown(pieces.PieceToId(slot)))

    @cached_property
    def _source(self) -> Any:
        return _tokeniser(self.folder / "source.spm")

    @cached_property
    def _target(self) -> Any:
        return _tokeniser(self.folder / "target.spm")

    @cached_property
    def _prefix(self) -> list[str]:
        """The target-language mark that multilingual models such as opus-mt-en-zh want."""
        import json

        vocabulary = self.folder / "vocab.json"
        known = json.loads(vocabulary.read_text("utf-8")) if vocabulary.is_file() else {}
        script = "cmn_Hant" if "Hant" in self.locale else "cmn_Hans"
        return [mark for mark in (f">>{script}<<",) if mark in known]

    @cached_property
    def _configuration(self) -> Mapping[str, Any]:
        import json

        found: dict[str, Any] = json.loads((self.folder / "config.json").read_text("utf-8"))
        return found

    @cached_property
    def _floor(self) -> float:
        """Below which attention a word counts as unseen; 0 for models of which that is not known."""
        return float(self._configuration.get(FLOOR_KEY, 0.0))

    @cached_property
    def doubt(self) -> float:
        """What the model's configuration gives."""
        return float(self._configuration.get(DOUBT_KEY, NO_DOUBT))

    @cached_property
    def _translator(self) -> Any:
        import ctranslate2

        cores = os.cpu_count() or 1
        return ctranslate2.Translator(
            str(self._converted()), device="cpu", compute_type="int8", inter_threads=cores, intra_threads=1
        )

    def _converted(self) -> Path:
        """The CTranslate2 form of the model: shipped beside it, converted before, or converted now."""
        shipped = self.folder / "ct2"
        if (shipped / "model.bin").is_file():
            return shipped
        kept = self.cache / "models" / f"{self.folder.name}-{self._digest}"
        if not (kept / "model.bin").is_file():
            _convert(self.folder, kept)
        return kept

    def translate(self, requests: Sequence[Request]) -> list[tuple[Hypothesis, ...]]:
        """Decode; hypotheses of one request differ from each other."""
        answers: list[tuple[Hypothesis, ...]] = [()] * len(requests)
        for wide in (False, True):
            places = [place for place, request in enumerate(requests) if request.wide == wide]
            if places:
                for place, answer in zip(places, self._decode([requests[p].text for p in places], wide), strict=True):
                    answers[place] = answer
        return answers

    def _decode(self, texts: Sequence[str], wide: bool) -> list[tuple[Hypothesis, ...]]:
        pieces = [self._prefix + self._source.encode(text, out_type=str) + ["</s>"] for text in texts]
        beam = WIDE_BEAM if wide else BEAM
        results = self._translator.translate_batch(
            pieces,
            beam_size=beam,
            num_hypotheses=beam if wide else HYPOTHESES,
            length_penalty=LENGTH_PENALTY,
            return_scores=True,
            return_attention=self._floor > 0,
            max_batch_size=1024,
            batch_type="tokens",
            max_decoding_length=min(400, 3 * max(map(len, pieces)) + 20),
            max_input_length=0,
            disable_unk=True,
        )
        return [self._hypotheses(source, result) for source, result in zip(pieces, results, strict=True)]

    def _hypotheses(self, source: Sequence[str], result: Any) -> tuple[Hypothesis, ...]:
        attention = result.attention if self._floor else [()] * len(result.hypotheses)
        return tuple(
            Hypothesis(
                self._target.decode(tokens),
                score * max(1, len(tokens)) ** (LENGTH_PENALTY - 1),
                unseen(source[:-1], rows, self._floor) if rows else (),
            )
            for tokens, score, rows in zip(result.hypotheses, result.scores, attention, strict=True)
        )


def _tokeniser(path: Path) -> Any:
    import sentencepiece

    return sentencepiece.SentencePieceProcessor(model_file=str(path))


def _sample(path: Path) -> bytes:
    """Head and tail of a file: enough to tell trained weights apart without reading all of them."""
    with path.open("rb") as file:
        head = file.read(65536)
        file.seek(max(0, path.stat().st_size - 65536))
        return head + file.read()


def _convert(folder: Path, target: Path) -> None:
    """Convert to int8 beside the target and move it there in one step."""
    import shutil
    import tempfile
    import warnings

    import transformers

    transformers.utils.logging.disable_progress_bar()  # type: ignore[no-untyped-call]
    warnings.filterwarnings("ignore", module="transformers")
    target.parent.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=target.parent))
    try:
        write_compact(folder, work / "model")
        shutil.rmtree(target, ignore_errors=True)
        (work / "model").replace(target)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise EngineError(f"{folder}: cannot be converted for CTranslate2 ({error})") from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def find_engine(name: str, cache: Path, locale: str) -> Ct2Engine:
    """The engine called `embedded`, or the one in the folder `name`."""
    if name == "embedded":
        return Ct2Engine(EMBEDDED, cache, locale, "embedded")
    folder = Path(name)
    if not folder.is_dir():
        raise EngineError(f"--model {name}: neither `embedded` nor a folder with a Marian model")
    return Ct2Engine(folder, cache, locale, folder.name)
