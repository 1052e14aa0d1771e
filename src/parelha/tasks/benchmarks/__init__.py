"""Public benchmarks as tasks: tests become calls whose values are compared outside."""

from parelha.tasks.benchmarks.answers import shown
from parelha.tasks.benchmarks.build import BenchmarkTask
from parelha.tasks.benchmarks.load import HUB, Loaded, is_benchmark, load_benchmark

__all__ = ["HUB", "BenchmarkTask", "Loaded", "is_benchmark", "load_benchmark", "shown"]
