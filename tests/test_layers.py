"""The modules of the package import each other as the layers of docs/architecture.md say."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "src" / "parelha"
MAX_LINES = 400
# What takes seconds to import, and what the layers above `kernels/` do without.
HEAVY = {"torch", "transformers", "peft"}


def layers() -> list[list[str]]:
    """Names in the first column of the table of layers, row by row; folders end with a slash."""
    text = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    section = text.partition("\n## Layers\n")[2].partition("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return [row.replace("`", " ").split() for row in rows]


def layer_of(module: str, rows: list[list[str]]) -> int:
    """Row of a module such as ``engines/kv``: that of its own name, else of its folder."""
    for name in (module, f"{module}/", *(f"{one.as_posix()}/" for one in Path(module).parents)):
        for number, row in enumerate(rows):
            if name in row:
                return number
    raise AssertionError(f"{module} stands in no layer of docs/architecture.md")


def modules() -> dict[str, Path]:
    """Files of the package by their path without the suffix; a folder's own by the folder's."""
    found = {
        path.relative_to(PACKAGE).with_suffix("").as_posix(): path
        for path in PACKAGE.rglob("*.py")
        if path != PACKAGE / "__init__.py"
    }
    return {name.removesuffix("/__init__"): path for name, path in found.items()}


def imported(path: Path) -> Iterator[str]:
    """Full names that a file imports, at its top or anywhere in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (one.name for one in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = path.relative_to(PACKAGE.parent).parts[: -node.level] if node.level else ()
            start = ".".join([*above, *([node.module] if node.module else [])])
            # Names of modules and names in modules look alike here: `graph` tells them apart.
            yield from (f"{start}.{one.name}" for one in node.names)


@cache
def graph() -> dict[str, set[str]]:
    """Modules of the package, each with those of them that it imports."""
    known = modules()
    found: dict[str, set[str]] = {name: set() for name in known}
    for name, path in known.items():
        for full in imported(path):
            parts = full.split(".")
            if parts[0] == "parelha":
                inner = "/".join(parts[1:]), "/".join(parts[1:-1])
                found[name] |= {next((one for one in inner if one in known), name)} - {name}
    return found


def test_the_graph_of_imports_is_read_as_it_is() -> None:
    found = graph()
    assert {"engines/protocol", "stage", "errors"} <= found["rollout"]
    assert {"sandbox/codec", "sandbox/codec_pandas"} <= found["sandbox/codec_read"]  # relative
    assert "analysis/analyser" in found["analysis"]  # a folder's own module
    assert layer_of("engines/protocol", layers()) < layer_of("engines/torch_engine", layers())


def test_every_module_imports_only_its_own_layer_and_those_above() -> None:
    rows = layers()
    against = [
        f"{name} imports {other}"
        for name, others in graph().items()
        for other in others
        if layer_of(other, rows) > layer_of(name, rows)
    ]
    assert not against, "\n".join(sorted(against))


def test_every_layer_that_is_named_exists() -> None:
    known = modules()
    for name in (name for row in layers() for name in row):
        assert name.removesuffix("/") in known, name


def test_kernels_import_nothing_else_of_the_package() -> None:
    for name, others in graph().items():
        if name.startswith("kernels"):
            assert all(other.startswith("kernels") for other in others), name


def test_what_is_above_the_kernels_does_without_torch() -> None:
    rows = layers()
    first = layer_of("kernels", rows)
    for name, path in modules().items():
        if layer_of(name, rows) < first:
            assert not HEAVY & {full.partition(".")[0] for full in imported(path)}, name


@pytest.mark.parametrize("folder", ["src", "tests", "benchmarks"])
def test_no_file_is_too_long(folder: str) -> None:
    for path in (ROOT / folder).rglob("*.py"):
        lines = len(path.read_text(encoding="utf-8").splitlines())
        assert lines <= MAX_LINES, f"{path}: {lines} lines"


def asks_for_the_device(path: Path) -> bool:
    """Whether a module looks at where a tensor is, or names a device."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Constant) and node.value in ("cpu", "cuda"):
            return True
        if isinstance(node, ast.Attribute):
            # A context such as `torch.device("meta")` says where to, and asks nothing.
            makes_one = node.attr == "device" and ast.unparse(node.value) == "torch"
            if node.attr in ("cuda", "device", "is_cpu", "is_cuda") and not makes_one:
                return True
    return False


def test_only_the_kernels_ask_for_the_device_and_the_doctor_tells_of_it() -> None:
    found = {name for name, path in modules().items() if asks_for_the_device(path)}
    assert {"kernels/choose", "kernels/memory"} <= found
    assert {name for name in found if not name.startswith("kernels/")} == {"doctor"}
