"""A PettingZoo environment: coder and reviewer are its agents, one dialogue is an episode.

Observations are conversations, actions are answers, both texts. It needs `pettingzoo`.
"""

# pylint: disable=abstract-method  # `state` is optional

from collections.abc import Iterable
from random import Random
from typing import Any, Literal

from gymnasium import spaces
from pettingzoo import AECEnv

from parelha.config import Config
from parelha.interop.dialogue import Dialogue
from parelha.interop.grading import AnswerGrader
from parelha.interop.tasks import select_tasks
from parelha.interop.text import in_characters
from parelha.stage import Tools
from parelha.types import Agent, Split, Task

_LONGEST_PROMPT = 1_000_000


class _AnyText(spaces.Text):
    """Text of any characters: programs, and what tools say of them, know no alphabet."""

    def contains(self, x: Any) -> bool:
        """Whether it is a text that is not too long."""
        return isinstance(x, str) and len(x) <= self.max_length


# PettingZoo tells type checkers nothing of itself.
class DialogueEnv(AECEnv[str, dict[str, str], str]):  # type: ignore[misc]
    """One dialogue on one task, drawn anew by every `reset`.

    The agents are ``coder`` and ``reviewer``. An observation is ``{"prompt": text}``, the
    conversation of the agent whose turn it is and "" for the other. An action is the answer as
    text. The `info` of the agent whose turn it is holds its `messages`, the legal `choices` (none:
    free text) and `max_characters`; that of the one who has answered, whether the answer was
    `legal` (in place of an illegal one, a choice is drawn).

    Rewards come when the dialogue ends: the coder's is the final program's, the reviewer's of its
    reviews; `info` then holds the `metrics` and the `task`. Where a fault of the machine ends the
    dialogue it is truncated, not terminated: no sample, and no zero.

    Args:
        split: of the tasks; like families, levels and seeds as for `select_tasks`.
        tasks: these tasks in their place.
        config: of language, episode, reward and seed; None: the defaults.
        tools: grades in place of a `Grader` of its own.
        render_mode: ``ansi``: `render` gives the conversation that is due.

    Raises:
        UsageError: no such tasks, settings that cannot be used, or isolation that is too weak.
    """

    metadata = {  # noqa: RUF012  # as PettingZoo declares it
        "name": "parelha_dialogue_v0",
        "render_modes": ["ansi"],
        "is_parallelizable": False,
    }

    def __init__(
        self,
        split: Split = "train",
        *,
        families: str | Iterable[str] = (),
        levels: int | str | Iterable[int] = (1,),
        seeds: int = 1,
        tasks: Iterable[Task] = (),
        config: Config | None = None,
        tools: Tools | None = None,
        render_mode: Literal["ansi"] | None = None,
    ) -> None:
        super().__init__()
        self.tasks = tuple(tasks) or select_tasks(
            split, families=families, levels=levels, seeds=seeds
        )
        self.render_mode = render_mode
        self.possible_agents = [str(agent) for agent in Agent]
        self.observation_spaces = {
            agent: spaces.Dict({"prompt": _AnyText(_LONGEST_PROMPT, min_length=0)})
            for agent in self.possible_agents
        }
        self._grader = AnswerGrader(config, tools)
        episode = in_characters(self._grader.config.episode)
        longest = 2 * max(episode.max_program_tokens, episode.max_review_tokens)  # it may be cut
        self.action_spaces = {
            agent: _AnyText(longest, min_length=0) for agent in self.possible_agents
        }
        self._rng = Random(self._grader.config.seed)
        self._dialogue: Dialogue | None = None
        self.task = self.tasks[0]

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        """Of conversations."""
        return self.observation_spaces[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        """Of answers."""
        return self.action_spaces[agent]

    def reset(self, seed: int | None = None, options: dict[str, Any] | None = None) -> None:
        """Begin a dialogue on a task drawn from those of the environment.

        Args:
            seed: of that draw and of all that follow; None: go on with the last one's.
            options: not used.
        """
        if seed is not None:
            self._rng = Random(seed)
        self.task = self._rng.choice(self.tasks)
        self._dialogue = Dialogue(
            self.task, self._grader, ("pettingzoo", self._rng.getrandbits(32))
        )
        self.agents = list(self.possible_agents)
        self.rewards = dict.fromkeys(self.agents, 0.0)
        self._cumulative_rewards = dict.fromkeys(self.agents, 0.0)
        self.terminations = dict.fromkeys(self.agents, False)
        self.truncations = dict.fromkeys(self.agents, False)
        self.infos: dict[str, dict[str, Any]] = {agent: {} for agent in self.agents}
        self._look_on()

    def step(self, action: str | None) -> None:
        """Take the answer of the agent whose turn it is; a finished agent's must be None."""
        agent = self.agent_selection
        if self.terminations[agent] or self.truncations[agent]:
            self._was_dead_step(action)
            return
        assert self._dialogue is not None
        self._cumulative_rewards[agent] = 0.0
        self._clear_rewards()
        legal = self._dialogue.answer(str(action))
        self.infos = {one: {} for one in self.agents}
        self.infos[agent]["legal"] = legal
        self._look_on()
        self._accumulate_rewards()

    def _look_on(self) -> None:
        """Say whose turn it is, or pay both at the end."""
        dialogue = self._dialogue
        assert dialogue is not None
        if dialogue.due is not None:
            self.agent_selection = str(dialogue.due.agent)
            self.infos[self.agent_selection] |= {
                "messages": dialogue.due.messages,
                "choices": dialogue.due.choices,
                "max_characters": dialogue.due.max_characters,
            }
            return
        lost = bool(dialogue.dropped)
        for agent in Agent:
            self.rewards[agent] = 0.0 if lost else dialogue.reward(agent)
            self.infos[agent] |= {"task": self.task.id, "metrics": dialogue.metrics()}
        self.terminations = dict.fromkeys(self.agents, not lost)
        self.truncations = dict.fromkeys(self.agents, lost)
        self.agent_selection = self.agents[0]

    def observe(self, agent: str) -> dict[str, str]:
        """The conversation of an agent whose turn it is."""
        due = self._dialogue.due if self._dialogue is not None else None
        return {"prompt": due.text if due is not None and due.agent == agent else ""}

    def render(self) -> str | None:
        """The conversation that is due."""
        if self.render_mode is None or self._dialogue is None or self._dialogue.due is None:
            return None
        return self._dialogue.due.text

    def close(self) -> None:
        """Stop the workers."""
        self._grader.close()


env = DialogueEnv  # pylint: disable=invalid-name  # as PettingZoo's own environments are made
