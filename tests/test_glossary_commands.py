"""The commands `duizhao glossary …`, on a small glossary and a model of rules."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from fake_engine import FakeEngine

from pipeline.cli import main
from pipeline.engine import Request

TERMS = """# Terms of the field
- term: neural network  # the usual one
  policy: translate
  zh-Hans: 神经网络
- term: patch
  id: image-patch
  policy: translate
  zh-Hans: 图像块
  context: [image]
- term: patch
  id: software-patch
  policy: prefer
  zh-Hans: 补丁
  context: [bug]
"""
NAMES = "- term: GAN\n  policy: keep\n  pos: name\n"
ISSUE = """# News

A contrastive loss (CL) trains the neural network. The contrastive loss is new.

TinyGAN is a GAN. The contrastive loss is simple.
"""
CHINESE = {
    "A contrastive loss": "对比损失训练神经网络。",
    "The contrastive loss is new": "对比损失很新。",
    "The contrastive loss is simple": "对比损失很简单。",
    "contrastive loss": "对比损失",
    "neural network": "神经网络",
}

Call = Callable[..., Result]


def answer(request: Request) -> list[str]:
    found = next((zh for en, zh in CHINESE.items() if request.text.startswith(en)), "新闻")
    slots = "".join(f" {slot} " for slot in ("<t0>", "<t1>") if slot in request.text)
    return [f"{slots}{found}".strip()]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "glossary").mkdir()
    (tmp_path / "glossary" / "terms.yaml").write_text(TERMS, "utf-8")
    (tmp_path / "glossary" / "names.yaml").write_text(NAMES, "utf-8")
    (tmp_path / "source_en").mkdir()
    (tmp_path / "source_en" / "issue.md").write_text(ISSUE, "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    engine = FakeEngine(rule=answer)
    for module in ("session", "cli"):
        monkeypatch.setattr(f"pipeline.{module}.find_engine", lambda *_: engine, raising=False)
    monkeypatch.setattr("pipeline.engine_ct2.find_engine", lambda *_: engine)
    return tmp_path


@pytest.fixture
def call(folder: Path) -> Call:
    def run(*arguments: str, code: int = 0) -> Result:
        result = CliRunner().invoke(main, ["glossary", *arguments], catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result

    return run


def terms(folder: Path) -> str:
    return (folder / "glossary" / "terms.yaml").read_text("utf-8")


def test_list(call: Call) -> None:
    assert [line.split("  ")[0] for line in call("list").stdout.splitlines()] == [
        "GAN", "neural network", "patch", "patch",
    ]  # fmt: skip
    assert "补丁" in call("list", "补").stdout
    found = json.loads(call("list", "--policy", "keep", "--json").stdout)
    assert [(entry["id"], entry["place"]) for entry in found] == [("gan", "glossary/names.yaml:1")]


def test_show(call: Call) -> None:
    assert "神经网络" in call("show", "Neural Network").stdout
    assert json.loads(call("show", "software-patch", "--json").stdout)["zh-Hans"] == "补丁"


@pytest.mark.parametrize(("name", "message"), [("patch", "image-patch"), ("loss", "no such entry")])
def test_an_entry_that_cannot_be_told(call: Call, name: str, message: str) -> None:
    assert message in call("show", name, code=2).stderr


def test_add(call: Call, folder: Path) -> None:
    call("add", "contrastive loss", "--zh", "对比损失", "--avoid", "对比损耗", "--set", "note", "from a test")
    assert terms(folder).startswith(TERMS)
    entry = json.loads(call("show", "contrastive loss", "--json").stdout)
    assert (entry["policy"], entry["avoid"], entry["note"]) == ("translate", ["对比损耗"], "from a test")
    call("add", "TinyGAN")
    assert "TinyGAN" in (folder / "glossary" / "names.yaml").read_text("utf-8")


def test_add_what_is_there(call: Call, folder: Path) -> None:
    call("add", "neural network", "--zh", "网络", code=2)
    assert terms(folder) == TERMS


def test_edit(call: Call, folder: Path) -> None:
    call("edit", "neural network", "--zh", "神经元网络", "--avoid", "神经网", "--avoid", "网")
    text = terms(folder)
    assert text.startswith("# Terms of the field\n- term: neural network  # the usual one\n  policy: translate\n")
    entry = json.loads(call("edit", "neural network", "--drop", "avoid=网", "--json").stdout)
    assert (entry["zh-Hans"], entry["avoid"]) == ("神经元网络", ["神经网"])
    entry = json.loads(call("edit", "neural network", "--drop", "avoid", "--avoid", "网子", "--json").stdout)
    assert entry["avoid"] == ["网子"]
    entry = json.loads(call("edit", "neural network", "--drop", "avoid", "--json").stdout)
    assert "avoid" not in entry


@pytest.mark.parametrize(
    "arguments",
    [
        ("--set", "colour", "red"),
        ("--set", "status", "green"),
        ("--drop", "note"),
        ("--drop", "avoid=网"),
        ("--avoid", "神经网络"),
    ],
)
def test_edits_that_make_no_sense(call: Call, folder: Path, arguments: tuple[str, ...]) -> None:
    call("edit", "neural network", *arguments, code=2)
    assert terms(folder) == TERMS


def test_rename_and_remove(call: Call, folder: Path) -> None:
    call("rename", "neural network", "neural net")
    assert terms(folder).startswith("# Terms of the field\n- term: neural net  # the usual one\n")
    call("remove", "neural net")
    assert terms(folder) == "# Terms of the field\n" + TERMS[TERMS.index("- term: patch") :]


def test_lint(call: Call, folder: Path) -> None:
    assert call("lint").stdout == ""
    with (folder / "glossary" / "terms.yaml").open("a", encoding="utf-8") as file:
        file.write("- term: weight\n  policy: translate\n  zh-Hans: 权重\n")
    assert "terms.yaml:15: warning: 'weight'" in call("lint", code=1).stdout
    assert json.loads(call("lint", "--json", code=1).stdout)[0]["check"] == "homonym"


@pytest.mark.parametrize("name", ["g.csv", "g.tsv", "g.json", "g.tbx"])
def test_export_and_import(call: Call, folder: Path, name: str) -> None:
    call("export", name)
    assert "0 added" in call("import", name).stderr
    call("remove", "neural network")
    call("remove", "GAN")
    report = json.loads(call("import", name, "--json").stdout)
    assert {entry["term"] for entry in report["added"]} == {"neural network", "GAN"}
    assert json.loads(call("show", "neural network", "--json").stdout)["zh-Hans"] == "神经网络"
    assert json.loads(call("show", "GAN", "--json").stdout)["place"].startswith("glossary/imported.yaml")


def test_import_of_another_rendering(call: Call, folder: Path) -> None:
    (folder / "g.csv").write_text("source,target\nneural network,网络\nloss,损失\n", "utf-8")
    result = call("import", "g.csv")
    assert result.stdout == "neural network: stays 神经网络 (glossary/terms.yaml:2), not 网络\n"
    assert "1 added" in result.stderr


def test_an_unknown_ending(call: Call) -> None:
    assert "--format" in call("export", "g.doc", code=2).stderr


def test_suggest(call: Call) -> None:
    found = json.loads(call("suggest", "source_en", "--json").stdout)
    terms = {entry["term"]: entry for entry in found}
    assert terms["CL"]["expansion"] == "contrastive loss"
    assert terms["contrastive loss"]["renderings"] == ["对比损失"]
    assert terms["TinyGAN"]["kind"] == "name"
    assert "GAN" not in terms
    assert found[0]["score"] >= found[-1]["score"]


def test_suggestions_are_accepted(call: Call) -> None:
    assert "added to glossary/new.yaml" in call("suggest", "source_en", "--accept", "new.yaml").stderr
    assert json.loads(call("show", "contrastive loss", "--json").stdout)["policy"] == "prefer"
    assert json.loads(call("show", "TinyGAN", "--json").stdout)["policy"] == "keep"


def translate(*more: str) -> None:
    assert CliRunner().invoke(main, ["translate", "source_en", *more], catch_exceptions=False).exit_code == 0


def test_evidence(call: Call) -> None:
    translate()
    found = json.loads(call("evidence", "contrastive loss", "--json").stdout)
    assert found["samples"] == 2
    assert [(one["text"], one["role"], one["samples"]) for one in found["renderings"]] == [("对比损失", "unknown", 2)]
    found = json.loads(call("evidence", "neural network", "--json").stdout)
    assert [(one["text"], one["role"]) for one in found["renderings"]] == [("神经网络", "preferred")]


def test_evidence_needs_translations(call: Call) -> None:
    assert "translate issues first" in call("evidence", "loss", code=2).stderr


def commit(folder: Path) -> None:
    for arguments in (["init", "-q"], ["add", "glossary"], ["commit", "-qm", "x"]):
        settings = ["-c", "user.name=x", "-c", "user.email=x@example.org"]
        subprocess.run(["git", *settings, *arguments], cwd=folder, check=True)


def test_impact(call: Call, folder: Path) -> None:
    commit(folder)
    translate()
    chinese = (folder / "output_zh" / "issue.md").read_text("utf-8")
    assert "0 units" in call("impact").stderr
    call("edit", "neural network", "--zh", "神经元网络", "--avoid", "神经网络")
    report = json.loads(call("impact", "--json").stdout)
    assert report["entries"] == [{"id": "neural-network", "kind": "changed"}]
    (unit,) = report["issues"]["issue"]
    assert unit["before"].startswith(("对比损失训练神经网络", "CL")) or "神经网络" in unit["before"]
    assert "神经元网络" in unit["after"]
    assert (folder / "output_zh" / "issue.md").read_text("utf-8") == chinese
    shown = call("impact").stdout
    assert "\n- " in shown
    assert "\n+ " in shown
    call("impact", "--apply")
    assert (folder / "output_zh" / "issue.md").read_text("utf-8") == chinese.replace("神经网络", "神经元网络")


def test_peoples_texts_stay_and_are_listed(call: Call, folder: Path) -> None:
    commit(folder)
    translate()
    file = folder / "output_zh" / "issue.po"
    text = file.read_text("utf-8")
    assert text.count("训练神经网络") == 2
    at = text.rindex("训练神经网络")
    file.write_text(text[:at] + "训练了神经网络" + text[at + 6 :], "utf-8")
    call("edit", "neural network", "--zh", "神经元网络", "--avoid", "神经网络")
    (unit,) = json.loads(call("impact", "--apply", "--json").stdout)["issues"]["issue"]
    assert unit["before"] == unit["after"]
    assert any("神经元网络" in message for message in unit["contradictions"])
    assert "训练了神经网络" in (folder / "output_zh" / "issue.md").read_text("utf-8")


def test_impact_needs_an_earlier_state(call: Call) -> None:
    assert "--against" in call("impact", code=2).stderr


def test_evaluate(call: Call, folder: Path) -> None:
    report = json.loads(call("evaluate", "source_en", "--control", "--json").stdout)
    modes = {mode["name"]: mode for mode in report["modes"]}
    assert list(modes) == ["proper", "none", "random"]
    assert modes["proper"]["edited"]["exclusive"] == 1
    assert modes["proper"]["edited"]["terms"] == 2
    assert report["missing"] == []
    (folder / "pairs.tsv").write_text("The contrastive loss is new.\t对比损失很新。\n", "utf-8")
    rows = call("evaluate", "--pairs", "pairs.tsv").stdout.splitlines()
    assert rows[1].split()[-2:] == ["100.0", "100.0"]


@pytest.mark.parametrize("arguments", [(), ("source_en", "--pairs", "x.tsv")])
def test_evaluate_wants_one_kind_of_text(call: Call, arguments: tuple[str, ...]) -> None:
    call("evaluate", *arguments, code=2)
