"""No program earns more by keeping sloppy code from the tools than the same code in the open."""

from pathlib import Path

import pytest

from parelha.analysis import Analyser, unused
from parelha.analysis.findings import split_sight
from parelha.analysis.warm import WarmTool
from parelha.config import RewardConfig
from parelha.grading import Grader
from parelha.rewards import confirmed, program_value, structure_deficits
from parelha.sandbox import Sandbox
from parelha.types import Limits, Outcome, Score
from parelha.types import TestResult as Result
from tests.attacks.corpus import Attack, load

# A busy machine stretches the start of the linters twentyfold.
pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
GATED = RewardConfig()
BEST = 1 + GATED.quality_weight


class Judge:
    """Runs a program and asks the tools; the answers themselves are taken to be right."""

    def __init__(self, analyser: Analyser, sandbox: Sandbox) -> None:
        self.analyser = analyser
        self.sandbox = sandbox

    def score(self, source: str, entry: str = "solve") -> Score:
        """What a program gets that passes every hidden case."""
        run = self.sandbox.run(source, entry, [([1.0, 2.0, 6.0],)], Limits(wall_seconds=20.0))
        assert run.calls[0].outcome is Outcome.PASSED, run.calls[0].detail
        return Score(
            source,
            "",
            Result(8, 8, Outcome.PASSED, unread=run.unread),
            self.analyser.analyse(source),
            unused=unused(source, entry),
            reference_lines=30,
        )

    def value(self, source: str) -> float:
        """Its reward."""
        return program_value(self.score(source), GATED)


@pytest.fixture(name="judge", scope="module")
def fixture_judge(grader: Grader) -> Judge:
    return Judge(grader.analyser, grader.sandbox)


CLEAN = '''"""Means."""


def solve(values: list[float]) -> float:
    """Return the mean of the values."""
    return sum(values) / len(values)
'''
SLOPPY = """import os
def solve(values, unused = []):
    l=0
    for i in range(len(values)): l = l+values[i]
    if values == None: return
    return l/len(values)
"""


def test_the_clean_program_earns_all_and_the_sloppy_one_little(judge: Judge) -> None:
    assert judge.value(CLEAN) == BEST
    assert 1.0 < judge.value(SLOPPY) < 1.2


# --- code that does not stand in the text ------------------------------------------------------

HEAD = f'"""Means."""\n\nTEXT = {SLOPPY!r}\n'
RUNNERS = {
    "exec": "exec(TEXT)\n",
    "vars": 'import builtins\n\nvars(builtins)["ex" + "ec"](TEXT, globals())\n',
    "operator": "import builtins\nimport operator\n\n"
    'operator.attrgetter("exec")(builtins)(TEXT, globals())\n',
    "timeit": "import timeit\n\ntimeit.timeit(TEXT + 'SPACE[\"solve\"] = solve', number=1,"
    ' globals={"SPACE": globals()})\n',
    "profile": "import cProfile\n\ncProfile.Profile().runctx(TEXT, globals(), globals())\n",
    "console": "import code\n\n"
    'code.InteractiveInterpreter(globals()).runsource(TEXT, "x", "exec")\n',
    "debugger": "import bdb\n\nbdb.Bdb().run(TEXT, globals(), globals())\n",
    "tracer": "import trace\n\ntrace.Trace(count=0, trace=0).runctx(TEXT, globals(), globals())\n",
    "pickle": "import pickle\n\npickle.loads(b'cbuiltins\\nexec\\n.')(TEXT, globals())\n",
    "tree": 'import ast\n\nexec(compile(ast.parse(TEXT), "<program>", "exec"), globals())\n',
}


@pytest.mark.parametrize("way", RUNNERS)
def test_code_in_a_string_earns_no_more_than_in_the_open(judge: Judge, way: str) -> None:
    score = judge.score(HEAD + RUNNERS[way])
    assert score.tests is not None and score.tests.unread
    assert program_value(score, GATED) == 1.0 < judge.value(SLOPPY)
    assert confirmed(score)


HONEST = [attack for attack in load() if attack.name.startswith("00_honest")]


@pytest.mark.parametrize("program", HONEST, ids=lambda attack: attack.name)
def test_what_libraries_write_and_import_is_no_hidden_code(judge: Judge, program: Attack) -> None:
    run = judge.sandbox.run(
        program.source, "solve", [([1.0, 2.0, 6.0],)], Limits(wall_seconds=20.0)
    )
    assert run.calls[0].outcome is Outcome.PASSED, run.calls[0].detail
    assert not run.unread


# --- Any under another name --------------------------------------------------------------------


def typed(head: str, name: str, *, future: bool = False) -> str:
    """The clean program with another type for its parameter and its result."""
    body = CLEAN.replace("list[float]", name).replace("-> float", f"-> {name}")
    if future:
        head = f"from __future__ import annotations\n\n{head}"
    return body.replace("\n\n\n", f"\n\n{head}\n\n\n", 1)


PLAIN_ANY = typed("from typing import Any", "Any")
UNTYPED = CLEAN.replace(": list[float]", "").replace(" -> float", "")
IN_STUBS = "from typing import TYPE_CHECKING\n\nif TYPE_CHECKING:\n    from _typeshed import "
ANYS = {
    "quoted": typed("from typing import Any", '"Any"'),
    "quoted attribute": typed("import typing as t", '"t.Any"'),
    "alias": typed("from typing import Any\n\nNumber = Any", "Number"),
    "quoted alias": typed(
        'import typing\nfrom typing import TypeAlias\n\nNumber: TypeAlias = "typing.Any"', "Number"
    ),
    "of the stubs": typed(f"{IN_STUBS}Incomplete", "Incomplete", future=True),
    "in a union": typed("import typing as t", '"t.Any | None"'),
    "type variable": typed(
        'import typing as t\n\nNumber = t.TypeVar("Number", bound="t.Any")', "Number"
    ),
    "constrained": typed(
        'import typing as t\n\nNumber = t.TypeVar("Number", "t.Any", float)', "Number"
    ),
    "annotated": typed('import typing as t\n\nNumber = t.Annotated["t.Any", "a number"]', "Number"),
    "comment": CLEAN.replace(
        "(values: list[float]) -> float:", "(values):\n    # type: (Any) -> Any"
    ).replace("\n\n\n", "\n\nfrom typing import Any\n\n\n", 1),
}
CLASSES = {
    "class": typed(
        'from typing import Any\n\n\nclass Number(Any):\n    """Any number at all."""\n', "Number"
    ),
    "mock": typed("from unittest.mock import Mock", "Mock"),
    "module without types": typed(
        "from threadpoolctl import ThreadpoolController", "ThreadpoolController"
    ),
    "attribute of it": typed("import threadpoolctl as tc", "tc.ThreadpoolController"),
    "in a list": typed("import threadpoolctl as tc", '"list[tc.ThreadpoolController]"'),
}


@pytest.mark.parametrize("name", ANYS)
def test_any_by_another_name_costs_what_any_costs(judge: Judge, name: str) -> None:
    assert judge.value(ANYS[name]) <= judge.value(PLAIN_ANY) < judge.value(UNTYPED) < BEST


@pytest.mark.parametrize("name", CLASSES)
def test_a_class_that_is_any_to_mypy_earns_no_more_than_no_type(judge: Judge, name: str) -> None:
    assert judge.value(CLASSES[name]) <= judge.value(UNTYPED)


LIBRARIES = """import numpy as np
import numpy.typing as npt
import pandas as pd
from collections.abc import Callable, Sequence

Row = npt.NDArray[np.float64]

def first(a: npt.NDArray[np.float64], b: np.ndarray, c: Row, *d: "list[Row] | None") -> Row:
    return c

def second(a: pd.DataFrame, b: pd.Series, c: "pd.Series[float]", **d: object) -> pd.Index:
    return a.index

def third(a: Sequence[Callable[..., float]], b: dict[str, tuple[float, ...]]) -> object:
    e: "pd.Series | None" = None
    return e
"""


def test_what_libraries_mean_by_their_types_is_no_any(tmp_path: Path) -> None:
    mypy = WarmTool("mypy", "science", None, 1, tmp_path)
    try:
        _, sight = split_sight(mypy.run(LIBRARIES).stdout)
    finally:
        mypy.close()
    sight.pop("wide")
    assert sight == {"unseen": 0, "any": 0, "untyped": 0, "cast": 0}


# --- code that mypy believes unreachable -------------------------------------------------------

RUNS = """    total = sum(values)
    total = total + 0 * len(values).real.real
    text: str = 1
    for value in values:
        text = value
    return [text, total / len(values)][1]
"""
OPEN = f'''"""Means."""


def solve(values: list[float]) -> float:
    """Return the mean of the values."""
{RUNS}'''
INDENTED = RUNS.replace("    ", "        ", 1).replace("\n    ", "\n        ")
STOP = '''def stop() -> NoReturn:
    """Stop the program here."""
    print("on")


'''


def blinded(head: str, before: str, body: str = RUNS) -> str:
    """The open program with something in front of its body."""
    return OPEN.replace(RUNS, before + body).replace("\n\n\n", f"\n\n{head}\n\n", 1)


BLINDED = {
    "flag": blinded(
        "from typing import Literal\n\nSLOW: Literal[False] = bool(1)",
        "    if SLOW:\n",
        INDENTED + "    return 0.0\n",
    ),
    "no return": blinded("from typing import NoReturn\n\n\n" + STOP.strip("\n"), "    stop()\n"),
    "patched exit": blinded('import sys\n\nsetattr(sys, "exit", print)', "    sys.exit()\n"),
    "wrong class": blinded(
        "", "    if isinstance(values, list):\n", INDENTED + "    return 0.0\n"
    ).replace("values: list[float]", "values: tuple[float, ...]"),
    "type checking": blinded(
        "from typing import TYPE_CHECKING",
        "    if not TYPE_CHECKING:\n",
        INDENTED + "    return 0.0\n",
    ),
    "lying exit": blinded(
        'from typing import Literal\n\n\nclass Quiet:\n    """Keep it quiet."""\n\n'
        "    def __enter__(self) -> None:\n        pass\n\n"
        "    def __exit__(self, *_: object) -> Literal[False]:\n        return bool(1)",
        "    with Quiet():\n        raise ValueError\n",
    ),
    "patched helper": blinded(
        'import typing\n\nsetattr(typing, "assert_never", print)',
        "    typing.assert_never(values)\n",
    ),
    "endless": blinded(
        "from typing import Literal\n\nMORE: Literal[True] = bool(0)",
        "    while MORE:\n        pass\n",
    ),
}


@pytest.mark.parametrize("way", BLINDED)
def test_mypy_cannot_be_blinded_for_a_reward(judge: Judge, way: str) -> None:
    score = judge.score(BLINDED[way])
    assert program_value(score, GATED) <= judge.value(OPEN)
    assert score.analysis is not None and score.analysis.structure.unseen > 3


@pytest.mark.parametrize(
    "expression",
    [
        "SLOW and len(values.missing)",
        "not SLOW or len(values.missing)",
        "values.missing if SLOW else 0",
    ],
)
def test_expressions_that_mypy_skips_are_counted(judge: Judge, expression: str) -> None:
    source = CLEAN.replace("    return", f"    print({expression})\n    return").replace(
        "\n\n\n", "\n\nfrom typing import Literal\n\nSLOW: Literal[False] = False\n\n\n", 1
    )
    assert judge.analyser.analyse(source).structure.unseen >= 2


@pytest.mark.parametrize(
    "lines",
    [
        "    if values is None:\n        return 0.0\n",
        "    if not isinstance(values, list):\n        raise TypeError(f'not a {values!r}')\n",
        "    if values is None or len(values) == 0:\n        return 0.0\n",
        "    if len(values) == 1:\n        return values[0]\n",
        "    assert values is not None\n",
        "    print(0.0 if values is None else values[0])\n",
    ],
)
def test_refusing_an_odd_argument_costs_nothing(judge: Judge, lines: str) -> None:
    source = CLEAN.replace("    return sum", f"{lines}    return sum")
    assert judge.analyser.analyse(source).structure.unseen == 0


# --- structure ---------------------------------------------------------------------------------

CASES = 13
BRANCHES = {
    "match": "    match len(values):\n"
    + "".join(f"        case {n}:\n            return {n}.0\n" for n in range(4, 4 + CASES)),
    "nested match": "    match len(values):\n        case 3:\n            match values[0]:\n"
    + "".join(
        f"                case {n}:\n                    return {n}.0\n" for n in range(4, 17)
    ),
    "guards": "    match len(values):\n"
    + "".join(f"        case n if n == {n}:\n            return {n}.0\n" for n in range(4, 17)),
    "and or": "    value = ("
    + "\n             or ".join(f"(len(values) == {n} and {n}.0)" for n in range(4, 15))
    + ")\n    if value:\n        return float(value)\n",
    "comprehension": "    values = [\n        value\n        for value in values\n"
    + "".join(f"        if value != {n}.5\n" for n in range(CASES))
    + "    ]\n",
    "table of lambdas": "    table = {\n"
    + "".join(f"        {n}: lambda: {n}.0,\n" for n in range(4, 17))
    + "    }\n    if len(values) in table:\n        return table[len(values)]()\n",
}
IFS = "".join(f"    if len(values) == {n}:\n        return {n}.0\n" for n in range(4, 4 + CASES))


@pytest.mark.parametrize("form", BRANCHES)
def test_branches_cost_the_same_in_every_form(judge: Judge, form: str) -> None:
    worse = CLEAN.replace("    return sum", f"{BRANCHES[form]}    return sum")
    ifs = CLEAN.replace("    return sum", f"{IFS}    return sum")
    cost = BEST - judge.value(worse)
    in_ifs = judge.score(ifs)
    assert in_ifs.analysis is not None and in_ifs.analysis.structure.cyclomatic > 10
    # The same of structure; pylint counts returns and statements, which some forms are without.
    assert structure_deficits(judge.score(worse)) >= structure_deficits(in_ifs) == 1
    if form not in ("and or", "comprehension"):
        assert cost >= BEST - program_value(in_ifs, GATED) - 1e-9
    assert cost >= GATED.quality_weight / 3 / 4.5 - 1e-9  # one deficit of structure at least


BARE = CLEAN.replace('    """Return the mean of the values."""\n', "")


@pytest.mark.parametrize(
    "text", [".", "...", "-", "x", "TODO", "Docs", "Solve.", "solve solve", "\u200b", "42", "?!"]
)
def test_a_docstring_that_says_nothing_is_none(judge: Judge, text: str) -> None:
    source = CLEAN.replace("Return the mean of the values.", text)
    structure = judge.analyser.analyse(source).structure
    assert (structure.functions, structure.documented) == (1, 0)


@pytest.mark.parametrize(
    "text", ["Return the mean.", "Calcula a média.", "返回平均值", "Mean, or 0."]
)
def test_a_short_docstring_is_one(judge: Judge, text: str) -> None:
    source = CLEAN.replace("Return the mean of the values.", text)
    assert judge.analyser.analyse(source).structure.documented == 1


USING = CLEAN.replace("return sum(values)", "return total(values)")
AS_FUNCTION = USING.replace("\n\n\n", "\n\n\ndef total(values):\n    return sum(values)\n\n\n", 1)
LAMBDAS = {
    "assigned": USING.replace("\n\n\n", "\n\ntotal = lambda values: sum(values)\n\n\n", 1),
    "inside": USING.replace("    return", "    total = lambda values: sum(values)\n    return"),
    "in a table": CLEAN.replace("sum(values)", 'TABLE["total"](values)').replace(
        "\n\n\n", '\n\nTABLE = {"total": lambda values: sum(values)}\n\n\n', 1
    ),
    "called at once": CLEAN.replace("sum(values)", "(lambda items: sum(items))(values)"),
    "walrus": CLEAN.replace(
        "    return", "    if total := (lambda values: sum(values)):\n        pass\n    return"
    ).replace("sum(values) /", "total(values) /"),
    "returned": USING.replace("total(values)", "total()(values)").replace(
        "\n\n\n",
        '\n\n\ndef total():\n    """Return a sum of values."""\n'
        "    return lambda values: sum(values)\n\n\n",
        1,
    ),
}


@pytest.mark.parametrize("place", LAMBDAS)
def test_a_lambda_as_helper_earns_no_more_than_a_bare_function(judge: Judge, place: str) -> None:
    assert judge.value(LAMBDAS[place]) <= judge.value(AS_FUNCTION) < BEST


@pytest.mark.parametrize(
    "expression",
    ["max(values, key=lambda value: -value)", "sum(map(lambda value: value * 2, values))"],
)
def test_a_lambda_handed_to_a_call_costs_nothing(judge: Judge, expression: str) -> None:
    source = CLEAN.replace("sum(values)", expression)
    assert judge.analyser.analyse(source).structure.lambdas == 0
