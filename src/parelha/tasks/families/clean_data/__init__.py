"""Families of the coder action clean_data."""

from parelha.tasks.families.clean_data import (
    categorical_encoding,
    csv_text,
    dates,
    duplicates,
    imputation,
    joins,
    reshaping,
    sales,
    scaling,
    schema_validation,
    text_normalisation,
    type_coercion,
    units,
    winsorising,
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
    winsorising.FAMILY,
    categorical_encoding.FAMILY,
    joins.FAMILY,
)
