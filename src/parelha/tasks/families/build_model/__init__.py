"""Families of the coder action build_model."""

from parelha.tasks.families.build_model import (
    linear_regression,
    logistic,
    nearest_neighbours,
    polynomial,
    ridge,
    smoothing,
)
from parelha.tasks.family import Family

FAMILIES: tuple[Family, ...] = (
    linear_regression.FAMILY,
    smoothing.FAMILY,
    nearest_neighbours.FAMILY,
    ridge.FAMILY,
    polynomial.FAMILY,
    logistic.FAMILY,
)
