"""What several test modules share: patience, and the tiny model on disk."""

# pylint: disable=import-outside-toplevel

from pathlib import Path

import hypothesis
import pytest

# A loaded machine is no failure: how long an example may take is pytest-timeout's business.
hypothesis.settings.register_profile("parelha", deadline=None)
hypothesis.settings.load_profile("parelha")


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the tiny random model and its tokenizer."""
    from tests.tiny import tiny_folder  # here, so that tests without torch start at once

    return tiny_folder(tmp_path_factory.mktemp("model"))
