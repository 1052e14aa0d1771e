"""How long a run takes: what a step plays and costs, and how many steps fit into the time."""

from collections import Counter

from parelha.config import Config
from parelha.config_file import lay_over
from parelha.live import Progress
from parelha.types import Phase

# Answers of later steps may be longer than those of the first.
_LONGER = 1.1


def in_time(config: Config, left: float, seconds: float, progress: Progress) -> Config:
    """The configuration after the first step, with no more steps than fit in.

    Args:
        config: of the run.
        left: seconds until the run should end.
        seconds: of the first step.
        progress: told of a run that is shortened.
    """
    steps, unit = 1, seconds / most_tokens(config, 1)
    while steps < config.train.steps:
        left -= _LONGER * unit * most_tokens(config, steps + 1)
        if left < 0:
            break
        steps += 1
    if not config.train.minutes or steps >= config.train.steps:
        return config
    progress.message(
        f"a step takes {seconds / 60:.1f} minutes on this machine: {steps} of "
        f"{config.train.steps} steps, to end within {config.train.minutes:.0f} minutes; all of "
        f"them: `parelha train --resume {config.run_dir} --train.steps {config.train.steps}`"
    )
    progress.shorten(steps)
    return lay_over(config, {"train.steps": str(steps)})


def most_tokens(config: Config, step: int) -> int:
    """New tokens of a step's programs and reviews, at most.

    A stored draft counts like a new one: to read it, twice, takes about as long as to write it.
    """
    episode, train = config.episode, config.train
    revised = episode.max_rounds * (episode.max_review_tokens + episode.max_program_tokens)
    if train.phase(step) in ("draft", "verdict"):
        revised = 0
    return drafts_of(config, step) * (episode.max_program_tokens + episode.reviews * revised)


def drafts_of(config: Config, step: int) -> int:
    """Drafts that a step writes, or takes from the store; the first one finds none there."""
    if step > 1 and config.train.phase(step) in ("verdict", "review"):
        return config.train.stored_drafts
    return config.train.tasks_per_step * config.episode.drafts


def what_is_played(config: Config) -> str:
    """The steps of a run, phase by phase, in a few words."""
    steps = range(1, config.train.steps + 1)
    counts = Counter(in_words(config, config.train.phase(n), drafts_of(config, n)) for n in steps)
    return ", ".join(f"{n} steps of {each}" for each, n in counts.items())


def in_words(config: Config, phase: Phase, drafts: int) -> str:
    """What becomes of so many drafts in a step of a phase, in a few words."""
    if phase == "draft":
        return f"{drafts} drafts"
    names = {"verdict": "verdicts", "review": "forced reviews", "free": "episodes"}
    return f"{drafts * config.episode.reviews} {names[phase]}"
