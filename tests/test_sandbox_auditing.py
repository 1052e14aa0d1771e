"""Unread code: the finding cannot be taken back, and what merely looks like it is none."""

from collections.abc import Iterator

import pytest

from parelha.sandbox import Sandbox
from parelha.types import Limits, Outcome, RunResult

TEXT = "TEXT = 'def solve(values):\\n    return sum(values)'\n"
PLAIN = "def solve(values):\n    return sum(values)\n"
# What is equal to everything, and a piece of code with something of it in one of its fields.
ALIKE = (
    "class Alike:\n    def __eq__(self, other):\n        return True\n"
    "    def __ne__(self, other):\n        return False\n"
    "    def __hash__(self):\n        return 0\n"
    "class Text(Alike, str):\n    pass\n"
    "class Group(Alike, tuple):\n    pass\n"
    "class Raw(Alike, bytes):\n    pass\n"
    "class Kind(type):\n    __eq__, __hash__ = Alike.__eq__, Alike.__hash__\n"
    "class Number(int, metaclass=Kind):\n    pass\n"
    f"{PLAIN}CODE = solve.__code__\n"
)


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
        f"{PLAIN}solve.__code__ = solve.__code__.replace()\n",
        f"import types\n{PLAIN}@types.coroutine\ndef wait():\n    yield\n",
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


@pytest.mark.parametrize(
    "field",
    [
        "co_filename=Text(CODE.co_filename)",
        "co_name=Text(CODE.co_name)",
        "co_qualname=Text(CODE.co_qualname)",
        "co_names=Group(CODE.co_names)",
        "co_consts=Group(CODE.co_consts)",
        "co_consts=(*CODE.co_consts, Text())",
        "co_consts=(*CODE.co_consts, (Text(),))",
        "co_consts=(*CODE.co_consts, frozenset([Group()]))",
        "co_consts=(*CODE.co_consts, Number())",
        "co_consts=(*CODE.co_consts, CODE.replace(co_names=Group(CODE.co_names)))",
        "co_linetable=Raw(CODE.co_linetable)",
        "co_exceptiontable=Raw(CODE.co_exceptiontable)",
        "co_exceptiontable=b'x'",
        "co_stacksize=CODE.co_stacksize + 1",
        "co_flags=CODE.co_flags | 16",
    ],
)
@pytest.mark.parametrize(
    "use", ["solve.__code__ = {}", "import types\ntypes.FunctionType({}, globals())"]
)
def test_code_that_only_says_that_it_is_the_programs_is_noticed(
    sandbox: Sandbox, field: str, use: str
) -> None:
    assert run(sandbox, f"{ALIKE}{use.format(f'CODE.replace({field})')}\n{PLAIN}").unread


@pytest.mark.parametrize("frozen", [False, True])
def test_data_classes_of_every_kind_are_no_hidden_code(sandbox: Sandbox, frozen: bool) -> None:
    source = f"""\
import dataclasses
from dataclasses import InitVar, dataclass, field

@dataclass(frozen={frozen})
class Nothing:
    pass

@dataclass(frozen={frozen}, order=True, unsafe_hash=True)
class Much:
    x: int
    é: float = 1.0
    made: list = field(default_factory=list, compare=False)
    always: list = field(default_factory=list, init=False, repr=False, compare=False)
    fixed: int = field(default=1, init=False)
    start: InitVar[int] = 0
    end: InitVar[int] = 0
    named: int = field(default=2, kw_only=True)
    def __post_init__(self, start, end):
        pass

@dataclass(frozen={frozen}, order=True, slots=True)
class More(Much):
    self: int = 1
    late: int = field(default=1, init=False)

Made = dataclasses.make_dataclass("Made", ["a", ("b", int, field(default=1))])
repr(Nothing()), repr(More(1)), Much(1) < Much(2), hash(Much(1)), More(1) == More(2), Made(1)
"""
    assert not run(sandbox, source + PLAIN).unread


def test_annotations_of_every_kind_are_no_hidden_code(sandbox: Sandbox) -> None:
    kinds = (
        "int",
        "None",
        "list[int] | None | str | dict[str, list[float]]",
        "typing.Literal['a', -1, True]",
        "typing.Callable[[int, float], str]",
        "typing.Callable[..., int]",
        "tuple[()]",
        "typing.Annotated[int, 300, 1.5, b'x']",
        "'int'",
        *(f"typing.Literal[{', '.join(map(str, range(500)))}]", " | ".join(["int"] * 90)),
    )
    source = f"import typing\nclass Kinds:\n    __annotations__ = dict(enumerate({kinds!r}))\n"
    long = "".join(f"class Kind{i}:\n    pass\n" for i in range(300))
    union = " | ".join(f"Kind{i}" for i in range(150))
    many = f"def many(value: 'list[{union}]'):\n    pass\ntyping.get_type_hints(many)\n"
    assert not run(sandbox, f"{source}typing.get_type_hints(Kinds)\n{long}{many}{PLAIN}").unread


@pytest.mark.parametrize(
    "instructions",
    [
        "('LOAD_CONST', 9), ('RETURN_VALUE', 0)",  # there is no such constant
        "('LOAD_NAME', 9), ('RETURN_VALUE', 0)",
        "('LOAD_CONST', 0), ('BUILD_TUPLE', 9), ('RETURN_VALUE', 0)",  # not so much on the stack
        "('LOAD_CONST', 0),",  # and no end
        "('CACHE', 0), ('LOAD_CONST', 0), ('RETURN_VALUE', 0)",
    ],
)
def test_naming_instructions_that_no_compiler_wrote_are_noticed(
    sandbox: Sandbox, instructions: str
) -> None:
    source = (
        "import opcode\ncode = compile('name[0, 1]', 'x', 'eval')\n"
        f"raw = b''.join(bytes([opcode.opmap[name], n]) for name, n in [{instructions}])\n"
        f"{PLAIN}eval(code.replace(co_code=raw))\n"
    )
    # Noticed before it runs: most of them end the process.
    assert sandbox.run(source, "solve", [([1.0],)], Limits()).unread


def test_named_tuples_of_every_length_are_no_hidden_code(sandbox: Sandbox) -> None:
    source = "from collections import namedtuple\nfor names in ('', 'a', 'a b', 'a b c'):\n"
    assert not run(sandbox, f"{source}    namedtuple('Kind', names)\n{PLAIN}").unread


def test_a_program_that_sends_events_itself_gains_nothing(sandbox: Sandbox) -> None:
    source = "import sys\nclass Function:\n    __code__ = None\n"
    for event in ("object.__setattr__', Function(), '__code__', None", "exec', 1"):
        assert run(sandbox, f"{source}sys.audit('{event})\n{PLAIN}").unread


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


def test_no_way_out_of_the_libraries_leads_to_a_file_of_theirs() -> None:
    """At level 2 there is a /proc, by which a program's own pipe has a name."""
    source = (
        f"import os\n{TEXT}ends = os.pipe()\nos.write(ends[1], TEXT.encode())\nos.close(ends[1])\n"
        "place = os.path.dirname(os.__file__) + '/..' * 20 + f'/proc/self/fd/{ends[0]}'\n"
        "exec(compile(TEXT, place, 'exec'))\n"
    )
    with Sandbox(workers=1, max_level=2) as sandbox:
        assert run(sandbox, source).unread
