"""Families of the coder action analyse_statistics."""

from parelha.tasks.families.analyse_statistics import (
    anova,
    bootstrap,
    chi_squared,
    correlation,
    effect_size,
    entropy,
    groups,
    mean_variance,
    moving_windows,
    quantiles,
    t_test,
    weighted,
)
from parelha.tasks.family import Family

FAMILIES: tuple[Family, ...] = (
    mean_variance.FAMILY,
    groups.FAMILY,
    weighted.FAMILY,
    quantiles.FAMILY,
    correlation.FAMILY,
    t_test.FAMILY,
    chi_squared.FAMILY,
    anova.FAMILY,
    moving_windows.FAMILY,
    effect_size.FAMILY,
    entropy.FAMILY,
    bootstrap.FAMILY,
)
