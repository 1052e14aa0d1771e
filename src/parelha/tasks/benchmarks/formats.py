"""From a line of a benchmark's file to a problem: each published form has its own fields.

| form | fields it is known by |
|---|---|
| DS-1000 | ``code_context``, ``reference_code``, ``prompt`` |
| BigCodeBench | ``complete_prompt``, ``test`` (a `unittest.TestCase`), ``entry_point`` |
| HumanEval+, MBPP+ as released | ``base_input``, ``plus_input``, ``canonical_solution`` |
| MBPP, MBPP+ | ``test_list``, ``code`` |
| HumanEval, HumanEval+, any other | ``prompt``, ``entry_point`` and ``test`` |
| pairs | ``prompt``, ``entry_point`` and ``inputs`` with ``outputs`` (or ``input``, ``output``) |

Nothing of a line is run here.
"""

import ast
import keyword
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

Form = Literal["assertions", "pairs", "asked", "unittest", "context"]

MAX_ID = 100  # characters of a task's id
_UNSAFE = re.compile(r"[^\w.+=,-]+")


class LineError(ValueError):
    """A line is no problem of any known form; the text says what is missing, in one line."""


@dataclass(frozen=True)
class Problem:
    """A line as read: what is asked, and how its answer is tested.

    Attributes:
        id: the benchmark's own, without white space.
        statement: what is asked.
        signature: the function's head on one line.
        entry_point: the function's name.
        solution: the benchmark's own program, "" where it gives none. Never run in this process.
        preamble: imports and helpers that the prompt gives before the function.
        form: how it is tested: assertions; pairs of inputs and outputs; inputs whose answers the
            solution must give; a unittest class; the context of DS-1000.
        test: source of the test; "" of pairs.
        candidate: the name under which the test calls the program.
        inputs: arguments of each call, of pairs.
        outputs: the right answers, in the same order.
        tolerance: absolute, of answers that are floats.
    """

    id: str
    statement: str
    signature: str
    entry_point: str
    solution: str
    preamble: str
    form: Form
    test: str = ""
    candidate: str = ""
    inputs: tuple[tuple[Any, ...], ...] = ()
    outputs: tuple[Any, ...] = ()
    tolerance: float = 0.0


def read_problem(record: object, name: str, number: int) -> Problem:
    """Return the problem of one line's JSON value.

    Ids that are plain numbers get the benchmark's name before them; lines without one, their own.

    Raises:
        LineError: what is wrong with it.
    """
    if not isinstance(record, dict):
        raise LineError(f"the line is no JSON object but {_kind(record)}")
    identity = _identity(record, name, number)
    if "code_context" in record:
        return _context(record, identity)
    if "complete_prompt" in record:
        return _unittest(record, identity)
    if "base_input" in record:
        return _asked(record, identity)
    if "test_list" in record:
        return _mbpp(record, identity)
    if "test" in record:
        return _assertions(record, identity)
    if "inputs" in record or "input" in record:
        return _pairs(record, identity)
    raise LineError("no test: neither 'test', 'test_list', 'inputs', 'input' nor 'code_context'")


def _assertions(record: dict[str, Any], identity: str) -> Problem:
    prompt, entry = _text(record, "prompt"), _entry_point(record)
    test = _text(record, "test")
    body = _parsed(test, "test").body
    checks = [n for n in body if isinstance(n, ast.FunctionDef) and n.name == "check"]
    if checks and len(checks[0].args.args) != 1:
        raise LineError("'test': check takes not one argument, the candidate")
    candidate = checks[0].args.args[0].arg if checks else entry
    fields = {"form": "assertions", "test": test, "candidate": candidate}
    return _problem(record, identity, prompt, entry, **fields)


def _asked(record: dict[str, Any], identity: str) -> Problem:
    prompt, entry = _text(record, "prompt"), _entry_point(record)
    inputs = [*_list(record, "base_input"), *_list(record, "plus_input", needed=False)]
    if not _solution(record):
        raise LineError("no 'canonical_solution', and the answers are to come from it")
    fields = {"inputs": _argument_lists(inputs), "tolerance": _tolerance(record)}
    return _problem(record, identity, prompt, entry, form="asked", **fields)


def _mbpp(record: dict[str, Any], identity: str) -> Problem:
    statement = _text(record, "prompt" if "prompt" in record else "text")
    solution = _text(record, "code")
    tests = _list(record, "test_list")
    if not tests or not all(isinstance(test, str) for test in tests):
        raise LineError("'test_list' is no list of assertions")
    setup = _setup(record)
    entry = _called_in(str(tests[0]), solution)
    test = "\n".join([setup, *map(str, tests)])
    if "test" in record:  # MBPP+: the larger test holds the smaller one
        test = f"{setup}\n{_text(record, 'test')}"
    _parsed(test, "test_list")
    statement = f"{statement.strip()}\nYour program should pass this test: {tests[0]}"
    fields = {"form": "assertions", "test": test, "candidate": entry}
    return _problem(record | {"solution": solution}, identity, statement, entry, **fields)


def _setup(record: dict[str, Any]) -> str:
    """What stands before the assertions of MBPP."""
    setup = record.get("test_setup_code")
    if setup and not isinstance(setup, str):
        raise LineError("'test_setup_code' is no text")
    imports = record.get("test_imports") or []
    if not isinstance(imports, list) or not all(isinstance(line, str) for line in imports):
        raise LineError("'test_imports' is no list of imports")
    return setup or "\n".join(imports)


def _unittest(record: dict[str, Any], identity: str) -> Problem:
    prompt, entry = _text(record, "complete_prompt"), _entry_point(record)
    test = _text(record, "test")
    classes = [node for node in _parsed(test, "test").body if isinstance(node, ast.ClassDef)]
    if not any(test_methods(node, classes) for node in classes):
        raise LineError("'test' holds no unittest class with test methods")
    return _problem(record, identity, prompt, entry, form="unittest", test=test)


def _context(record: dict[str, Any], identity: str) -> Problem:
    prompt, test = _text(record, "prompt"), _text(record, "code_context")
    functions = {n.name for n in _parsed(test, "code_context").body if hasattr(n, "name")}
    if "test_execution" not in functions:
        raise LineError("'code_context' defines no test_execution")
    return Problem(
        id=identity,
        statement=prompt.strip(),
        signature="# only the lines that belong in the marked place, no function",
        entry_point="solution",
        solution=_text(record, "reference_code"),
        preamble="",
        form="context",
        test=test,
    )


def _pairs(record: dict[str, Any], identity: str) -> Problem:
    prompt, entry = _text(record, "prompt"), _entry_point(record)
    if "inputs" in record:
        inputs, outputs = _list(record, "inputs"), _list(record, "outputs")
    else:
        if "output" not in record:
            raise LineError("no 'output' beside 'input'")
        inputs, outputs = [record["input"]], [record["output"]]
    if len(inputs) != len(outputs):
        raise LineError(f"{len(inputs)} inputs and {len(outputs)} outputs")
    fields = {"inputs": _argument_lists(inputs), "tolerance": _tolerance(record)}
    return _problem(record, identity, prompt, entry, form="pairs", outputs=tuple(outputs), **fields)


def _problem(
    record: dict[str, Any], identity: str, prompt: str, entry: str, **fields: Any
) -> Problem:
    """What all forms with a function share: whole solution, signature, preamble."""
    solution = _solution(record)
    if solution and _function(solution, entry) is None:
        solution = f"{prompt}{solution}"  # HumanEval's solutions continue the prompt
        if _function(solution, entry) is None:
            raise LineError(f"neither the solution nor prompt and solution define {entry}")
    head = _function(solution, entry) or _function(f"{prompt}\n    pass\n", entry)
    return Problem(
        id=identity,
        statement=prompt.strip("\n"),
        signature=_signature(head) if head else f"def {entry}(*args):",
        entry_point=entry,
        solution=solution,
        preamble=_preamble(prompt, entry),
        **fields,
    )


def test_methods(node: ast.ClassDef, classes: Sequence[ast.ClassDef]) -> list[str]:
    """Return the names of a class's tests, inherited ones too, in the order of unittest."""
    names = {child.name for child in node.body if isinstance(child, ast.FunctionDef)}
    bases = {base.id for base in node.bases if isinstance(base, ast.Name)}
    others = [one for one in classes if one is not node]
    inherited = [one for one in others if one.name in bases]
    names |= {name for one in inherited for name in test_methods(one, others)}
    return sorted(name for name in names if name.startswith("test"))


# --- fields ------------------------------------------------------------------------------------


def _identity(record: dict[str, Any], name: str, number: int) -> str:
    given = record.get("task_id", record.get("id", number))
    metadata = record.get("metadata")
    if "task_id" not in record and isinstance(metadata, dict):
        given = metadata.get("problem_id", given)
    if isinstance(given, bool) or not isinstance(given, str | int):
        raise LineError(f"'task_id' is neither a text nor a number but {_kind(given)}")
    parts = [_UNSAFE.sub("_", part) for part in str(given).split("/")]
    identity = "/".join(parts) if len(parts) > 1 else f"{name}/{parts[0]}"
    if not all(parts) or len(identity) > MAX_ID:
        raise LineError(f"'task_id' is empty or longer than {MAX_ID} characters")
    return identity


def _text(record: dict[str, Any], field: str) -> str:
    if field not in record:
        raise LineError(f"no {field!r}")
    value = record[field]
    if not isinstance(value, str):
        raise LineError(f"{field!r} is no text but {_kind(value)}")
    if not value.strip():
        raise LineError(f"{field!r} is empty")
    try:
        value.encode()
    except UnicodeEncodeError:  # JSON may escape half of a character, which no file can hold
        raise LineError(f"{field!r} is no Unicode text: it holds a lone surrogate") from None
    return value


def _list(record: dict[str, Any], field: str, needed: bool = True) -> list[Any]:
    if field not in record and not needed:
        return []
    if field not in record:
        raise LineError(f"no {field!r}")
    value = record[field]
    if not isinstance(value, list):
        raise LineError(f"{field!r} is no list but {_kind(value)}")
    return value


def _argument_lists(inputs: list[Any]) -> tuple[tuple[Any, ...], ...]:
    if not inputs:
        raise LineError("there are no inputs")
    for args in inputs:
        if not isinstance(args, list):
            raise LineError(f"an input is no list of arguments but {_kind(args)}")
    return tuple(tuple(args) for args in inputs)


def _entry_point(record: dict[str, Any]) -> str:
    name = _text(record, "entry_point")
    if not name.isidentifier() or keyword.iskeyword(name):
        raise LineError(f"'entry_point' is no name of a function: {name[:40]!r}")
    return name


def _solution(record: dict[str, Any]) -> str:
    for field in ("solution", "canonical_solution", "code"):
        if record.get(field):
            return _text(record, field)
    return ""


def _tolerance(record: dict[str, Any]) -> float:
    value = record.get("atol", 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value < 1e6:
        raise LineError(f"'atol' is no tolerance: {value!r:.40}")
    return float(value)


def _kind(value: object) -> str:
    names = {type(None): "null", dict: "an object", list: "a list", str: "a text", bool: "a truth"}
    return names.get(type(value), "a number")


# --- source, only ever read --------------------------------------------------------------------


def _parsed(source: str, field: str) -> ast.Module:
    try:
        return ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise LineError(f"{field!r} is no Python ({type(error).__name__})") from None


def _function(source: str, name: str) -> ast.FunctionDef | None:
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    found = [node for node in body if isinstance(node, ast.FunctionDef) and node.name == name]
    return found[-1] if found else None


def _signature(function: ast.FunctionDef) -> str:
    returns = f" -> {ast.unparse(function.returns)}" if function.returns else ""
    return f"def {function.name}({ast.unparse(function.args)}){returns}:"


def _preamble(prompt: str, entry: str) -> str:
    """Imports and helpers of a prompt that is source; "" of one that is prose."""
    for source in (prompt, f"{prompt}\n    pass\n"):
        try:
            body = ast.parse(source).body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if any(isinstance(node, ast.FunctionDef) and node.name == entry for node in body):
            kept = [node for node in body if getattr(node, "name", "") != entry]
            return "\n".join(ast.unparse(node) for node in kept)
    return ""


def _called_in(test: str, solution: str) -> str:
    """The function of the solution that an assertion of MBPP calls."""
    defined = {n.name for n in _parsed(solution, "code").body if isinstance(n, ast.FunctionDef)}
    for node in ast.walk(_parsed(test, "test_list")):
        called = node.func if isinstance(node, ast.Call) else None
        if isinstance(called, ast.Name) and called.id in defined:
            return called.id
    raise LineError("the first test calls no function of the solution")
