"""Chapter 12: regularization on real pictures, Fashion-MNIST, 784-256-128-10, twenty epochs.

50,000 pictures to train on, 10,000 others as validation data; the test pictures are not touched. Three
starts each without regularization, with dropout of 0.2 behind both hidden layers, and with an L2
penalty of 1e-4 on all weight matrices. NNFS_DATA names the folder with fashion-mnist/ in it.
Half an hour on a slow core.
"""

import numpy as np

import nnfs_lib as nn

EPOCHS, SEEDS = 20, 3
SETTINGS = {
    "none": {"dropout": 0.0, "l2": 0.0},
    "dropout 0.2": {"dropout": 0.2, "l2": 0.0},
    "L2 1e-4": {"dropout": 0.0, "l2": 1e-4},
}


def clothes(dropout: float, l2: float, seed: int) -> nn.Model:
    """Return the model, with its weights drawn by that seed."""
    rng = np.random.default_rng(seed)
    model = nn.Model([nn.Rescaling(1 / 127.5, -1.0), nn.Flatten()], rng=seed)
    for n_inputs, n_neurons in ((784, 256), (256, 128)):
        model.add(
            nn.Dense(
                n_inputs, n_neurons, weight_l2=l2, initializer=nn.he_normal, rng=rng
            )
        )
        model.add(nn.ReLU())
        if dropout:
            model.add(nn.Dropout(dropout, rng=rng))
    model.add(nn.Dense(128, 10, weight_l2=l2, initializer=nn.he_normal, rng=rng))
    model.add(nn.Softmax())
    model.set(loss=nn.CategoricalCrossentropy(), optimizer=nn.Adam())
    model.set(accuracy=nn.CategoricalAccuracy())
    return model


def run() -> dict[str, object]:
    """Return for each setting and seed the losses and accuracies on the validation data, by epoch."""
    X, y, _, _ = nn.load_fashion_mnist()
    order = np.random.default_rng(0).permutation(len(X))
    val, train = order[:10_000], order[10_000:]
    found: dict[str, object] = {}
    for name, options in SETTINGS.items():
        rows = []
        for seed in range(SEEDS):
            history = clothes(**options, seed=seed).train(
                X[train],
                y[train],
                epochs=EPOCHS,
                batch_size=128,
                print_every=0,
                validation_data=(X[val], y[val]),
            )
            row = {
                "training": history.data_loss,
                "loss": history.val_loss,
                "accuracy": history.val_accuracy,
            }
            rows.append(
                {
                    key: [round(each, 4) for each in values]
                    for key, values in row.items()
                }
            )
            print(
                name, seed, rows[-1]["loss"][-1], rows[-1]["accuracy"][-1], flush=True
            )
        found[name] = rows
    return {"found": found}
