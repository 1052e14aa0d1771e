"""The pair answers a question about somebody's files; the dialogue is the episode's own.

What differs from a task of the suite is the grader: it runs a program on the tables and shows what
came out, to the reviewer and in the end to the person who asked. Of several drafts, each with its
own review and revision, the answer that most of them come to is taken (self-consistency,
arXiv 2203.11171).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from parelha.agents.turns import Branch, Round, Tree
from parelha.closing import Closing
from parelha.config_file import from_dict, lay_over
from parelha.episode import play_tree
from parelha.errors import InfrastructureError, UsageError
from parelha.evaluate import load_pair, newest_step
from parelha.rollout import play_all
from parelha.runtime import Runtime, open_runtime
from parelha.sizes import LongestDialogues
from parelha.stage import Part, Stage, program_of
from parelha.types import Agent, Lang, ReviewerAction, Task

from .answers import comparable
from .describing import as_task
from .running import DataTools, Run
from .tables import Table

# A program about real columns is longer than one about a list of numbers.
_PROGRAM_TOKENS = 512
_TOOL_TOKENS = 256
_TEMPERATURE = 0.2
# The servers that a run was trained with may be gone, and hold the adapters of no checkpoint.
_ANSWERS_HERE = {
    "engine.kind": "torch",
    "engine.servers": "[]",
    "engine.server_key_env": "",
}


@dataclass(frozen=True)
class Pair(Closing):
    """An open pair; `step` is that of its checkpoint, 0 untrained."""

    runtime: Runtime
    name: str
    step: int

    def close(self) -> None:
        """Let go of models and workers."""
        self.runtime.close()


@dataclass(frozen=True)
class Solution:
    """What came of a question.

    Attributes:
        branches: the dialogues, one for each draft.
        branch: the one that the answer is taken from, else the first.
        chosen: the round whose program gave the answer; None where none did.
        program: that program, else the last one; "" where there was none at all.
        run: what it did; None where it was not run.
        agreeing: how many of the dialogues came to this answer.
        why_not: why there is no answer; "" where there is one.
        words: what the coder wrote in place of a program; "" where there is one.
        notices: what a person should know of the answer, a sentence each.
    """

    task: Task
    branches: tuple[Branch, ...]
    branch: Branch
    chosen: Round | None = None
    program: str = ""
    run: Run | None = None
    agreeing: int = 0
    why_not: str = ""
    words: str = ""
    notices: tuple[str, ...] = ()

    @property
    def verdict(self) -> str:
        """What became of the program in the dialogue, for a line about it."""
        reviews = self.branch.reviews
        if _approved(self.branch) and self.chosen is self.branch.final:
            return "the reviewer approved it"
        place = [self.branch.draft, *self.branch.revisions]
        number = next((n for n, one in enumerate(place) if one is self.chosen), len(place) - 1)
        if number == 0:
            return "the first draft" + ("; the reviewer wanted changes" if reviews else "")
        return "revised after a review" if number == 1 else f"revised {number} times"


def open_pair(
    run_dir: Path | None, model: str, *, allow_unsafe: bool, say: Callable[[str], None]
) -> Pair:
    """The pair of a run's newest checkpoint, or an untrained one; it answers in this process.

    Raises:
        UsageError: no run, other weights than it was made with, a model that cannot be had.
    """
    overrides = {"engine.allow_unsafe_sandbox": "true"} if allow_unsafe else {}
    if run_dir is not None:
        step = newest_step(run_dir)
        runtime = load_pair(run_dir, step, overrides | _ANSWERS_HERE, say=say)
        name = f"{runtime.config.model.coder}, {run_dir} step {step}"
        return Pair(runtime, name, step)
    config = lay_over(from_dict({"model": {"coder": model}} if model else {}), overrides)
    return Pair(open_runtime(config, on_progress=say), f"{config.model.coder}, untrained", 0)


@dataclass(frozen=True)
class Shape:
    """How a question is worked on.

    Attributes:
        lang: of the prompts; None means the run's.
        stream: further names of the random streams, where one question is asked several times.
    """

    drafts: int = 3
    rounds: int = 2
    lang: Lang | None = None
    temperature: float = _TEMPERATURE
    stream: tuple[int | str, ...] = ()


def answer(
    question: str, tables: tuple[Table, ...], pair: Pair, shape: Shape, *, seconds: float = 60.0
) -> Solution:
    """Let the pair answer a question on tables.

    Raises:
        UsageError: question and data do not fit into the model's window, or the isolation is weak.
        InfrastructureError: the machine failed.
    """
    runtime = pair.runtime
    analyser = runtime.grader.analyser
    unsafe = runtime.config.engine.allow_unsafe_sandbox
    with DataTools(tables, analyser, seconds=seconds, allow_unsafe=unsafe) as tools:
        tools.start()
        runtime.engine.reset()
        played: list[Solution] = play_all(
            [ask(question, tables, pair, shape, tools)], runtime.engine
        )
        return played[0]


def ask(
    question: str, tables: tuple[Table, ...], pair: Pair, shape: Shape, tools: DataTools
) -> Part:
    """One question as a part of a play.

    Returns: its `Solution`.
    """
    stage = stage_of(pair.runtime, tools, shape)
    task = as_task(question, tables, stage.lang, tools.limits)
    check_window(stage, pair.runtime, task)
    tree: Tree = yield from play_tree(task, stage)
    return solution_of(task, tree, tools)


def stage_of(runtime: Runtime, tools: DataTools, shape: Shape) -> Stage:
    """The stage of one question: drafts with one review each, and the limits of real data."""
    stage = runtime.stage("solve", *shape.stream, single=True)
    config = stage.config
    limits = {
        "max_program_tokens": max(config.max_program_tokens, _PROGRAM_TOKENS),
        "max_tool_tokens": max(config.max_tool_tokens, _TOOL_TOKENS),
    }
    turns = {"drafts": shape.drafts, "max_rounds": shape.rounds}
    return replace(
        stage,
        config=config.model_copy(update=limits | turns),
        lang=shape.lang or stage.lang,
        grader=tools,
        sampling=runtime.config.eval.model_copy(update={"temperature": shape.temperature}),
    )


def check_window(stage: Stage, runtime: Runtime, task: Task) -> None:
    """Refuse what would not fit into a model's window, before anything is generated."""
    windows = {agent: runtime.window(agent)[0] for agent in stage.roles}
    if not any(windows.values()):
        return
    for agent, need in LongestDialogues(stage).of(task).items():
        window = windows[agent]
        if window and need > window:
            raise UsageError(
                f"the question and what is told of its data need up to {need} tokens and the "
                f"{agent}'s model has a window of {window}: name fewer files or sheets"
            )


def solution_of(task: Task, tree: Tree, tools: DataTools) -> Solution:
    """The answer that most dialogues of a tree end with; of equals one that was approved."""
    branches = tuple(tree.episodes)
    found = [one for branch in branches if (one := _answer_of(branch, tools)) is not None]
    if not found:
        return _no_answer(task, branches, tools)
    keys = [_key(run) for _, _, run in found]
    approved = [_approved(branch) and play is branch.final for branch, play, _ in found]
    best = max(range(len(found)), key=lambda n: (keys.count(keys[n]), approved[n], -n))
    branch, play, run = found[best]
    notices: list[str] = []
    if play is not branch.final:
        notices.append("the last revision gave no answer: this is an earlier program's")
    if not run.uses_data:
        notices.append("the program does not look at the data: its answer comes from the model")
    if run.plot_fault:
        notices.append(run.plot_fault)
    agreeing = keys.count(keys[best])
    program = program_of(play)[0]
    return Solution(task, branches, branch, play, program, run, agreeing, notices=tuple(notices))


def _answer_of(branch: Branch, tools: DataTools) -> tuple[Branch, Round, Run] | None:
    """The last program of a dialogue that gave an answer."""
    for play in (*reversed(branch.revisions), branch.draft):
        program, _ = program_of(play)
        if program and (run := tools.run(program)).answers:
            return branch, play, run
    return None


def _approved(branch: Branch) -> bool:
    return bool(branch.reviews) and branch.reviews[-1].action == ReviewerAction.APPROVE


def _key(run: Run) -> str:
    """What two answers have in common that are one: all of their values, whatever their names."""
    said = run.printed.strip() if run.value is None else comparable(run.value)
    return f"{said}{' plot' if run.plot else ''}"


def _no_answer(task: Task, branches: tuple[Branch, ...], tools: DataTools) -> Solution:
    """Why no dialogue came to an answer, by the first one."""
    branch = branches[0]
    faults = [play.dropped for play in (branch.draft, *branch.rounds) if play.dropped]
    if faults:
        raise InfrastructureError(faults[0])
    program, reason = program_of(branch.final)
    if not program:
        why = f"the coder wrote no program ({reason})"
        turns = branch.final.turns
        words = turns[-1].answer.strip() if turns else ""
        return Solution(task, branches, branch, why_not=why, words=words)
    run = tools.run(program)
    why = run.error.splitlines()[-1] if run.error else "the program gave nothing"
    return Solution(task, branches, branch, program=program, run=run, why_not=why)


def dialogue(solution: Solution) -> list[dict[str, Any]]:
    """The dialogue as records: who said what, and what tools said in between."""
    found: list[dict[str, Any]] = []
    for play in (play for one in solution.branches for play in (one.draft, *one.rounds)):
        record: dict[str, Any] = {"round": play.name, "agent": str(play.agent), "kind": play.kind}
        if play.agent is Agent.CODER:
            record |= {"action": play.action} if play.action else {}
            record["answer"] = play.turns[-1].answer if play.turns else ""
        else:
            record["tools"] = dict(zip(play.tool_calls, play.tool_texts, strict=True))
            record |= {"action": play.action, "severity": play.severity}
            record |= {"quote": play.quote, "review": play.review}
        found.append(record | ({"dropped": play.dropped} if play.dropped else {}))
    return found
