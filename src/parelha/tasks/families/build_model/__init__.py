"""Families of the coder action build_model."""

from parelha.tasks.families.build_model import (
    autoregression,
    cross_validation,
    diagnostics,
    kmeans,
    linear_regression,
    logistic,
    naive_bayes,
    nearest_neighbours,
    pca,
    polynomial,
    ridge,
    smoothing,
    stump,
)
from parelha.tasks.family import Family

FAMILIES: tuple[Family, ...] = (
    linear_regression.FAMILY,
    smoothing.FAMILY,
    nearest_neighbours.FAMILY,
    ridge.FAMILY,
    polynomial.FAMILY,
    logistic.FAMILY,
    kmeans.FAMILY,
    pca.FAMILY,
    naive_bayes.FAMILY,
    stump.FAMILY,
    cross_validation.FAMILY,
    autoregression.FAMILY,
    diagnostics.FAMILY,
)
