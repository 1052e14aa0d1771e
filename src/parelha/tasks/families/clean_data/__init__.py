"""Families of the coder action clean_data."""

from parelha.tasks.families.clean_data import (
    csv_text,
    dates,
    duplicates,
    imputation,
    reshaping,
    sales,
    scaling,
    schema_validation,
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
    reshaping.FAMILY,
    schema_validation.FAMILY,
    csv_text.FAMILY,
)
