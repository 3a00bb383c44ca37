"""Under nbval a slow computer shows what a fast one does: no progress bar, which depends on time."""

import os

os.environ["TQDM_DISABLE"] = "1"
