"""Trains two LLM agents, a coder and a reviewer, on what real tools say.

What is listed in `__all__` is for others to import (docs/extending.md); every other name may move.
A name is looked up when it is first used, so importing the package takes no time, loads no torch
and changes nothing in the process.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from parelha.agents.turns import Round
    from parelha.config import Config
    from parelha.config_file import load_config
    from parelha.engines.protocol import Completion, Engine, EngineStatistics, Request
    from parelha.errors import InfrastructureError, ParelhaError, UsageError, WorkFailedError
    from parelha.evaluate import evaluate_run, load_pair
    from parelha.grading import score_programs
    from parelha.learning.algorithms import Algorithm
    from parelha.live import Progress
    from parelha.tasks import get_task, load_tasks
    from parelha.tasks.own import load_own
    from parelha.train import train as train_pair
    from parelha.types import Agent, Score, Task

__version__ = "0.2.0"

__all__ = [
    "Agent",
    "Algorithm",
    "Completion",
    "Config",
    "Engine",
    "EngineStatistics",
    "InfrastructureError",
    "ParelhaError",
    "Progress",
    "Request",
    "Round",
    "Score",
    "Task",
    "UsageError",
    "WorkFailedError",
    "evaluate_run",
    "get_task",
    "load_config",
    "load_own",
    "load_pair",
    "load_tasks",
    "score_programs",
    "train_pair",
]

# Where each name is defined; after the colon its name there, if it is another one.
_HOMES = {
    "Agent": "types",
    "Algorithm": "learning.algorithms",
    "Completion": "engines.protocol",
    "Config": "config",
    "Engine": "engines.protocol",
    "EngineStatistics": "engines.protocol",
    "InfrastructureError": "errors",
    "ParelhaError": "errors",
    "Progress": "live",
    "Request": "engines.protocol",
    "Round": "agents.turns",
    "Score": "types",
    "Task": "types",
    "UsageError": "errors",
    "WorkFailedError": "errors",
    "evaluate_run": "evaluate",
    "get_task": "tasks",
    "load_config": "config_file",
    "load_own": "tasks.own",
    "load_pair": "evaluate",
    "load_tasks": "tasks",
    "score_programs": "grading",
    "train_pair": "train:train",  # `parelha.train` is the module
}


def __getattr__(name: str) -> Any:
    """Import what a public name stands for (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    import_module("parelha.kernels.environment").set_environment()  # the import may load torch
    module, _, other = _HOMES[name].partition(":")
    return getattr(import_module(f"parelha.{module}"), other or name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
