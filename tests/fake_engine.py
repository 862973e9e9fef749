"""A model made of a queue of answers and, after these, of a rule."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Sequence

from pipeline.engine import Hypothesis, Request

SLOTS = tuple(f"<t{index}>" for index in range(10))
SLOT = re.compile(r"<t\d+>")

Rule = Callable[[Request], Sequence[str | Hypothesis]]


def unexpected(request: Request) -> Sequence[str]:
    """The rule of a model that must not be asked for more."""
    raise AssertionError(f"asked for more: {request}")


class FakeEngine:
    """Answers from a queue, each answer one text or several hypotheses, then by a rule; notes what it was asked."""

    signature = "fake"
    doubt = -5.0

    def __init__(
        self, *queue: str | Sequence[str | Hypothesis], rule: Rule = unexpected, slots: tuple[str, ...] = SLOTS
    ) -> None:
        self.queue = [(answer,) if isinstance(answer, str) else tuple(answer) for answer in queue]
        self.rule, self.slots = rule, slots
        self.requests: list[Request] = []

    @property
    def asked(self) -> list[str]:
        """The texts of the requests so far."""
        return [request.text for request in self.requests]

    def translate(self, requests: Sequence[Request]) -> list[tuple[Hypothesis, ...]]:
        """Give the next answers; a hypothesis further down has a lower score."""
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> tuple[Hypothesis, ...]:
        self.requests.append(request)
        texts = self.queue.pop(0) if self.queue else self.rule(request)
        return tuple(
            text if isinstance(text, Hypothesis) else Hypothesis(text, -0.1 * (rank + 1))
            for rank, text in enumerate(texts)
        )


def blind_to(*words: str) -> Rule:
    """A faithful model that leaves words out of whatever has more than six words."""

    def rule(request: Request) -> Sequence[Hypothesis]:
        if request.text in words:
            return (Hypothesis("词语", -0.1),)
        left_out = [word for word in words if word in request.text and len(request.text.split()) > 6]
        text = request.text
        for word in left_out:
            text = text.replace(word, "")
        return (Hypothesis(faithful(Request(text))[0], -0.1, tuple(left_out)),)

    return rule


def faithful(request: Request) -> Sequence[str]:
    """Chinese of about the right length that keeps every slot in its place."""
    pieces = re.split(r"(<t\d+>)", request.text)
    return ("".join(piece if SLOT.fullmatch(piece) else _chinese(piece) for piece in pieces),)


def without_slots(request: Request) -> Sequence[str]:
    """Chinese that has lost every slot."""
    return (_chinese(SLOT.sub(" ", request.text)) or "译",)


def _chinese(text: str) -> str:
    """Two characters for each word and its digits, so that no number is lost; the full stop becomes Chinese."""
    letters = itertools.cycle("山水天地人日月星风云花鸟")
    words = re.findall(r"\d+|[^\W\d_]+", text)
    chinese = "".join(word if word.isdigit() else next(letters) + next(letters) for word in words)
    return chinese + ("。" if text.rstrip().endswith(".") else "")


def lost(request: Request) -> Sequence[str]:
    """Every slot lost."""
    return without_slots(request)


def doubled(request: Request) -> Sequence[str]:
    """Every slot twice."""
    return (SLOT.sub(lambda slot: slot.group() * 2, faithful(request)[0]),)


def made_up(request: Request) -> Sequence[str]:
    """A slot that nobody asked for."""
    return (faithful(request)[0] + "<t9>",)


def silent(request: Request) -> Sequence[str]:
    """Hypotheses, but nothing in them."""
    return ("", " ")


def dumb(request: Request) -> Sequence[str]:
    """No hypothesis at all."""
    return ()


def looping(request: Request) -> Sequence[str]:
    """The same over and over."""
    return ("这个" * 60,)


def garbage(request: Request) -> Sequence[str]:
    """Private-use characters, half slots and marks."""
    return ("\ue000\ue001<t<t1> ** [x](y) <T 0>\ufffd", "<t>", "\ue005")


ADVERSARIES: tuple[Rule, ...] = (lost, doubled, made_up, silent, dumb, looping, garbage)
