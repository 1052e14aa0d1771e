"""Efficiency of a right program: time and memory beside the reference's. Weight 0 by default."""

from parelha.efficiency.meter import EfficiencyMeter

__all__ = ["EfficiencyMeter"]
