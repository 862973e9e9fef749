"""Imports go one way, and only a few modules touch the world."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts): ast.parse(path.read_text("utf-8"))
    for path in sorted((ROOT / "pipeline").rglob("*.py"))
    if path.name != "__init__.py"
}
LARGE = {"torch", "transformers", "ctranslate2", "sentencepiece", "opencc", "rich"}
WORLD = {"os", "sqlite3", "tempfile", "shutil", "glob", "subprocess", "socket", "http.server", "urllib.request"}
FILE_CALLS = {"read_bytes", "write_bytes", "unlink", "mkdir", "iterdir", "is_file", "is_dir", "exists", "stat"}
EDGES = {"files", "drafts", "engine_ct2", "cli", "workspace"} | {
    *("web.opened", "web.desk_actions", "memory_store", "editing.person", "editing.history", "terms.store"),
}


def is_command(module: str) -> bool:
    """Whether a module holds commands of the command line."""
    return module == "pipeline.cli" or module.endswith("commands")


def imported(module: str, *, at_import: bool = False) -> set[str]:
    """Modules that a module imports anywhere or, `at_import`, before a function is called or a type checked."""
    tree = MODULES[module]
    nodes = _outside_functions(tree) if at_import else ast.walk(tree)
    found: set[str] = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found |= {f"{node.module}.{alias.name}" for alias in node.names} | {str(node.module)}
    return found


def _outside_functions(tree: ast.AST):
    for node in ast.iter_child_nodes(tree):
        typing_only = isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        if not typing_only and not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node
            yield from _outside_functions(node)


def test_imports_make_no_circle():
    left = {module: imported(module) & set(MODULES) - {module} for module in MODULES}
    while free := [module for module, needs in left.items() if not needs & set(left)]:
        for module in free:
            del left[module]
    assert left == {}


@pytest.mark.parametrize("module", MODULES)
def test_large_libraries_are_imported_inside_functions(module):
    assert not {name.split(".")[0] for name in imported(module, at_import=True)} & LARGE


@pytest.mark.parametrize("module", MODULES)
def test_only_the_commands_print(module):
    calls = [node.func for node in ast.walk(MODULES[module]) if isinstance(node, ast.Call)]
    printing = [ast.unparse(call) for call in calls if ast.unparse(call) in {"print", "click.echo", "click.secho"}]
    assert is_command(module) or not printing


@pytest.mark.parametrize("module", MODULES)
def test_only_a_few_modules_touch_the_world(module):
    name = module.removeprefix("pipeline.")
    calls = [node.func for node in ast.walk(MODULES[module]) if isinstance(node, ast.Call)]
    used = (imported(module) & WORLD) | ({call.attr for call in calls if isinstance(call, ast.Attribute)} & FILE_CALLS)
    assert name in EDGES or name.startswith("training.") or is_command(module) or not used, used


def test_training_is_used_by_its_commands_only():
    users = {
        module
        for module in MODULES
        if not module.startswith("pipeline.training.")
        and any(name.startswith("pipeline.training") for name in imported(module))
    }
    assert users <= {"pipeline.cli"}


def test_the_values_need_nothing():
    assert {name for name in imported("pipeline.records") if name.startswith("pipeline")} == set()
    assert {name for name in imported("pipeline.errors") if name.startswith("pipeline")} == set()
