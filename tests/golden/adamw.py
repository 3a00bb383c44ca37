"""Where PyTorch's AdamW goes: for lab *Loaders and a trainer*.

    python tests/golden/adamw.py

writes adamw.json beside this file: the way of optimizers.py, from the same place, in float64. It
needs PyTorch, in an environment of its own: optimizers.py says how to make one.
"""

import sys
from pathlib import Path
from typing import Any

from kept import import_torch, keep
from optimizers import EPSILON, START, flat, walk

FILE = Path(__file__).with_suffix(".json")
# name -> the arguments, as the lab calls them
CASES: dict[str, dict[str, float]] = {
    "as it comes": {"learning_rate": 0.01, "epsilon": EPSILON},
    "strong": {"learning_rate": 0.05, "epsilon": EPSILON, "weight_decay": 0.5},
    "none": {"learning_rate": 0.05, "epsilon": EPSILON, "weight_decay": 0.0},
    "all its own": {
        "learning_rate": 0.05,
        "decay": 0.01,
        "epsilon": 1e-3,
        "beta_1": 0.8,
        "beta_2": 0.95,
        "weight_decay": 0.2,
    },
}


def trajectory(torch: Any, arguments: dict[str, float]) -> dict[str, list[float]]:
    """Return step -> position; the rate of step t (from 0) is learning_rate / (1 + decay * t)."""
    parameters = [torch.tensor(array, dtype=torch.float64) for array in START]
    optimizer = torch.optim.AdamW(
        parameters,
        lr=arguments["learning_rate"],
        betas=(arguments.get("beta_1", 0.9), arguments.get("beta_2", 0.999)),
        eps=arguments["epsilon"],
        weight_decay=arguments.get("weight_decay", 0.01),
    )
    decay = arguments.get("decay", 0.0)
    scheduler = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda t: 1 / (1 + decay * t)
    )
    return walk(torch, parameters, (optimizer, scheduler))


def main() -> int:
    """Write the file; without PyTorch, say how to get it."""
    torch = import_torch(__doc__)
    cases = {
        case: {"arguments": arguments, "positions": trajectory(torch, arguments)}
        for case, arguments in CASES.items()
    }
    version = torch.__version__.partition("+")[0]
    keep(FILE, {"torch": version, "start": flat(*START), "cases": cases})
    return 0


if __name__ == "__main__":
    sys.exit(main())
