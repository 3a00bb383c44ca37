"""Lab *What lets deep networks learn*: MNIST by 784-400-100-10, with and without a schedule.

Adam with a rate of 0.001, batches of 128, twenty epochs. Which schedule: by the validation accuracy at
the end, from one start, on 10,000 pictures held out of the training. The one chosen, and the
constant rate, then train on all 60,000 from three other starts. The test pictures are looked at after
every epoch of these; what counts is the last. NNFS_DATA names the folder with mnist/ in it. An hour on
a slow core.
"""

from itertools import pairwise
from typing import Any

import numpy as np

import nnfs_lib as nn
from nnfs_lib.labs import deep as lab

SEEDS, TUNING = range(3), (100,)
RATE, BATCH, EPOCHS = 0.001, 128, 20
Data = tuple[np.ndarray, np.ndarray]


def schedules(epoch: int) -> dict[str, Any]:
    """Return what stands in the place of the rate, by name; epoch: the steps in one."""
    steps = EPOCHS * epoch
    cosine = lab.CosineDecay(RATE, steps=steps - epoch)
    return {
        "constant": RATE,
        "step decay": lab.StepDecay(RATE, steps=steps // 4, factor=0.3),
        "exponential decay": lab.ExponentialDecay(RATE, steps=steps, factor=0.01),
        "cosine decay": lab.CosineDecay(RATE, steps=steps),
        "warmup, cosine decay": lab.Warmup(cosine, steps=epoch),
    }


def accuracies(name: str, train: Data, other: Data, seed: int) -> list[float]:
    """Return the accuracy on the other pictures after every epoch."""
    rng = np.random.default_rng(seed)
    sizes = (784, 400, 100, 10)
    model = nn.Model(rng=rng)
    for n_inputs, n_neurons in pairwise(sizes):
        model.add(nn.Dense(n_inputs, n_neurons, rng=rng))
        model.add(nn.Softmax() if n_neurons == 10 else nn.ReLU())
    optimizer = nn.Adam(schedules(-(-len(train[0]) // BATCH))[name])
    model.set(loss=nn.CategoricalCrossentropy(), optimizer=optimizer)
    model.set(accuracy=nn.CategoricalAccuracy())
    history = model.train(
        *train, epochs=EPOCHS, batch_size=BATCH, print_every=0, validation_data=other
    )
    found = [round(each, 4) for each in history.val_accuracy]
    print(name, seed, found, flush=True)
    return found


def run() -> dict[str, Any]:
    """Return the validation accuracies of all schedules, and the test accuracies of two."""
    pictures, y, test_pictures, y_test = nn.load_mnist()
    X, X_test = (
        (each.reshape(len(each), -1) / 255).astype(np.float32)
        for each in (pictures, test_pictures)
    )
    order = np.random.default_rng(0).permutation(len(X))
    held_out, kept = order[:10_000], order[10_000:]
    parts = (X[kept], y[kept]), (X[held_out], y[held_out])
    validation = {
        name: [accuracies(name, *parts, seed)[-1] for seed in TUNING]
        for name in schedules(1)
    }
    chosen = max(validation, key=lambda name: sum(validation[name]))
    test = {
        name: [accuracies(name, (X, y), (X_test, y_test), seed) for seed in SEEDS]
        for name in dict.fromkeys(("constant", chosen))
    }
    return {"validation": validation, "chosen": chosen, "test": test}
