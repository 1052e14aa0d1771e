"""Tests, one file per module; a package, so that helpers import as `tests.tiny`."""
