"""The command: exit codes, clear sentences, and files that are whole whatever happens."""

from __future__ import annotations

import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner, Result
from conftest import ROOT, environment, needs_model

from pipeline.cli import main
from pipeline.skeleton import differences, skeleton

ISSUE = "# Week one\n\nThey propose SimCLR, see [the paper](https://arxiv.org/abs/2002.05709).\n\n- `code` and BYOL\n"
HEAVY = {"torch", "transformers", "ctranslate2", "opencc", "sentencepiece", "rich"}

Command = Callable[..., Result]


@pytest.fixture
def command(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    """The command in this process, with an empty folder as working directory."""
    needs_model()
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))
    monkeypatch.chdir(tmp_path)
    return lambda *arguments, **more: CliRunner().invoke(main, [str(one) for one in arguments], **more)


@pytest.fixture
def issue(tmp_path: Path) -> Path:
    path = tmp_path / "week.md"
    path.write_text(ISSUE, "utf-8")
    return path


def files(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.model
def test_three_files(command, issue, tmp_path):
    done = command("translate", issue)
    assert done.exit_code == 0, done.stderr
    assert sorted(files(tmp_path)) == ["output_zh/week.html", "output_zh/week.md", "output_zh/week.po", "week.md"]
    chinese = (tmp_path / "output_zh" / "week.md").read_text("utf-8")
    assert differences(skeleton(ISSUE), skeleton(chinese)) == ()
    assert "SimCLR" in chinese
    for label in ("issues", "entries", "units", "words", "from memory", "newly translated", "protected", "findings"):
        assert label in done.stderr
    assert "time" in done.stderr


@pytest.mark.model
def test_standard_input_to_standard_output(command, tmp_path):
    done = command("translate", "-", input=ISSUE)
    assert done.exit_code == 0
    assert differences(skeleton(ISSUE), skeleton(done.stdout)) == ()
    assert re.search("[\u4e00-\u9fff]", done.stdout)
    assert files(tmp_path) == {}


@pytest.mark.model
@pytest.mark.parametrize("path", ["week.md", "-"])
def test_a_dry_run_writes_and_decodes_nothing(command, issue, path, monkeypatch):
    monkeypatch.setattr("pipeline.engine_ct2.Ct2Engine.translate", lambda *_: pytest.fail("the model was asked"))
    before = files(issue.parent)
    done = command("translate", path, "--dry-run", input=ISSUE)
    assert done.exit_code == 0, done.output
    assert "would be translated" in done.stderr
    assert done.stdout == ""
    assert files(issue.parent) == before


@pytest.mark.model
def test_a_critical_finding_gives_exit_code_1_and_everything_is_written(command, issue, tmp_path):
    command("translate", issue)
    po = tmp_path / "output_zh" / "week.po"
    text = po.read_text("utf-8")
    entry = text[text.index('msgid "They propose') :]
    broken = re.sub(r'msgstr ".*"', 'msgstr "没有链接。"', entry, count=1)
    po.write_text(text.replace(entry, broken), "utf-8")
    done = command("translate", issue)
    assert done.exit_code == 1, done.stderr
    assert "critical" in done.stderr
    assert "没有链接。" in (tmp_path / "output_zh" / "week.md").read_text("utf-8")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["gone.md"], "gone.md: no such file or folder"),
        (["*.rst"], "*.rst: no such file or folder"),
        (["empty"], "empty: no issues in this folder"),
        (["empty.md"], "empty.md: the file is empty"),
        (["latin.md"], "not UTF-8, byte 0xef at offset 2"),
        (["binary.md"], "looks like a binary file (a zero byte at offset 1)"),
        (["week.md", "sub/week.md"], "two issues of one name"),
        (["week.md", "--to", "klingon"], "unknown locale; the embedded model knows zh-Hans, zh-Hant-TW, zh-Hant-HK"),
        (["week.md", "--model", "gpt"], "--model gpt: neither `embedded` nor a folder with a Marian model"),
        (["week.md", "--model", "empty"], "not a Marian model folder, config.json is missing"),
        (["week.md", "--glossary", "gone"], "gone: no such glossary folder"),
        (["week.md", "--glossary", "empty"], "empty: no glossary files in this folder"),
        (["week.md", "--glossary", "bad"], "own.yaml:2: "),
        (["week.md", "--output", "latin.md"], "cannot be"),
        (["week.md", "--output", "."], "choose another folder with --output"),
        (["front.md"], "front.md: line 3: the front matter cannot be read"),
        (["week.md", "--output", "conflict"], "week.po:3: an unresolved merge conflict"),
        (["week.md", "--output", "prose"], "week.po: not a PO file"),
        (["week.md", "--output", "edited"], "edited by hand since it was written"),
        (["-", "week.md"], "- stands alone"),
        ([], "Missing argument"),
        (["week.md", "--frobnicate"], "No such option"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_bad_input_gets_a_sentence_and_exit_code_2(command, issue, tmp_path, arguments, message):
    for name in ("empty", "sub", "bad", "conflict", "prose", "edited"):
        (tmp_path / name).mkdir()
    (tmp_path / "empty.md").write_bytes(b"\n")
    (tmp_path / "latin.md").write_bytes("naïve".encode("latin-1"))
    (tmp_path / "binary.md").write_bytes(b"\x89\x00PNG")
    (tmp_path / "front.md").write_text("---\ntitle: [open\n---\n# One\n", "utf-8")
    (tmp_path / "sub" / "week.md").write_text(ISSUE, "utf-8")
    (tmp_path / "bad" / "own.yaml").write_text("- term: A\n  policy: perhaps\n", "utf-8")
    (tmp_path / "conflict" / "week.po").write_text('msgid ""\nmsgstr ""\n<<<<<<< HEAD\n', "utf-8")
    (tmp_path / "prose" / "week.po").write_text("Dear editor,\n", "utf-8")
    (tmp_path / "edited" / "week.md").write_text("# 改过\n", "utf-8")
    before = files(tmp_path)
    done = command("translate", *arguments, input="")
    assert (done.exit_code, done.exception) == (2, done.exception if isinstance(done.exception, SystemExit) else None)
    assert message in done.stderr
    assert "Traceback" not in done.output
    assert files(tmp_path) == before


@pytest.mark.model
def test_one_bad_issue_does_not_stop_the_others(command, issue, tmp_path):
    (tmp_path / "bad.md").write_bytes(b"abc\xff")
    done = command("translate", tmp_path)
    assert done.exit_code == 2
    assert "bad.md" in done.stderr
    assert (tmp_path / "output_zh" / "week.md").exists()


@pytest.mark.model
def test_a_hand_edited_issue_is_copied_with_force(command, issue, tmp_path):
    command("translate", issue)
    chinese = tmp_path / "output_zh" / "week.md"
    written = chinese.read_text("utf-8")
    chinese.write_text("# 改过\n", "utf-8")
    assert command("translate", issue).exit_code == 2
    assert chinese.read_text("utf-8") == "# 改过\n"
    assert command("translate", issue, "--force").exit_code == 0
    assert chinese.read_text("utf-8") == written
    assert (tmp_path / "output_zh" / "week.md.bak").read_text("utf-8") == "# 改过\n"


@pytest.mark.model
@pytest.mark.parametrize("to", ["zh-TW", "zh-HK"])
def test_regional_output_has_a_folder_of_its_own(command, issue, tmp_path, to):
    done = command("translate", issue, "--to", to)
    assert done.exit_code == 0, done.stderr
    chinese = (tmp_path / f"output_{to}" / "week.md").read_text("utf-8")
    assert differences(skeleton(ISSUE), skeleton(chinese)) == ()
    assert "他们" not in chinese


@pytest.mark.model
@pytest.mark.parametrize("form", ["text", "md", "html"])
def test_diff(command, issue, form):
    command("translate", issue)
    before = files(issue.parent)
    done = command("diff", issue, "--format", form)
    assert done.exit_code == 0, done.stderr
    assert "embedded@" in done.stdout
    assert done.stdout.lstrip().startswith("<!") is (form == "html")
    assert files(issue.parent) == before


@pytest.mark.model
def test_a_model_folder_is_converted_once(tmp_path, issue, cache):
    needs_model()
    model = tmp_path / "own-model"
    shutil.copytree(ROOT / "pipeline" / "embedded", model, ignore=shutil.ignore_patterns("ct2"))
    arguments = ["translate", str(issue), "--model", str(model), "--output", str(tmp_path / "out")]
    outputs = []
    for _ in range(2):
        done = run(arguments, cache)
        assert done.returncode == 0, done.stderr
        outputs.append(files(tmp_path / "out"))
    assert outputs[0] == outputs[1]
    assert len(list((cache / "duizhao" / "models").glob("own-model-*"))) == 1


def run(arguments: list[str], cache: Path, *python: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *python, "-m", "pipeline", *arguments],
        cwd=ROOT,
        env=environment(cache),
        capture_output=True,
        text=True,
        timeout=250,
        check=False,
    )


def modules(importtime: str) -> set[str]:
    return {line.rpartition("|")[2].strip().split(".")[0] for line in importtime.splitlines() if "import time" in line}


@pytest.mark.model
def test_a_second_run_loads_no_model_and_changes_no_byte(output_zh, cache):
    before = {name: (output_zh / name).stat().st_mtime_ns for name in files(output_zh)}
    done = run(["translate", "source_en", "--output", str(output_zh)], cache, "-X", "importtime")
    assert re.search(r"newly translated +0 requests", done.stderr)
    assert {name: (output_zh / name).stat().st_mtime_ns for name in files(output_zh)} == before
    assert modules(done.stderr) & {"ctranslate2", "torch", "transformers"} == set()


@pytest.mark.parametrize("arguments", [["--help"], ["translate", "--help"], ["diff", "--help"], ["--version"]])
def test_help_needs_no_large_library(arguments, tmp_path):
    done = run(arguments, tmp_path, "-X", "importtime")
    assert done.returncode == 0
    assert done.stdout
    assert modules(done.stderr) & HEAVY == set()


def test_the_package_itself_loads_nothing(tmp_path):
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", "import pipeline"],
        cwd=ROOT,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=True,
    )
    assert modules(done.stderr) & {*HEAVY, "click", "yaml", "markdown_it", "polib"} == set()


def _commands() -> list[tuple[str, click.Command]]:
    context = click.Context(main)
    found = [(name, main.get_command(context, name)) for name in main.list_commands(context)]
    return [(name, one) for name, one in found if one is not None]


def test_every_command_and_option_is_explained():
    for name, one in _commands():
        assert one.help, name
        for parameter in one.params:
            assert isinstance(parameter, click.Argument) or getattr(parameter, "help", ""), (name, parameter.name)


def test_every_command_and_option_is_documented():
    readme = (ROOT / "README.md").read_text("utf-8") + (ROOT / "docs" / "commands.md").read_text("utf-8")
    missing = [name for name, _ in _commands() if f"duizhao {name}" not in readme]
    missing += [
        f"{name} {parameter.opts[0]}"
        for name, one in _commands()
        for parameter in one.params
        if isinstance(parameter, click.Option) and parameter.opts[0] not in readme
    ]
    assert missing == []


@pytest.mark.model
@pytest.mark.parametrize("delays", [(0.2, 0.9, 0.6), (1.3, 0.4, 1.7)], ids=str)
def test_killed_at_any_moment_it_goes_on(tmp_path, output_zh, delays):
    """Killed again and again, it ends with the same bytes as an undisturbed run, and no file is ever half written."""
    cache, folder = tmp_path / "cache", tmp_path / "out"
    issues = [str(ROOT / "source_en" / name) for name in ("2020-week-38.md", "2020-week-39.md")]
    arguments = ["translate", *issues, "--output", str(folder)]
    wanted = {name: data for name, data in files(output_zh).items() if name[:12] in {"2020-week-38", "2020-week-39"}}
    for delay in delays:
        process = subprocess.Popen(
            [sys.executable, "-m", "pipeline", *arguments],
            cwd=ROOT,
            env=environment(cache),
            stderr=subprocess.DEVNULL,
        )
        time.sleep(delay)
        process.send_signal(signal.SIGKILL)
        process.wait()
        written = {name: data for name, data in files(folder).items() if not name.startswith(".")}
        assert written.items() <= wanted.items()
    done = run(arguments, cache)
    assert done.returncode in {0, 1}, done.stderr
    assert {name: data for name, data in files(folder).items() if not name.startswith(".")} == wanted
