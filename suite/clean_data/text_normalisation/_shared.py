"""Text normalisation: slugs, accents, phone numbers, names with the surname first, hashtags."""

import pandas as pd


def without_accents(column: "pd.Series[str]") -> "pd.Series[str]":
    lowered = column.astype(str).str.normalize("NFKD").str.lower()
    return lowered.str.replace("[\u0300-\u036f]", "", regex=True)
