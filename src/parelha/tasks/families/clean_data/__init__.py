"""Families of the coder action clean_data."""

from parelha.tasks.families.clean_data import (
    dates,
    duplicates,
    imputation,
    sales,
    scaling,
    text_normalisation,
    type_coercion,
    units,
)
from parelha.tasks.family import Family

FAMILIES: tuple[Family, ...] = (
    sales.FAMILY,
    scaling.FAMILY,
    duplicates.FAMILY,
    imputation.FAMILY,
    type_coercion.FAMILY,
    dates.FAMILY,
    units.FAMILY,
    text_normalisation.FAMILY,
)
