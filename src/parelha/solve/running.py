"""A program on the tables, in the sandbox; and what the reviewer is told of it.

The tables are in the memory of the sandbox's warm parent (`sandbox/holding.py`): a program is given
its own copy of them, and neither their files nor any other file of their owner's.
"""

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil

from parelha.analysis import Analyser, to_text
from parelha.closing import Closing
from parelha.errors import InfrastructureError, UsageError
from parelha.once import Once
from parelha.sandbox import Sandbox
from parelha.sandbox.holding import keep
from parelha.types import Lang, Limits, Outcome, Score, Task, TestResult

from .answers import brief_text
from .describing import ENTRY_POINT
from .harness import MAX_PRINTED
from .png import checked_png
from .tables import Table

_HARNESS = Path(__file__).with_name("harness.py")
_MIB = 2**20
_LEAST_MEMORY = 1024 * _MIB
_COPIES = 3  # of the tables that a program may make
_REVIEWED = 600  # characters of an answer that the reviewer is shown
_RUNS_KEPT = 1024
_NO_LIBRARY = ("matplotlib", "pyplot")  # what linters cannot see here is no fault of a program

_SAID: dict[Lang, dict[str, str]] = {
    "en": {
        "answer": "The program ran on the data and gave {kind}:",
        "printed": "It returned None and printed:",
        "plot": "It drew a plot.",
        "failed": "The program failed on the data ({outcome}):",
        "nothing": "The program ran on the data and gave nothing (None).",
        "unused": "It does not look at the data (constant answer).",
        "clean": "No findings.",
    },
    "pt": {
        "answer": "O programa rodou nos dados e deu {kind}:",
        "printed": "Devolveu None e imprimiu:",
        "plot": "Desenhou um gráfico.",
        "failed": "O programa falhou nos dados ({outcome}):",
        "nothing": "O programa rodou nos dados e não deu nada (None).",
        "unused": "Não olha para os dados (resposta constante).",
        "clean": "Nenhum achado.",
    },
}


@dataclass(frozen=True)
class Run:
    """What a program did with the tables.

    Attributes:
        outcome: PASSED where it ended by itself without an error.
        error: the traceback, or why it was ended; "" where it was not.
        printed: what it wrote to standard output, capped.
        plot: a PNG, checked; b"" where it drew none.
        plot_fault: why what it drew is not kept.
        uses_data: whether it names a table at all.
    """

    outcome: Outcome
    value: object = None
    error: str = ""
    printed: str = ""
    plot: bytes = b""
    plot_fault: str = ""
    uses_data: bool = True

    @property
    def answers(self) -> bool:
        """Whether there is something to show for it."""
        return not self.error and (
            self.value is not None or bool(self.plot) or bool(self.printed.strip())
        )


class DataTools(Closing):
    """The grader of a question: runs programs on the tables, and remembers what came out.

    Args:
        seconds: elapsed time and processor time of a run.
    """

    def __init__(
        self,
        tables: tuple[Table, ...],
        analyser: Analyser,
        *,
        seconds: float,
        allow_unsafe: bool = False,
    ) -> None:
        self._analyser = analyser
        self._names = [table.name for table in tables]
        self._harness = _HARNESS.read_text(encoding="utf-8")
        self._runs: Once[str, Run] = Once(_RUNS_KEPT)
        try:
            self._data = keep(tuple(table.frame for table in tables))
        except OSError as error:
            raise UsageError(f"no room for a copy of the data: {error.strerror}") from None
        plots = find_spec("matplotlib") is not None
        self._sandbox = Sandbox(workers=1, allow_unsafe=allow_unsafe, data=self._data, plots=plots)
        self.limits = _limits(self._data.tell(), seconds)

    def start(self) -> None:
        """Try the isolation out and read the tables, so that a fault of either is said at once.

        Raises:
            UsageError: the isolation is too weak.
            InfrastructureError: the tables cannot be held.
        """
        self.run("def answer(*tables):\n    return len(tables)\n")

    def run(self, program: str) -> Run:
        """Run a program on the tables; the same program is run once.

        Raises:
            InfrastructureError: the machine failed.
        """
        return self._runs.get(program, lambda: self._run(program))

    def grade(self, task: Task, program: str, reason: str = "") -> Score:
        """A score that knows of one test alone: whether the program gives an answer."""
        del task
        if reason:
            return Score("", reason, TestResult(0, 1, Outcome.NO_PROGRAM, (reason,)))
        run = self.run(program)
        outcome: Outcome = Outcome.WRONG if run.outcome is Outcome.PASSED else run.outcome
        outcome = Outcome.PASSED if run.answers else outcome
        return Score(program, "", TestResult(int(run.answers), 1, outcome, (run.error[:200],)))

    def execute_examples(self, task: Task, program: str, lang: Lang) -> str:
        """What the program gave on the tables, or its traceback."""
        del task
        run, words = self.run(program), _SAID[lang]
        if run.error:
            return "\n".join([words["failed"].format(outcome=run.outcome), run.error])
        said = []
        if run.value is not None:
            kind = f"{type(run.value).__name__}"
            said = [words["answer"].format(kind=kind), brief_text(run.value, _REVIEWED)]
        elif run.printed.strip():
            said = [words["printed"], run.printed.strip()[:_REVIEWED]]
        if run.plot:
            said.append(words["plot"])
        if run.plot_fault:
            said.append(run.plot_fault)
        if said and not run.uses_data:
            said.append(words["unused"])
        return "\n".join(said) or words["nothing"]

    def analyse_text(self, program: str, lang: Lang) -> str:
        """What the linters say."""
        findings = [
            finding
            for finding in self._analyser.analyse(program).findings
            if not any(name in finding.message for name in _NO_LIBRARY)
        ]
        return to_text(findings, 12) if findings else _SAID[lang]["clean"]

    def close(self) -> None:
        """Stop the sandbox and let go of the tables."""
        self._sandbox.close()
        self._data.close()

    def _run(self, program: str) -> Run:
        done = self._sandbox.run(
            self._harness, "run", [(self._names, ENTRY_POINT, program)], self.limits, harness=True
        )
        if len(done.calls) != 1:
            raise InfrastructureError("the sandbox lost a result")
        call = done.calls[0]
        if call.outcome is not Outcome.PASSED:
            return Run(call.outcome, error=call.detail or str(call.outcome))
        return _unpacked(call.value)


def _unpacked(packed: object) -> Run:
    """What the harness packed, which the program may have changed: only what fits is taken."""
    match packed:
        case ("error", str() as error, str() as printed, bytes(), bool()):
            return Run(Outcome.RAISED, error=error or "an error", printed=printed[:MAX_PRINTED])
        case ("answer", value, str() as printed, bytes() as plot, bool() as uses):
            fault = ""
            try:
                plot = checked_png(plot) if plot else b""
            except ValueError as error:
                plot, fault = b"", f"what it drew cannot be kept: {error}"
            printed = printed[:MAX_PRINTED]
            return Run(Outcome.PASSED, value, "", printed, plot, fault, uses)
    return Run(Outcome.CRASHED, error="it changed what was to run it")


def _limits(data_bytes: int, seconds: float) -> Limits:
    """What a program may use; its memory in relation to the tables, and to what there is."""
    wanted = _LEAST_MEMORY + _COPIES * data_bytes
    free = psutil.virtual_memory().available - data_bytes
    return Limits(
        wall_seconds=seconds,
        cpu_seconds=seconds,
        memory_bytes=max(256 * _MIB, min(wanted, free)),
        output_bytes=24 * _MIB,
        output_parts=1_000_000,
        threads=8,
    )
