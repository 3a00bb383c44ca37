"""Trainings that are killed at random moments and started again: test_trainer.py runs it by itself.

    python killed_trainings.py FOLDER SEED KILLS

prints, as JSON, what happened. Each training is a process of its own, forked from this one, which has
everything imported already: that makes a start cheap. One that comes to its end before it is killed
has its checkpoint compared with the one that was never killed, and is begun anew.
"""

import json
import os
import signal
import sys
import time
import traceback
from pathlib import Path

import numpy as np
import tqdm  # noqa: F401 (imported here, so that no child has to)

from nnfs_lib import Model
from nnfs_lib.labs.trainer import Config, HalfSquaredError, PlannedSGD, Trainer

EVERY = 5  # epochs from one checkpoint to the next: half of the time goes into writing
EPOCHS = 400


def start(path):
    """Begin a training in a process of its own, or go on with it; return the process's number."""
    child = os.fork()
    if child:
        return child
    try:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        Trainer.every = EVERY
        options = {"total_epochs": EPOCHS, "shuffle": True, "resume": True}
        Trainer(Config(ckpt_path=str(path), **options)).train()
        os._exit(0)
    except BaseException:
        traceback.print_exc()
    os._exit(1)


def was_killed(child):
    """Wait for the end of a process; return whether it was killed, and raise where it failed."""
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        return os.WTERMSIG(status) == signal.SIGKILL
    if os.WEXITSTATUS(status):
        sys.exit("a training has failed, see above")
    return False


def epochs_in(path):
    """Return after how many epochs the checkpoint was written, which has to be whole."""
    if not path.exists():
        return 0
    steps = Model.load(path, layers=[HalfSquaredError, PlannedSGD]).optimizer.steps_done
    return steps / 3  # batches


def main(folder, seed, kills):
    folder, rng = Path(folder), np.random.default_rng(int(seed))
    whole, path = folder / "whole.npz", folder / "killed.npz"
    begun = time.perf_counter()
    was_killed(start(whole))
    duration = time.perf_counter() - begun
    expected = whole.read_bytes()
    found, killed_at = [], []
    while len(killed_at) < int(kills) or not found:
        child = start(path)
        if len(killed_at) < int(kills):
            time.sleep(rng.uniform(0, duration / 5))
            os.kill(child, signal.SIGKILL)
        if was_killed(child):
            killed_at.append(epochs_in(path))
        else:
            found.append(path.read_bytes() == expected)
            path.unlink()
    left_over = len([each for each in folder.iterdir() if each.name.startswith(".")])
    print(json.dumps({"same": found, "killed_at": killed_at, "left_over": left_over}))


main(*sys.argv[1:])
