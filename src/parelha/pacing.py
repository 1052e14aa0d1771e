"""How long a run takes: what a step plays and costs, and how many steps fit into the time."""

import shlex
import time
from collections import Counter
from collections.abc import Iterable

from parelha.config import Config, EpisodeConfig
from parelha.config_file import lay_over
from parelha.types import SEVERITIES, CoderAction, Phase, ReviewerAction

_PHASES = ("draft_steps", "verdict_steps", "review_steps")
_PARTS = 20  # of a phase
# A step of a kind that was not played yet may take longer than its tokens let expect.
_UNKNOWN = 1.1
_TOOLS = 2  # each is called once at most
_QUOTES = ("none", "9")  # or another digit


class Pace:
    """Fits the steps of a run into its minutes, decided anew after each of them.

    After the first step all phases are shortened alike, so that a slow machine plays each of them;
    later ones decide how many of the last phase's steps fit. A step of each phase costs what the
    newest one did, by `most_tokens`, and before the first of them what the run's first step did.

    Args:
        config: of the run.
        began: when it began, by `time.perf_counter`.
    """

    def __init__(self, config: Config, began: float) -> None:
        self._config = config
        self._ends = began + 60 * config.train.minutes
        self._first = 0.0
        self._units: dict[Phase, float] = {}

    def fit(self, step: int, seconds: float, reserve: float) -> Config:
        """The configuration with as many steps as fit.

        Args:
            step: that has just ended.
            seconds: that it took.
            reserve: seconds that are needed after the last step.
        """
        if not self._config.train.minutes:
            return self._config
        unit = seconds / most_tokens(self._config, step)
        self._units[self._config.train.phase(step)] = unit
        left = self._ends - time.perf_counter() - reserve
        if not self._first:
            self._first = unit
            self._config = self._with_all_phases(left)
        config = self._config
        last = step
        while last < config.train.steps:
            left -= self._cost(config, last + 1)
            if left < 0:
                break
            last += 1
        return lay_over(config, {"train.steps": str(last)})

    def has_room(self, step: int, reserve: float) -> bool:
        """Whether a step that begins now ends in time, as far as is known."""
        if not self._config.train.minutes or not self._first:
            return True
        left = self._ends - time.perf_counter() - reserve
        return self._cost(self._config, step) <= left

    def _with_all_phases(self, left: float) -> Config:
        """The longest phases, all shortened alike, that fit; the last one as long as asked for."""
        train = self._config.train
        lengths = {key: getattr(train, key) for key in _PHASES}
        free = train.steps - sum(lengths.values())
        if free < 0:
            return self._config
        for parts in range(_PARTS, 0, -1):
            shorter = {key: -(-number * parts // _PARTS) for key, number in lengths.items()}
            needed = sum(shorter.values()) + -(-free * parts // _PARTS)
            steps = sum(shorter.values()) + free
            table = {f"train.{key}": str(number) for key, number in shorter.items()}
            config = lay_over(self._config, table | {"train.steps": str(steps)})
            if sum(self._cost(config, step) for step in range(2, needed + 1)) <= left:
                break
        return config

    def _cost(self, config: Config, step: int) -> float:
        unit = self._units.get(config.train.phase(step), _UNKNOWN * self._first)
        return unit * most_tokens(config, step)


def most_tokens(config: Config, step: int) -> int:
    """What a step costs, in new tokens of its programs and reviews, at most.

    A stored draft counts like a new one: to read it, twice, takes about as long as to write it.
    """
    reviewed = config.episode.reviews * _tokens_of_reviews(config, step)
    program = config.episode.max_program_tokens
    hinted = 0 if _takes_from_store(config, step) else hinted_drafts_of(config)
    return drafts_of(config, step) * (program + reviewed) + hinted * program


def written_tokens(config: Config, step: int) -> int:
    """New tokens that a step writes, at most; stored drafts were written before."""
    episode = config.episode
    verdicts = episode.reviews * _verdict_tokens(episode)
    dialogues = episode.reviews * dialogue_tokens(episode)
    return _most(config, step, draft_tokens(episode), 0, verdicts, dialogues)


def graded_programs(config: Config, step: int) -> int:
    """Programs that are graded in a step, at most; stored drafts are graded again."""
    return _most(config, step, 1, 1, 0, config.episode.reviews * config.episode.max_rounds)


def _most(config: Config, step: int, new: int, stored: int, verdicts: int, dialogues: int) -> int:
    """What a step takes at most, of what each of its parts takes.

    Where the run has stored none of the drafts that a step reviews, it plays new ones.

    Args:
        config: of the run.
        step: of the run.
        new: what a new draft takes.
        stored: what a stored draft takes.
        verdicts: what the verdicts on a draft take.
        dialogues: what reviews and revisions of a draft take.
    """
    phase = config.train.phase(step)
    after = {"draft": 0, "verdict": verdicts}.get(phase, dialogues)
    fresh = config.train.tasks_per_step * config.episode.drafts * (new + after)
    fresh += hinted_drafts_of(config) * new
    num_stored = stored_drafts_of(config, step)
    if phase == "free" or not num_stored:
        return fresh + num_stored * (stored + after)
    reviewed = num_stored * (stored + dialogues) if phase == "review" else 0
    # Half of what is judged passes, half fails: one of each at least.
    judged = max(2, num_stored // 2 if phase == "review" else num_stored)
    return max(fresh, reviewed + judged * (stored + verdicts))


def draft_tokens(episode: EpisodeConfig) -> int:
    """New tokens of a draft, at most, the choice of its kind of work counted in."""
    return _choice_tokens(CoderAction) + episode.max_program_tokens


def review_tokens(episode: EpisodeConfig) -> int:
    """New tokens of a review that asks for a revision, at most, its choices counted in."""
    quote = _choice_tokens(_QUOTES) if episode.quotes else 0
    choices = _verdict_tokens(episode) + _choice_tokens(SEVERITIES) + quote
    return choices + episode.max_review_tokens


def dialogue_tokens(episode: EpisodeConfig) -> int:
    """New tokens of the reviews and revisions that follow a draft, round after round, at most."""
    return episode.max_rounds * (review_tokens(episode) + episode.max_program_tokens)


def _verdict_tokens(episode: EpisodeConfig) -> int:
    """Of a reviewer's verdict, and of the tools that it chooses before."""
    tools = min(episode.max_tool_calls, _TOOLS) if episode.tools == "chosen" else 0
    return (1 + tools) * _choice_tokens(ReviewerAction)


def _choice_tokens(names: Iterable[str]) -> int:
    """Of a choice among plain names, each with the space before it.

    Tokenizers differ, and none is read here: of each a token is a letter at least.
    """
    return 1 + max(map(len, names))


def _tokens_of_reviews(config: Config, step: int) -> int:
    """Of one draft's reviews and revisions, round after round."""
    if config.train.phase(step) in ("draft", "verdict"):
        return 0
    episode = config.episode
    return episode.max_rounds * (episode.max_review_tokens + episode.max_program_tokens)


def costs_of_steps(config: Config) -> list[float]:
    """What each step of a run costs, in the tokens of `most_tokens`."""
    return [float(most_tokens(config, step)) for step in range(1, config.train.steps + 1)]


def drafts_of(config: Config, step: int) -> int:
    """Drafts that a step writes, or takes from the store, hinted ones left out."""
    stored = stored_drafts_of(config, step)
    if _takes_from_store(config, step):
        return stored
    return config.train.tasks_per_step * config.episode.drafts + stored


def hinted_drafts_of(config: Config) -> int:
    """Drafts that a step writes with a hint, at most: where none of a task's drafts passes."""
    return config.train.tasks_per_step * config.episode.drafts if config.gives_hints else 0


def _takes_from_store(config: Config, step: int) -> bool:
    """Whether a step takes all its drafts from the store, where there are some."""
    stored = stored_drafts_of(config, step)
    return bool(stored) and config.train.phase(step) in ("verdict", "review")


def stored_drafts_of(config: Config, step: int) -> int:
    """Drafts that a step takes from the store; the first one finds none there."""
    train, phase = config.train, config.train.phase(step)
    if step == 1 or phase == "draft":
        return 0
    least = 2 if phase == "verdict" else 0  # one of each class
    return train.replayed_drafts if phase == "free" else max(least, train.stored_drafts)


def what_is_played(config: Config) -> str:
    """The steps of a run, phase by phase, in a few words."""
    steps = range(1, config.train.steps + 1)
    counts = Counter(in_words(config, config.train.phase(n), drafts_of(config, n)) for n in steps)
    return ", ".join(f"{n} step{'s' * (n > 1)} of {each}" for each, n in counts.items())


def in_words(config: Config, phase: Phase, drafts: int) -> str:
    """What becomes of so many drafts in a step of a phase, in a few words."""
    if phase == "draft":
        return f"{drafts} drafts"
    names = {"verdict": "verdicts", "review": "forced reviews", "free": "episodes"}
    return f"{drafts * config.episode.reviews} {names[phase]}"


def other_steps(fitted: Config, asked: int) -> str:
    """What is told of another number of steps than before, and how to do those that are left out.

    Args:
        fitted: the configuration with the steps that fit.
        asked: steps that the run was begun with.
    """
    steps = fitted.train.steps
    run = shlex.quote(str(fitted.run_dir))
    return (
        f"steps: {steps} {f'in place of {asked}' if steps < asked else 'as asked for'}, to end "
        f"within {fitted.train.minutes:g} minutes on this machine: {what_is_played(fitted)}"
    ) + f"; more: `parelha train --resume {run} --train.steps {asked}`" * (steps < asked)
