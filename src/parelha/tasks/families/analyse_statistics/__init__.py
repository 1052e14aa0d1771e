"""Families of the coder action analyse_statistics."""

from parelha.tasks.families.analyse_statistics import (
    groups,
    mean_variance,
    t_test,
    weighted,
)
from parelha.tasks.family import Family

FAMILIES: tuple[Family, ...] = (
    mean_variance.FAMILY,
    groups.FAMILY,
    weighted.FAMILY,
    t_test.FAMILY,
)
