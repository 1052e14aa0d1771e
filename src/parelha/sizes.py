"""How long a dialogue can become, in tokens, before it is played.

The episode itself is played, with an engine that answers as long as it may and tools that say more
than is shown. Which path is the longest is found out once, on the first task: choices change what
the prompts say, never what a task does, so that it is the longest on every task.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass, field, replace
from typing import Any

from parelha.agents.formats import Format
from parelha.agents.turns import Tree
from parelha.config import EpisodeConfig
from parelha.engines.protocol import Completion, Request
from parelha.episode import play_tree
from parelha.errors import UsageError
from parelha.rollout import play_all
from parelha.stage import Stage
from parelha.types import Agent, Lang, Score, Task

# What a free answer may be: a program; what is no program, with the longest reason why not (a
# language of twenty letters, each of them several tokens); words.
_ANSWERS = ("program", "other", "words")
_LANGUAGE = "\U00020000" * 20
_CODE, _WORDS = "a = 1\n", "more words "
_FINDING = "pylint f(a)\n"  # can be quoted, whichever tool says it
_RIGHT = "all is right\n"  # of a run on the examples, after which an edit may be asked for

# Where a choice is met: who chooses, among what (nothing: a free answer), to which option is taken.
_Place = tuple[Agent, tuple[tuple[int, ...], ...]]
_Path = Mapping[_Place, int]
# Where the run on the examples says that something is wrong (0), or nothing (1).
_RUN: _Place = (Agent.REVIEWER, ((),))


def with_room(episode: EpisodeConfig, arms: Collection[str]) -> EpisodeConfig:
    """The limits of the longest dialogues of a run, the arms of its evaluation among them."""
    if not {"tools", "linters"} & set(arms):
        return episode
    # There the coder is shown as much of what a tool says as a reviewer would be.
    room = max(episode.max_review_tokens, episode.max_tool_tokens)
    return episode.model_copy(update={"max_review_tokens": room})


def check_fits(
    stage: Stage,
    arms: Collection[str],
    windows: Mapping[Agent, tuple[int, str]],
    tasks: Sequence[Task],
) -> None:
    """Refuse tasks whose longest possible dialogue does not fit into an agent's window.

    Args:
        stage: of the run's episodes.
        arms: of its evaluation.
        windows: of each role, in tokens (0: no limit is known), and what gives a longer one.
        tasks: all that will be played.

    Raises:
        UsageError: naming the task, its need and the window.
    """
    if not any(window for window, _ in windows.values()):
        return
    longest = LongestDialogues(replace(stage, config=with_room(stage.config, arms)))
    needs = [longest.of(task) for task in tasks]
    for agent, (window, more) in windows.items():
        for task, need in zip(tasks, needs, strict=True):
            if window and need[agent] > window:
                raise UsageError(
                    f"task {task.id} needs up to {need[agent]} tokens and the {agent}'s model has a"
                    f" window of {window}: lower episode.max_program_tokens or {more}"
                )


class LongestDialogues:
    """The longest rounds of each role, task by task.

    Args:
        stage: of the run's episodes; its grader and its threads are not used.
    """

    def __init__(self, stage: Stage) -> None:
        config = stage.config.model_copy(update={"drafts": 1, "reviews": 1})
        flooded = {id(form): _Flooded(**vars(form)) for form in stage.formats.values()}
        self._stage = replace(
            stage,
            config=config,
            formats={agent: flooded[id(form)] for agent, form in stage.formats.items()},
            pool=AtOnce(),
        )
        self._paths: dict[Agent, _Path] = {}

    def of(self, task: Task) -> dict[Agent, int]:
        """Tokens of each role's longest possible round on a task."""
        path: _Path = {}
        for agent in self._stage.roles if not self._paths else ():
            path = self._paths[agent] = self._longest_path(task, agent, path)
        longest: dict[Agent, int] = {}
        played: list[tuple[_Path, dict[Agent, int]]] = []
        for agent, path in self._paths.items():
            # Most often one path is the longest for all.
            known = [sizes for other, sizes in played if other == path]
            sizes = known[0] if known else self.played(task, path)[0]
            played.append((path, sizes))
            longest[agent] = sizes[agent]
        return longest

    def _longest_path(self, task: Task, agent: Agent, path: _Path) -> _Path:
        """From a path on, change one choice at a time while a round of the agent gets longer.

        What a choice adds does not depend on the others, but for what can be chosen at all.
        """
        sizes, places = self.played(task, path)
        grown = True
        while grown:
            grown = False
            for place, options in list(places.items()):
                for option in range(options):
                    other = {**path, place: option}
                    found, met = self.played(task, other)
                    if found[agent] > sizes[agent]:
                        path, sizes, places, grown = other, found, met, True
        return path

    def played(self, task: Task, path: _Path) -> tuple[dict[Agent, int], dict[_Place, int]]:
        """Tokens of each role's longest round on a path, and how many options each place has."""
        engine = _AsLongAsItMay(path)
        tools = FixedTools(
            self._stage.config.max_tool_tokens, _RIGHT if path.get(_RUN) else _FINDING
        )
        hints = self._stage.hints and task.split == "train"  # none in evaluation
        stage = replace(self._stage, grader=tools, hints=hints)
        tree: Tree = play_all([play_tree(task, stage)], engine)[0]
        sizes = dict.fromkeys(self._stage.roles, 0)
        for play in tree.rounds:
            sizes[play.agent] = max(sizes[play.agent], len(play.ids))
        return sizes, engine.places


class _AsLongAsItMay:
    """Answers at once; what its free answers say is told by `_Flooded`, whose tokens they are."""

    def __init__(self, path: _Path) -> None:
        self.path = path
        self.places: dict[_Place, int] = {_RUN: 2}
        self._answers: dict[int, Completion] = {}

    def submit(self, requests: Sequence[Request]) -> list[int]:
        """Take requests in."""
        self._answers = {n: self._answer(request) for n, request in enumerate(requests)}
        return list(self._answers)

    def step(self) -> dict[int, Completion]:
        """All answers."""
        answers, self._answers = self._answers, {}
        return answers

    def _answer(self, request: Request) -> Completion:
        place = (request.agent, request.choices)
        self.places[place] = len(request.choices) or len(_ANSWERS)
        option = self.path.get(place, 0)
        if request.choices:
            ids = request.choices[option]
            return Completion(ids, (0.0,) * len(ids), "action", (None,) * len(ids))
        # No model reads them, and no tokenizer knows them.
        ids = (-1 - option,) * request.max_new_tokens
        return Completion(ids, (0.0,) * len(ids), "stop", (None,) * len(ids))


@dataclass(frozen=True)
class _Flooded(Format):
    """A format that reads such answers as more text than is ever shown, and remembers its work."""

    done: dict[tuple[Any, ...], Any] = field(default_factory=dict, compare=False)

    def text_ids(self, text: str) -> list[int]:
        """As the format does."""
        found: list[int] = self._once(("ids", text), lambda: Format.text_ids(self, text))
        return found

    def foreign(self, text: str) -> str:
        """As the format does."""
        return str(self._once(("foreign", text), lambda: Format.foreign(self, text)))

    def capped_ids(self, text: str, max_tokens: int) -> list[int]:
        """As the format does."""
        key = ("capped", text, max_tokens)
        found: list[int] = self._once(key, lambda: Format.capped_ids(self, text, max_tokens))
        return found

    def decode(self, token_ids: Sequence[int]) -> str:
        """As the format does, but for the tokens of `_AsLongAsItMay`."""
        ids = tuple(token_ids)
        if ids[:1] < (0,) and ids:
            return str(self._once(("flood", ids[0], len(ids)), lambda: self._flood(ids)))
        return str(self._once(("text", ids), lambda: Format.decode(self, ids)))

    def _once(self, key: tuple[Any, ...], work: Callable[[], Any]) -> Any:
        if key not in self.done:
            self.done[key] = work()
        return self.done[key]

    def _flood(self, ids: tuple[int, ...]) -> str:
        """An answer of the kind that its tokens name, twice as long as it could be, and more."""
        kind = _ANSWERS[-1 - ids[0]]
        text = _WORDS if kind == "words" else _CODE
        while len(self.text_ids(text)) <= 2 * len(ids):
            text *= 2
        # The prompt may have begun the block of a program.
        if kind == "program":
            text = text if self.program_prefix else f"```python\n{text}"
        if kind == "other":
            text = f"```{_LANGUAGE}\n{text}"
            text = f"```\n{text}" if self.program_prefix else text
        return f"\n{text}" + ("" if kind == "words" else "```")


class FixedTools:
    """A grader without tests, whose tools say the same of every program, as many lines as given."""

    def __init__(self, lines: int, of_run: str) -> None:
        self.lines, self.of_run = lines, of_run

    def grade(self, task: Task, program: str, reason: str = "") -> Score:
        """No score."""
        del task
        return Score(program, reason)

    def execute_examples(self, task: Task, program: str, lang: Lang) -> str:
        """The same whatever it is."""
        del task, program, lang
        return self.of_run * self.lines

    def analyse_text(self, program: str, lang: Lang) -> str:
        """The same whatever it is."""
        del program, lang
        return _FINDING * self.lines


class AtOnce(Executor):
    """Does what is submitted before it returns."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> "Future[Any]":
        """The result, as a future."""
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future
