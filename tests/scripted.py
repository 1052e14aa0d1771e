"""Engines that answer by a script, at once."""

# pylint: disable=missing-function-docstring

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from parelha.agents.actions import legal_next
from parelha.agents.formats import Format
from parelha.agents.turns import Round, Tree
from parelha.engines.protocol import Completion, EngineStatistics, Request
from parelha.episode import play_tree
from parelha.rollout import play_all
from parelha.stage import Stage
from parelha.types import Agent, Phase
from tests.fakes import fake_stage, fake_task

Script = Mapping[tuple[str, int], str]


class AtOnce:
    """An engine that answers all requests that wait in one step, by `generate`.

    Attributes:
        changed: the agents whose weights it was told of.
    """

    def __init__(self) -> None:
        self.on_tokens: Callable[[int], None] = lambda _: None
        self.statistics = EngineStatistics()
        self.changed: list[Agent] = []
        self._waiting: dict[int, Request] = {}
        self._tickets = 0

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        raise NotImplementedError

    def submit(self, requests: Sequence[Request]) -> list[int]:
        tickets = list(range(self._tickets, self._tickets + len(requests)))
        self._tickets += len(requests)
        self._waiting |= zip(tickets, requests, strict=True)
        return tickets

    def step(self) -> dict[int, Completion]:
        tickets, requests = list(self._waiting), list(self._waiting.values())
        self._waiting = {}
        answers = self.generate(requests)
        new_tokens = sum(len(answer.token_ids) for answer in answers)
        self.statistics.steps += 1
        self.statistics.prompt_tokens += sum(len(request.prompt_ids) for request in requests)
        self.statistics.new_tokens += new_tokens
        if new_tokens:
            self.on_tokens(new_tokens)
        return dict(zip(tickets, answers, strict=True))

    def weights_changed(self, agent: Agent) -> None:
        if any(request.agent is agent for request in self._waiting.values()):
            raise ValueError(f"the {agent} is answering")
        self.changed.append(agent)

    def reset(self) -> None:
        self._waiting, self.statistics = {}, EngineStatistics()

    def record(self) -> dict[str, Any]:
        return {}

    def close(self) -> None:
        self.reset()


class ScriptedEngine(AtOnce):
    """Answers each turn with a given text.

    Args:
        form: of the tokenizer both agents use.
        script: (round, index of the turn in it) to the answer; the rest is `default_answer`.
    """

    def __init__(self, form: Format, script: Script | None = None) -> None:
        super().__init__()
        self.form = form
        self.script = dict(script or {})
        self.batches: list[list[Request]] = []

    @property
    def requests(self) -> list[Request]:
        """All requests so far."""
        return [request for batch in self.batches for request in batch]

    def generate(self, requests: Sequence[Request]) -> list[Completion]:
        self.batches.append(list(requests))
        return [self._answer(request) for request in requests]

    def _answer(self, request: Request) -> Completion:
        name, turn = str(request.stream[-2]), int(request.stream[-1])
        wanted = self.script.get((name, turn)) or self.default_answer(request, name)
        if not request.choices:
            return self._text(request, wanted)
        ids = tuple(self.form.text_ids(" " + wanted))
        assert ids in request.choices, f"{wanted} is not legal in {name}, turn {turn}"
        legal = tuple(tuple(legal_next(request.choices, ids[:i])) for i in range(len(ids)))
        logprobs = tuple(-0.5 if len(found) > 1 else 0.0 for found in legal)
        return Completion(ids, logprobs, "action", legal, 0.5)

    def _text(self, request: Request, wanted: str) -> Completion:
        ids = [*self.form.text_ids(wanted), self.form.stop_ids[-1]]
        cut = len(ids) > request.max_new_tokens
        ids = ids[: request.max_new_tokens]
        finish: Any = "length" if cut else "stop"
        return Completion(tuple(ids), (-1.0,) * len(ids), finish, (None,) * len(ids))

    def default_answer(self, request: Request, name: str) -> str:
        """Propose a major refactoring at once, quote nothing; a program names its round."""
        names = [self.form.decode(choice).strip() for choice in request.choices]
        for wanted in ("build_model", "propose_refactoring", "major", "none"):
            if wanted in names:
                return wanted
        if request.agent == "reviewer":
            return f"Mend {name}."
        return program_text(name)


def program_text(name: str) -> str:
    """Return an answer with a program that names its round."""
    return f"```python\ndef f(x: int) -> int:\n    return x  # {name}\n```"


def play(
    script: Script | None = None, *, phase: Phase = "free", **kwargs: Any
) -> tuple[Tree, ScriptedEngine, Stage]:
    stage = replace(fake_stage(**kwargs), phase=phase)
    engine = ScriptedEngine(stage.formats[Agent.CODER], script)
    (tree,) = play_all([play_tree(fake_task(), stage)], engine)
    return tree, engine, stage


def rounds_of(tree: Tree) -> dict[str, Round]:
    return {play.name: play for play in tree.rounds}
