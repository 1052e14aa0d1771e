"""One module per family; `FAMILIES` lists them by coder action."""

from parelha.tasks.families import (
    analyse_statistics_groups,
    analyse_statistics_mean_variance,
    build_model_linear_regression,
    build_model_nearest_neighbours,
    build_model_smoothing,
    clean_data_duplicates,
    clean_data_imputation,
    clean_data_sales,
    clean_data_scaling,
    detect_outliers_iqr,
    detect_outliers_mad,
    detect_outliers_zscore,
)
from parelha.tasks.family import Family

FAMILIES: tuple[Family, ...] = (
    clean_data_sales.FAMILY,
    clean_data_scaling.FAMILY,
    clean_data_duplicates.FAMILY,
    clean_data_imputation.FAMILY,
    analyse_statistics_mean_variance.FAMILY,
    analyse_statistics_groups.FAMILY,
    detect_outliers_zscore.FAMILY,
    detect_outliers_iqr.FAMILY,
    detect_outliers_mad.FAMILY,
    build_model_linear_regression.FAMILY,
    build_model_smoothing.FAMILY,
    build_model_nearest_neighbours.FAMILY,
)
