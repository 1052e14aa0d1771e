"""Families of the coder action detect_outliers."""

from parelha.tasks.families.detect_outliers import (
    distance,
    dixon,
    grubbs,
    iqr,
    mad,
    mahalanobis,
    per_group,
    percentile_capping,
    rolling,
    seasonal,
    streaming,
    zscore,
)
from parelha.tasks.family import Family

FAMILIES: tuple[Family, ...] = (
    zscore.FAMILY,
    iqr.FAMILY,
    mad.FAMILY,
    grubbs.FAMILY,
    per_group.FAMILY,
    rolling.FAMILY,
    mahalanobis.FAMILY,
    distance.FAMILY,
    percentile_capping.FAMILY,
    streaming.FAMILY,
    seasonal.FAMILY,
    dixon.FAMILY,
)
