"""Unread code: the finding cannot be taken back, and what merely looks like it is none."""

from collections.abc import Iterator

import pytest

from parelha.sandbox import Sandbox
from parelha.types import Limits, Outcome, RunResult

TEXT = "TEXT = 'def solve(values):\\n    return sum(values)'\n"
PLAIN = "def solve(values):\n    return sum(values)\n"


@pytest.fixture(name="sandbox", scope="module")
def fixture_sandbox() -> Iterator[Sandbox]:
    with Sandbox(workers=1) as sandbox:
        yield sandbox


def run(sandbox: Sandbox, source: str) -> RunResult:
    result = sandbox.run(source, "solve", [([1.0, 2.0],), ([3.0],)], Limits(wall_seconds=20.0))
    assert result.calls[0].outcome is Outcome.PASSED, result.calls[0].detail
    return result


@pytest.mark.parametrize(
    "source",
    [
        TEXT + "exec(TEXT)\n",
        "def solve(values):\n    return eval('sum(values)')\n",
        "solve = eval('lambda values: sum(values)')\n",
        "def solve(values):\n    return sum(values) if len(values) > 1 else eval('sum(values)')\n",
        f"import threading\n{TEXT}one = threading.Thread(target=exec, args=(TEXT, globals()))\n"
        "one.start()\none.join()\n",
        f"import functools\n{TEXT}"
        "functools.reduce(lambda run, _: run(TEXT, globals()), [1], exec)\n",
        f"{TEXT}list(map(exec, [TEXT], [globals()]))\n",
        f"{TEXT}max([TEXT], key=lambda text: exec(text, globals()) or 1)\n",
        f"{TEXT}try:\n    exec(TEXT + '\\n1 / 0')\nexcept ZeroDivisionError:\n    pass\n",
    ],
)
def test_code_that_does_not_stand_in_the_text_is_noticed(sandbox: Sandbox, source: str) -> None:
    assert run(sandbox, source).unread


@pytest.mark.parametrize(
    "source",
    [
        PLAIN,
        f"import types\n{PLAIN}solve = types.FunctionType(solve.__code__, globals())\n",
        f"{PLAIN}exec(solve.__code__.replace()) if False else None\n",
        f"import ast\n{PLAIN}ast.parse('x = 1')\nast.literal_eval('[1]')\n"
        "compile('1', 'x', 'eval')\n",
        f"import ctypes\n{PLAIN}ctypes.CDLL(None).abs(-1)\n",
        f"{PLAIN}solve.__defaults__ = None\n",
        f"import copy\nimport pickle\n{PLAIN}copy.deepcopy([solve])\n"
        "pickle.loads(pickle.dumps([1.0]))\n",
    ],
)
def test_what_only_looks_like_it_is_not(sandbox: Sandbox, source: str) -> None:
    assert not run(sandbox, source).unread


@pytest.mark.parametrize(
    "call",
    [
        "column.corr(column, method='spearman')",
        "column.to_frame().corrwith(column, method='spearman')",
        "column.interpolate(method='cubic')",
        "column.interpolate(method='spline', order=2)",
        "column.rolling(3, win_type='gaussian').mean(std=1.0)",
        "column.astype(pd.SparseDtype(float, 0.0)).to_frame().sparse.to_coo()",
    ],
)
def test_what_pandas_imports_when_it_needs_it_is_no_hidden_code(
    sandbox: Sandbox, call: str
) -> None:
    text = "    column = pd.Series([1.0, 3.0, 2.0, 5.0, 4.0])\n"
    source = f"import pandas as pd\n\n\ndef solve(values):\n{text}    {call}\n    return 1.0\n"
    assert not run(sandbox, source).unread


def test_a_finding_ends_with_its_program(sandbox: Sandbox) -> None:
    assert run(sandbox, TEXT + "exec(TEXT)\n").unread
    assert not run(sandbox, PLAIN).unread


@pytest.mark.parametrize(
    "denial",
    [
        "import resource\ntry:\n    resource.setrlimit(10, (-1, -1))\n"
        "except (OSError, ValueError):\n    pass\n",
        "import resource\ntry:\n    resource.prlimit(0, 10, (5, 5))\n"
        "except (OSError, ValueError):\n    pass\n",
        "import sys\nsys.audit = print\nsys.addaudithook(lambda event, args: None)\n",
        "import os\nos.closerange(3, 200)\n",
    ],
)
def test_a_finding_cannot_be_taken_back(sandbox: Sandbox, denial: str) -> None:
    assert run(sandbox, f"{denial}{TEXT}exec(TEXT)\n{denial}").unread


def test_a_program_that_only_lowers_the_limit_accuses_itself(sandbox: Sandbox) -> None:
    assert run(sandbox, f"import resource\n{PLAIN}resource.setrlimit(10, (0, 0))\n").unread


def test_level_two_notices_it_too() -> None:
    with Sandbox(workers=1, max_level=2) as sandbox:
        assert run(sandbox, TEXT + "exec(TEXT)\n").unread
        assert not run(sandbox, PLAIN).unread
