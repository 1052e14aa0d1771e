"""The families of tasks: a folder per coder action, a module per family."""

from parelha.tasks.families import (
    analyse_statistics,
    build_model,
    clean_data,
    detect_outliers,
)
from parelha.tasks.family import Family

FAMILIES: tuple[Family, ...] = (
    *clean_data.FAMILIES,
    *analyse_statistics.FAMILIES,
    *detect_outliers.FAMILIES,
    *build_model.FAMILIES,
)
