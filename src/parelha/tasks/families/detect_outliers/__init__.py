"""Families of the coder action detect_outliers."""

from parelha.tasks.families.detect_outliers import (
    grubbs,
    iqr,
    mad,
    zscore,
)
from parelha.tasks.family import Family

FAMILIES: tuple[Family, ...] = (
    zscore.FAMILY,
    iqr.FAMILY,
    mad.FAMILY,
    grubbs.FAMILY,
)
