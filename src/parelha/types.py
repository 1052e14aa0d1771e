"""The words of the project as plain records; nothing here computes more than a property.

Every record is immutable and made of plain values, so that it goes to a worker process or into a
JSON line unchanged (``dataclasses.asdict``).
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

Lang = Literal["en", "pt"]
Split = Literal["train", "heldout_seeds", "heldout_params", "heldout_families"]
CaseGroup = Literal["ordinary", "edge"]
FinishReason = Literal["stop", "length", "action"]
Severity = Literal["minor", "major", "critical"]
# What of a dialogue a step plays: drafts alone, the reviewer's verdict alone, a forced review of
# each failing draft, or all of it.
Phase = Literal["draft", "verdict", "review", "free"]

LANGS: tuple[Lang, ...] = ("en", "pt")
SEVERITIES: tuple[Severity, ...] = ("minor", "major", "critical")


class Agent(StrEnum):
    """The two agents."""

    CODER = "coder"
    REVIEWER = "reviewer"


class CoderAction(StrEnum):
    """The coder's action space (deck, "Agente Codificador")."""

    CLEAN_DATA = "clean_data"
    ANALYSE_STATISTICS = "analyse_statistics"
    DETECT_OUTLIERS = "detect_outliers"
    BUILD_MODEL = "build_model"


class ReviewerAction(StrEnum):
    """The reviewer's action space (deck, "Agente Revisor", plus the brief's approval)."""

    ANALYSE_STATICALLY = "analyse_statically"
    EXECUTE = "execute"
    PROPOSE_REFACTORING = "propose_refactoring"
    APPROVE = "approve"


# --- tasks -------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """One input of a program: its positional arguments, and the group it was drawn from."""

    args: tuple[object, ...]
    group: CaseGroup = "ordinary"


@dataclass(frozen=True)
class Limits:
    """What one program may use over all its inputs together.

    Attributes:
        wall_seconds: elapsed time, import time of the program included.
        cpu_seconds: processor time (RLIMIT_CPU is rounded up to whole seconds).
        memory_bytes: address space beyond what the warm parent already maps.
        output_bytes: what the results may weigh when serialised; also the cap of a written file.
        output_parts: values that the results may consist of, those inside them included. What is
            dear to rebuild counts as several, so that this bounds what results cost their reader.
        threads: kernel threads of the child.
    """

    wall_seconds: float = 5.0
    cpu_seconds: float = 5.0
    memory_bytes: int = 512 * 1024 * 1024
    output_bytes: int = 4 * 1024 * 1024
    output_parts: int = 200_000
    threads: int = 4


@dataclass(frozen=True)
class Task:
    """A problem. Two tasks of one family differ in parameterisation, in level or in seed.

    Attributes:
        id: unique and stable, ``family/parameterisation/level/seed``, such as
            ``"detect_outliers.iqr/values,k=1.5/L1/s0"``.
        family: such as ``"detect_outliers.iqr"``.
        action: the coder action it belongs to (never told to the coder).
        level: 1 (no traps) to 4.
        split: train, or one of the held-out splits.
        statement: in each language; complete but for the signature and the examples.
        signature: one line, typed: ``def f(values: list[float]) -> float:``.
        entry_point: the function's name.
        examples: visible inputs; their expected outputs come from `reference`.
        make_cases: ``make_cases(seed)`` gives the hidden inputs, ordinary and edge; deterministic.
        reference: source of a right and lint-clean program; never leaves the parent process.
        compare: ``compare(expected, actual)`` is None when equal, else one line that says what
            differs. Never calls a method of `actual` that a candidate could have defined: values
            arrive rebuilt by exact type.
        limits: what a candidate may use.
        make_sized: ``make_sized(size, seed)`` gives the arguments of one ordinary input of about
            `size` elements, or None where the family has none so large; deterministic.
    """

    id: str
    family: str
    action: CoderAction
    level: int
    split: Split
    statement: dict[Lang, str]
    signature: str
    entry_point: str
    examples: tuple[Case, ...]
    make_cases: Callable[[int], tuple[Case, ...]]
    reference: str
    compare: Callable[[object, object], str | None]
    limits: Limits = field(default_factory=Limits)
    make_sized: Callable[[int, int], tuple[object, ...] | None] | None = None


# --- what a program did ------------------------------------------------------------------------


class Outcome(StrEnum):
    """How one program (or one call of it) ended. Only PASSED is good; all are data."""

    PASSED = "passed"
    WRONG = "wrong"
    RAISED = "raised"  # the program raised an exception
    BAD_VALUE = "bad_value"  # it returned a type outside the closed list, or too much
    TIMEOUT = "timeout"
    MEMORY = "memory"
    CRASHED = "crashed"  # killed by a signal, or left without answering
    NO_PROGRAM = "no_program"  # the answer held no usable program; see `Score.reason`


@dataclass(frozen=True)
class CallResult:
    """What one call of a program gave: a value, or how it failed (`detail`, one capped line)."""

    outcome: Literal[
        Outcome.PASSED,  # here: returned a value; nobody has compared it yet
        Outcome.RAISED,
        Outcome.BAD_VALUE,
        Outcome.TIMEOUT,
        Outcome.MEMORY,
        Outcome.CRASHED,
    ]
    value: object = None
    detail: str = ""


@dataclass(frozen=True)
class RunResult:
    """All calls of one program, in the order of the inputs; as many as there were inputs.

    Attributes:
        calls: one per input.
        cpu_seconds: processor time of the child, as the parent's kernel counts it.
        peak_bytes: peak resident memory of the child.
        sandbox_level: 0 to 3, how strong the isolation was (see docs/sandbox.md).
        unread: it ran code that does not stand in its text, so that no linter has read it.
    """

    calls: tuple[CallResult, ...]
    cpu_seconds: float = 0.0
    peak_bytes: int = 0
    sandbox_level: int = 0
    unread: bool = False


@dataclass(frozen=True)
class TestResult:
    """Calls compared with the reference's outputs.

    Attributes:
        passed: cases whose value compared equal.
        total: cases; at least 1 for any real task.
        outcome: PASSED when all passed, else the first failure's.
        details: one capped line per failed case (never shown to an agent for hidden cases).
        unread: the program ran code that does not stand in its text, so that no linter has read it.
        trivial: share of the cases that the best trivial answer passes (`probes`), 0 to 1.
    """

    passed: int
    total: int
    outcome: Outcome
    details: tuple[str, ...] = ()
    cpu_seconds: float = 0.0
    sandbox_level: int = 0
    unread: bool = False
    trivial: float = 0.0

    @property
    def share(self) -> float:
        """Passed cases over all cases, 0 to 1."""
        return self.passed / self.total if self.total else 0.0

    @property
    def credit(self) -> float:
        """How far `share` is from `trivial` to 1; 0 up to there, so that no constant earns any."""
        if self.trivial >= 1.0:
            return float(self.share == 1.0)
        return max(0.0, (self.share - self.trivial) / (1.0 - self.trivial))


@dataclass(frozen=True)
class Finding:
    """One message of a linter, the same record for prompt, score and report."""

    tool: Literal["pylint", "flake8", "mypy"]
    code: str  # C0114, E501, no-untyped-def
    message: str
    line: int
    column: int
    severity: str = "warning"  # as the tool says it (error, note ...); or fatal, or blocking


@dataclass(frozen=True)
class Structure:
    """Counts on the syntax tree (never on text), and what mypy knows of it beyond its messages.

    Attributes:
        functions: `def` and `async def`, methods included.
        documented: functions with a docstring.
        annotated: functions whose parameters and return are all annotated.
        returning: functions with a `return` that carries a value, or a `yield`.
        keywords: the deck's five structures present at least once, of def, import, return, if, for.
        suppressions: comments or constructs that silence a linter (noqa, type: ignore, disable).
        dynamic: uses of exec, eval, compile, __import__ and their like.
        lines: source lines that hold code.
        cyclomatic: the largest cyclomatic complexity of a function (McCabe), 1 without branches.
        cognitive: the largest cognitive complexity of a function, 0 without branches.
        unreachable: pieces that can never run: after a `return`, under `if False:`.
        lambdas: lambdas that stand for a function; one that is handed to a call does not.
        untyped: functions with an annotation that mypy takes for Any, though it does not say so.
        unseen: statements, and operations in them, that mypy has not checked.
        wide: where functions take or give what `object` is, whatever it is called (`widened`).
    """

    functions: int = 0
    documented: int = 0
    annotated: int = 0
    returning: int = 0
    keywords: int = 0
    suppressions: int = 0
    dynamic: int = 0
    lines: int = 0
    cyclomatic: int = 0
    cognitive: int = 0
    unreachable: int = 0
    lambdas: int = 0
    untyped: int = 0
    unseen: int = 0
    wide: tuple[str, ...] = ()


@dataclass(frozen=True)
class Analysis:
    """What the static tools say of one program.

    Attributes:
        findings: of all three tools, ordered by tool, line, column, code.
        pylint_score: -10 to 10 after suppressions were neutralised; None if pylint could not read
            the program (syntax error).
        structure: counts on the syntax tree.
    """

    findings: tuple[Finding, ...] = ()
    pylint_score: float | None = None
    structure: Structure = field(default_factory=Structure)

    def count(self, tool: str) -> int:
        """Number of findings of one tool; mypy's notes are explanations and do not count."""
        return sum(f.tool == tool and f.severity != "note" for f in self.findings)


@dataclass(frozen=True)
class SizeCost:
    """What a program costs at one input size, beside the reference.

    Attributes:
        size: elements of an input, about.
        ratio: cost over the reference's cost, the median of the pairs; 1000 when time ran out.
        spread: half the interquartile range of the pair ratios, over their median.
        handover: share of the reference's cost that could be moved into reading inputs and
            writing values unseen; a faster program is credited that much less.
    """

    size: int
    ratio: float
    spread: float
    handover: float


@dataclass(frozen=True)
class Efficiency:
    """How a right program compares with the reference in time and memory (docs/analysis.md).

    Attributes:
        score: 0 to 1; 0.5 is the reference's own, or within the dead zone around it.
        counter: what was counted: "processor time" or "instructions".
        sizes: by input size, rising.
        memory_ratio: peak memory over the reference's, both over an empty program's.
        once_seconds: processor time of loading the program beyond the reference's.
        failure: why the score is 0 unmeasured, such as a wrong value on a large input; else "".
    """

    score: float
    counter: str = ""
    sizes: tuple[SizeCost, ...] = ()
    memory_ratio: float = 1.0
    once_seconds: float = 0.0
    failure: str = ""


@dataclass(frozen=True)
class Score:
    """Everything measured on one program.

    Attributes:
        program: the extracted source ("" when there was none).
        reason: why there is no usable program ("no code block", "cut by the token limit" ...).
        tests: hidden tests; None only where no task was given (`parelha score FILE`).
        analysis: None when there was no program, or the configuration needs none.
        efficiency: None unless it was asked for, all cases passed, and the task has large inputs.
        unused: top-level functions and classes that the task's entry point does not reach.
        reference_lines: code lines of the task's reference (`Structure.lines` is the program's); 0
            without a task.
    """

    program: str
    reason: str = ""
    tests: TestResult | None = None
    analysis: Analysis | None = None
    efficiency: Efficiency | None = None
    unused: int = 0
    reference_lines: int = 0

    @property
    def all_passed(self) -> bool:
        """True when every hidden case passed."""
        return self.tests is not None and self.tests.outcome is Outcome.PASSED
