"""The draft cache: nothing is decoded twice, whatever happens to the process or the file."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Sequence

import pytest
from fake_engine import FakeEngine, faithful

from pipeline.drafts import CachedEngine, Drafts
from pipeline.engine import EchoEngine, Hypothesis, Request
from pipeline.errors import InputError

ONE, TWO, THREE = Request("one"), Request("two"), Request("three")


@pytest.fixture
def file(tmp_path):
    return tmp_path / "deep" / "drafts.sqlite"


def test_nothing_is_decoded_twice(file):
    engine = FakeEngine("一", "二")
    cached = CachedEngine(engine, Drafts(file))
    assert cached.translate([TWO, ONE, TWO]) == cached.translate([TWO, ONE, TWO])
    assert sorted(engine.asked) == ["one", "two"]
    assert (cached.decoded, cached.recalled) == (2, 2)


def test_answers_come_in_the_order_of_the_requests(file):
    cached = CachedEngine(FakeEngine(rule=lambda request: (request.text.upper(), "other")), Drafts(file))
    requests = [Request(f"request {index} {'x' * (index % 7)}") for index in range(150)]
    assert [answer[0].text for answer in cached.translate(requests)] == [r.text.upper() for r in requests]


def test_another_process_finds_the_answers(file):
    first = Drafts(file)
    CachedEngine(FakeEngine(("一", "壹")), first).translate([ONE])
    first.close()
    engine = FakeEngine()
    (answer,) = CachedEngine(engine, Drafts(file)).translate([ONE])
    assert [h.text for h in answer] == ["一", "壹"]
    assert [h.score for h in answer] == [-0.1, -0.2]
    assert engine.requests == []


def test_wide_and_other_engines_are_asked_anew(file):
    engine = FakeEngine(rule=faithful)
    CachedEngine(engine, Drafts(file)).translate([ONE])
    CachedEngine(engine, Drafts(file)).translate([Request("one", wide=True)])
    engine.signature = "another"
    CachedEngine(engine, Drafts(file)).translate([ONE])
    assert len(engine.requests) == 3


def test_an_empty_answer_is_kept_too(file):
    engine = FakeEngine(())
    cached = CachedEngine(engine, Drafts(file))
    assert cached.translate([ONE]) == cached.translate([ONE]) == [()]
    assert cached.missing([ONE, TWO, TWO]) == [TWO]


class KilledError(Exception):
    pass


class Mortal(FakeEngine):
    """Dies in its second batch."""

    batches = 0

    def translate(self, requests: Sequence[Request]) -> list[tuple[Hypothesis, ...]]:
        self.batches += 1
        if self.batches == 2:
            raise KilledError
        return super().translate(requests)


def test_a_stopped_run_goes_on_where_it_was(file):
    requests = [Request(f"request {index}") for index in range(100)]
    mortal, heir = Mortal(rule=faithful), FakeEngine(rule=faithful)
    with pytest.raises(KilledError):
        CachedEngine(mortal, Drafts(file)).translate(requests)
    answers = CachedEngine(heir, Drafts(file)).translate(requests)
    assert mortal.requests
    assert heir.requests
    assert sorted(mortal.asked + heir.asked) == sorted(request.text for request in requests)
    assert answers == [tuple(FakeEngine(rule=faithful).translate([r])[0]) for r in requests]


@pytest.mark.parametrize("damage", [b"no database at all, but long enough to be read", b"SQLite format 3\x00" * 80])
def test_a_damaged_file_is_put_aside(file, damage):
    file.parent.mkdir()
    file.write_bytes(damage)
    cached = CachedEngine(FakeEngine("一"), Drafts(file))
    assert cached.translate([ONE])[0][0].text == "一"
    assert file.with_suffix(".damaged").read_bytes() == damage


@pytest.mark.parametrize("damage", ["cut short", "overwritten"])
def test_a_file_damaged_inside_is_put_aside(file, damage):
    drafts = Drafts(file)
    requests = [Request(f"{index} {'word ' * 50}") for index in range(300)]
    whole = CachedEngine(FakeEngine(rule=faithful), drafts).translate(requests)
    drafts.close()
    data = file.read_bytes()
    file.write_bytes(data[:9000] if damage == "cut short" else data[:9000] + b"\xff" * 9000 + data[18000:])
    engine = FakeEngine(rule=faithful)
    assert CachedEngine(engine, Drafts(file)).translate(requests) == whole
    assert engine.requests
    assert file.with_suffix(".damaged").exists()


def test_a_disk_that_is_full_is_said(file):
    drafts = Drafts(file)
    drafts._db.execute("pragma max_page_count = 3")
    with pytest.raises(InputError, match=r"drafts\.sqlite: the draft cache cannot be used .*full"):
        CachedEngine(FakeEngine("一" * 100_000), drafts).translate([ONE])


def test_a_place_that_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match=r"file.*drafts.sqlite: the draft cache cannot be opened"):
        Drafts(tmp_path / "file" / "drafts.sqlite")


def test_a_folder_in_the_file_s_place(tmp_path):
    (tmp_path / "drafts.sqlite").mkdir()
    with pytest.raises(InputError, match="the draft cache cannot be opened"):
        Drafts(tmp_path / "drafts.sqlite")


def test_two_processes_may_write_at_once(file):
    Drafts(file).close()
    failures: list[BaseException] = []

    def work(name: str) -> None:
        try:
            cached = CachedEngine(FakeEngine(rule=faithful), Drafts(file))
            for index in range(20):
                cached.translate([Request(f"{name} {index}"), Request(f"both {index}")])
        except sqlite3.Error as error:
            failures.append(error)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    assert CachedEngine(FakeEngine(), Drafts(file)).missing([Request("one 19"), Request("both 0")]) == []


def test_echo():
    assert EchoEngine().translate([ONE]) == [(Hypothesis("one", 0.0),)]
