"""Static analysis of one program: pylint, flake8, mypy and counts on the syntax tree."""

from parelha.analysis.analyser import Analyser
from parelha.analysis.findings import to_text
from parelha.analysis.reached import unused
from parelha.analysis.structure import structure, widened
from parelha.analysis.suppressions import neutralise

__all__ = ["Analyser", "neutralise", "structure", "to_text", "unused", "widened"]
