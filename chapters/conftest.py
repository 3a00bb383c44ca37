"""How notebooks are run as tests: without progress bars, and those first that take longest."""

import os

import pytest

os.environ["TQDM_DISABLE"] = "1"  # a bar depends on time
LONGEST = ("06", "07", "08", "09", "12")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the longest chapters first, so that no core has to wait for one of them in the end."""
    items.sort(key=lambda item: not item.path.name.startswith(LONGEST))
