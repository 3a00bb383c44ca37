"""A training that may use so much memory, or as much as it likes: test_trainer.py runs it by itself.

    python limited_memory.py mapped|loaded X.npy y.npy [MEGABYTES]

prints the losses of two epochs; with a number, it may ask for that many megabytes more than it has
when it begins. A mapped file is no memory that was asked for. Linux alone counts like this.
"""

import sys
from pathlib import Path

import numpy as np

import nnfs_lib as nn
from nnfs_lib.labs.trainer import ArrayDataset, DataLoader


def limit(megabytes):
    """Allow the process so many megabytes of data beside those it has; print how many that are."""
    import resource

    status = Path("/proc/self/status").read_text()
    (line,) = (line for line in status.splitlines() if line.startswith("VmData"))
    allowed = int(line.split()[1]) * 1024 + megabytes * 2**20
    resource.setrlimit(resource.RLIMIT_DATA, (allowed, allowed))
    print(allowed)


def main(way, X_path, y_path, megabytes=None):
    model = nn.Model([nn.Dense(64, 4, rng=1), nn.ReLU(), nn.Dense(4, 1, rng=2)])
    model.set(loss=nn.MeanSquaredError(), optimizer=nn.Adam(0.01))
    if megabytes:
        limit(int(megabytes))
    X = np.load(X_path, mmap_mode="r" if way == "mapped" else None)
    dataset = ArrayDataset(X, np.load(y_path))
    loader = DataLoader(dataset, 4096, shuffle=True, rng=3)
    history = model.train(loader, epochs=2, print_every=0)
    print([value.hex() for value in map(float, history.loss)])


main(*sys.argv[1:])
