"""Checkers for the exercises of chapter 11."""

import numpy as np

from bookkit.checks import Exercise, expect_close, expect_number, fail


def steps(answer):
    """Judge the number of steps of a training."""
    for samples, size, epochs, right in (
        (300, 100, 1, 3),
        (300, 64, 2, 10),
        (5, 100, 3, 3),
        (60000, 128, 10, 4690),
    ):
        found = expect_number(answer(samples, size, epochs), "The number of steps")
        if found != right and found == epochs * (samples // size):
            fail(
                f"{samples} samples in batches of {size}: what is left over is a step too."
            )
        if found != right:
            fail(
                f"{samples} samples in batches of {size}, {epochs} epochs: {right}, not {found:g}."
            )
    return "Every epoch ends with its own short batch: they don't add up across epochs."


def split(answer):
    """Judge a random split into training and validation."""
    X = np.arange(20.0).reshape(10, 2)
    y = X[:, 0] * 100
    kept = X.copy()
    found = answer(X, y, 0.3, np.random.default_rng(0))
    if not isinstance(found, tuple) or len(found) != 4:
        fail("Return four arrays: X_train, y_train, X_val, y_val.")
    X_train, y_train, X_val, y_val = map(np.asarray, found)
    if (len(X_train), len(X_val)) == (3, 7):
        fail("The share is that of the validation: 3 of 10 there, 7 for training.")
    if (len(X_train), len(X_val)) != (7, 3):
        fail(
            f"With 10 samples and a share of 0.3: 7 and 3, not {len(X_train)} and {len(X_val)}."
        )
    if X_train.ndim != 2 or len(y_train) != 7 or len(y_val) != 3:
        fail("X keeps its columns, and every sample its target.")
    everything = np.concatenate([X_train, X_val])[:, 0]
    if len(set(everything.tolist())) < 10:
        fail("A sample is in both parts, or in one of them twice.")
    if not (
        np.array_equal(y_train, X_train[:, 0] * 100)
        and np.array_equal(y_val, X_val[:, 0] * 100)
    ):
        fail("A sample has lost its target: pick X and y by the same places.")
    for seed in range(20):
        parts = answer(X, y, 0.3, np.random.default_rng(seed))
        if len(parts[2]) != 3 or len({*parts[0][:, 0], *parts[2][:, 0]}) != 10:
            fail("Not with every generator: three samples there, and each in one part.")
    others = {
        tuple(
            np.sort(np.asarray(answer(X, y, 0.3, np.random.default_rng(seed))[2])[:, 0])
        )
        for seed in range(20)
    }
    if len(others) == 1:
        fail("Always the same samples: draw them with rng.")
    again = answer(X, y, 0.3, np.random.default_rng(0))[2]
    if not np.array_equal(again, X_val):
        fail("The same generator should give the same parts: draw with rng alone.")
    for share, right in ((0.28, 3), (0.22, 2)):
        if len(answer(X, y, share, np.random.default_rng(0))[2]) != right:
            fail(
                f"A share of {share} of 10 samples is {10 * share:.1f}, rounded {right}."
            )
    if not np.array_equal(X, kept):
        fail("The data you were given were shuffled: shuffle their places instead.")
    return "Do it once, before anything is computed from the data, means included."


def running(answer):
    """Judge a mean that is continued batch by batch."""
    found = answer((0.0, 0), np.array([2.0, 4.0]))
    if not isinstance(found, tuple | list) or len(found) != 2:
        fail("Return two things: the mean and the number of samples.")
    expect_close(found[0], 3.0, "The mean of 2 and 4, with nothing before, is 3.")
    if found[1] != 2:
        fail("After two values, two samples.")
    found = answer(found, np.array([9.0]))
    if np.isclose(found[0], 6.0):
        fail("3 stands for two samples, 9 for one: weigh them.")
    expect_close(found[0], 5.0, "2, 4 and 9 have the mean 5.")
    if tuple(answer((5.0, 3), np.array([]))) != (5.0, 3):
        fail("An empty batch changes nothing.")
    values = np.random.default_rng(0).standard_normal(1000) + 7
    known = (0.0, 0)
    for start in range(0, 1000, 37):
        known = answer(known, values[start : start + 37])
    expect_close(known[0], values.mean(), "In parts of 37, the mean of 1,000 numbers.")
    if known[1] != 1000:
        fail(f"1,000 samples, not {known[1]}.")
    return "Welford's idea (1962); the variance can be continued in the same way."


def early(answer):
    """Judge early stopping."""
    train_and_stop, model_class, nn = answer
    train, val = nn.spiral_data(100, 3, rng=0), nn.spiral_data(100, 3, rng=1)

    def model():
        made = model_class(rng=0)
        for seed, n_inputs in enumerate((2, 64)):
            made.add(nn.Dense(n_inputs, 64, initializer=nn.he_normal, rng=seed))
            made.add(nn.ReLU())
        made.add(nn.Dense(64, 3, rng=2))
        made.add(nn.Softmax())
        made.set(loss=nn.CategoricalCrossentropy(), optimizer=nn.Adam(0.01))
        return made

    one = model()
    losses = train_and_stop(one, train, val, patience=20, most=1000)
    if not isinstance(losses, list) or not all(isinstance(x, float) for x in losses):
        fail("Return the list of the validation losses, one number for each epoch.")
    if len(losses) != one.optimizer.steps_done:
        fail(
            f"{one.optimizer.steps_done} epochs were trained, {len(losses)} losses came back."
        )
    best = int(np.argmin(losses))
    if len(losses) == 1000:
        fail("It never stopped: the lowest loss is long past.")
    if len(losses) - 1 - best != 20:
        fail(
            f"patience=20: it should end 20 epochs after its best one, it was {len(losses) - 1 - best}."
        )
    end = one.evaluate(*val).loss
    if not np.isclose(end, losses[best], rtol=1e-5):
        fail(
            f"It ends with a validation loss of {end:.3f}, the best was {losses[best]:.3f}: put those "
            "parameters back, into model.parameters[...], and remember them as a copy."
        )
    small = model()
    train_and_stop(small, train, val, patience=5, most=2, batch_size=50)
    if small.optimizer.steps_done != 12:
        fail("With batch_size=50, an epoch of 300 samples has six steps: pass it on.")
    short, most = model(), best + 11  # ten epochs after the best one
    if len(train_and_stop(short, train, val, patience=20, most=most)) != most:
        fail(f"With most={most} and no reason to stop, there are {most} epochs.")
    if not np.isclose(short.evaluate(*val).loss, losses[best], rtol=1e-3):
        fail("Where the epochs run out first, the best parameters come back as well.")
    return (
        "What came after the best epoch is undone, also where the epochs ran out first."
    )


EXERCISES = (
    Exercise("11.1", "How many steps?", steps),
    Exercise("11.2", "One part for training, one to judge", split),
    Exercise("11.3", "A mean that can be continued", running),
    Exercise("11.4", "Stop in time", early, ("train_and_stop", "Model", "nn")),
)
