"""The dialogue of a run, one turn at a time, for whoever brings the answers.

It is `episode.play_tree` itself with one draft and one review: prompts, tools, limits and rewards
are those of training. Only the tokens are characters (`text`).
"""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from random import Random
from typing import Any

from parelha.agents.roles import roles_of
from parelha.agents.turns import Branch, Round, Tree
from parelha.config import Config
from parelha.engines.protocol import Completion, Request, Stream
from parelha.engines.server_texts import choice_texts, cut, match_choice
from parelha.episode import play_tree
from parelha.errors import ParelhaError, UsageError
from parelha.interop.grading import AnswerGrader
from parelha.interop.text import in_characters, text_format, to_messages
from parelha.rewards import reward_trees
from parelha.stage import Grade, Part, Stage
from parelha.types import Agent, FinishReason, Task


@dataclass(frozen=True)
class Due:
    """The turn that is waited for.

    Attributes:
        agent: who speaks.
        messages: the conversation so far, for a model that goes on with the last message where that
            is the assistant's.
        choices: the legal answers; empty for free text.
        max_characters: of a free answer; what is longer is cut.
    """

    agent: Agent
    messages: list[dict[str, str]]
    choices: tuple[str, ...]
    max_characters: int

    @property
    def text(self) -> str:
        """The conversation in one piece."""
        return "\n\n".join(f"[{one['role']}]\n{one['content']}" for one in self.messages)

    def as_chat(self) -> list[dict[str, str]]:
        """The messages for a model that only answers a user.

        What the answer begins with in training ("Action:") is asked for in its place, with the
        words that are legal there.
        """
        *before, answer = self.messages
        begun, _, last = answer["content"].rpartition("\n")
        asked = " ".join([last, " | ".join(self.choices)]).strip()
        if begun:
            before = [*before, {"role": "assistant", "content": begun}]
            return [*before, {"role": "user", "content": asked}]
        if not asked:
            return before
        *head, user = before
        return [*head, {"role": "user", "content": f"{user['content']}\n{asked}"}]


class Dialogue:
    """One episode of coder and reviewer on a task, played by answers from outside.

    Args:
        task: to be solved.
        grader: grades programs and runs the reviewer's tools.
        stream: names the random stream, by which actions are listed in one order or another.

    Attributes:
        due: the turn that is waited for; None once the episode is over.
    """

    due: Due | None = None

    def __init__(self, task: Task, grader: AnswerGrader, stream: Stream = ()) -> None:
        config = grader.config
        episode = config.episode.model_copy(update={"drafts": 1, "reviews": 1})
        stage = Stage(
            config=in_characters(episode),
            lang=config.lang,
            roles=roles_of(config),
            formats=dict.fromkeys(Agent, text_format()),
            grader=grader.tools,
            pool=grader.pool,
            stream=(config.seed, *stream),
        )
        self.config: Config = config
        self._parts: list[Part] = [play_tree(task, stage)]
        self._request: Request | None = None
        self._tree: Tree | None = None
        self._go_on(None)

    def answer(self, text: str, finish: FinishReason = "stop") -> bool:
        """Give the answer to the turn that is due, and go on to the next one.

        Args:
            text: the answer, without what the prompt has of it.
            finish: why it ended.

        Returns:
            whether it was legal. An answer that begins with none of the choices is no error: one of
            them is drawn in its place, by the turn's own random stream.

        Raises:
            UsageError: the episode is over.
            ParelhaError: the episode cannot go on.
        """
        request = self._request
        if request is None:
            raise UsageError("the dialogue is over: begin another one")
        form, legal = text_format(), True
        assert self.due is not None
        begun = self.due.messages[-1]["content"].rpartition("\n")[2]
        if begun:  # a chat model says it again
            text = text.lstrip().removeprefix(begun)
        if request.choices:
            place = match_choice(text, choice_texts(form, request))
            if place is None:
                legal = False
                place = Random(repr(request.stream)).randrange(len(request.choices))
            ids: Sequence[int] = request.choices[place]
            end: FinishReason = "action"
        else:
            ids, stopped = cut(form.text_ids(text), request, form.decode)
            end = stopped or ("length" if len(text) > request.max_new_tokens else finish)
        self._go_on(Completion(tuple(ids), (0.0,) * len(ids), end))
        return legal

    @property
    def branch(self) -> Branch:
        """The episode with its scores and rewards, once it is over."""
        if self._tree is None:
            raise UsageError("the dialogue is not over: answer the turn that is due")
        return self._tree.episodes[0]

    @property
    def rounds(self) -> list[Round]:
        """The rounds of the episode, once it is over."""
        return [self.branch.draft, *self.branch.rounds]

    @property
    def dropped(self) -> str:
        """Why the episode is no sample, where a fault of the machine ended it; else ""."""
        return next((play.dropped for play in self.rounds if play.dropped), "")

    def reward(self, agent: Agent) -> float:
        """An agent's return: the coder's is the final program's, the reviewer's of its reviews.

        What a review has mended enters no coder's return, so no coder gains by a worse draft.
        """
        if agent is Agent.CODER:
            return self.branch.final.reward or 0.0
        return sum(play.reward or 0.0 for play in self.branch.reviews)

    def metrics(self) -> dict[str, float]:
        """Figures of the episode, once it is over; those of a program are the final one's."""
        branch = self.branch
        first, last = branch.draft.score, branch.final.score
        found = {f"reward_{agent}": self.reward(agent) for agent in Agent}
        found["draft_passed"] = float(first is not None and first.all_passed)
        found["passed"] = float(last is not None and last.all_passed)
        found["revisions"] = float(len(branch.revisions))
        return found | {f"final_{k}": v for k, v in branch.final.components.items()}

    def _go_on(self, value: Any) -> None:
        """Resume the innermost part until a turn is due or the episode is over."""
        error: BaseException | None = None
        self.due = self._request = None
        while self._parts:
            part = self._parts[-1]
            try:
                waits = part.throw(error) if error else part.send(value)
            except StopIteration as end:
                self._parts.pop()
                value, error = [end.value], None
                continue
            except ParelhaError as fault:
                self._parts.pop()
                error = fault
                if not self._parts:
                    raise
                continue
            value, error = None, None
            if isinstance(waits, Request):
                self._request, self.due = waits, _due(waits)
                return
            if isinstance(waits, Grade):
                waits = waits.future
            if isinstance(waits, Future):
                error = waits.exception()
                value = None if error else waits.result()
                continue
            # One draft and one review: there is never more than one part to wait for.
            value = [] if not waits else None
            self._parts += waits
        (self._tree,) = value
        reward_trees([self._tree], self.config.reward)


def _due(request: Request) -> Due:
    names = choice_texts(text_format(), request) if request.choices else []
    return Due(
        agent=request.agent,
        messages=to_messages(request.prompt_ids),
        choices=tuple(name.strip() for name in names),
        max_characters=request.max_new_tokens,
    )
