"""Checkers for the exercises of chapter 13."""

import tempfile
from contextlib import suppress
from pathlib import Path

import numpy as np

from bookkit.checks import Exercise, expect_close, expect_number, fail


def size(answer):
    """Judge the size of a saved model."""
    for count in (387, 55050):
        found = expect_number(answer(count, False), "The number of bytes")
        if found == count:
            fail("A float32 has four bytes.")
        if found != 4 * count:
            fail(f"{count} numbers of four bytes are {4 * count}, not {found:g}.")
        found = expect_number(answer(count, True), "The number of bytes")
        if found == 8 * count:
            fail("Adam remembers two things about each parameter: means and squares.")
        if found != 12 * count:
            fail(
                f"Parameters, means and squares: three times {4 * count}, not {found:g}."
            )
    return "To predict you need a third of it."


def flip(answer):
    """Judge the flipping of one bit."""
    found = answer(1.0, 31)
    if found is None:
        fail("Return the number with the bit flipped.")
    if not isinstance(found, np.float32):
        fail(
            "Return an np.float32: number.view(np.float32) reads the bytes as a float."
        )
    if found != -1.0:
        fail(f"Bit 31 is the sign: 1.0 becomes -1.0, not {found}.")
    for value, bit in ((1.0, 0), (1.0, 22), (0.05, 30), (-3.5, 23), (0.0, 0)):
        right = np.frombuffer(
            (
                int.from_bytes(np.float32(value).tobytes(), "little") ^ (1 << bit)
            ).to_bytes(4, "little"),
            "<f4",
        )[0]
        if answer(value, bit) != right:
            fail(
                f"{value} with bit {bit} flipped is {right!s}, not {answer(value, bit)!s}."
            )
        if answer(float(answer(value, bit)), bit) != np.float32(value):
            fail("Flipped twice, a bit is back.")
    return f"A weight of 0.05 with bit 30 flipped is {answer(0.05, 30):.1e}."


def keep(answer):
    """Judge the saving of the last few files."""
    keep_saving, model_class, nn = answer

    def model():
        made = model_class([nn.Dense(2, 2, rng=0), nn.Softmax()])
        made.set(loss=nn.CategoricalCrossentropy(), optimizer=nn.Adam())
        return made

    others = [
        *("notes.npz", "step-by-step.txt", "other000120.npz", "step-best.npz"),
        *("step-000007.npz.part", "step-12.npz", "my-step-000003.npz"),
    ]

    def save(folder, step, keep):
        path = keep_saving(model(), folder, step, keep)
        if path is None:
            fail("It returned None: return the path that was written.")
        if Path(path).name != f"step-{step:06d}.npz":
            fail(f"Step {step} goes into step-{step:06d}.npz, not {Path(path).name}.")
        return Path(path)

    def keep_others(folder):
        for other in others:
            if not (folder / other).exists():
                fail(f"It removed {other}, which is none of its own.")

    def left_in(folder):
        names = [each.name for each in folder.iterdir() if each.name not in others]
        return sorted(int(each[5:-4]) for each in names)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for other in others:
            (folder / other).write_bytes(b"mine")
        path = save(folder, 5, 2)
        keep_others(folder)
        if not path.is_file():
            fail(
                "Step 5 was the first of its kind, and its file isn't there. Are step-12.npz and "
                "step-best.npz counted? They are not of its kind."
            )
        save(folder, 120, 2)
        save(folder, 90, 2)
        if left_in(folder) != [90, 120]:
            fail(
                "Steps 5, 120 and 90, in this order, with keep=2: those with the highest numbers stay, "
                f"90 and 120; left: {left_in(folder)}."
            )
        if not save(folder, 1000, 2).is_file():
            fail("The file of step 1000 is gone, which has the highest number of all.")
        keep_others(folder)
        if left_in(folder) != [120, 1000]:
            fail(
                "After steps 5, 120, 90, 1000 with keep=2 there should be 120 and 1000; left: "
                f"{left_in(folder)}."
            )
        if model_class.load(folder / "step-001000.npz").optimizer is None:
            fail("Save with include_optimizer=True, so that training can go on.")
        broken = model()
        broken.optimizer = None  # so that saving fails
        with suppress(RuntimeError):
            keep_saving(broken, folder, 2000, 2)
        if left_in(folder) != [120, 1000]:
            fail(
                "The saving failed, and an old file is gone already: save first, then remove."
            )
        for step in (999_998, 999_999, 1_000_000):
            save(folder, step, 2)
        if left_in(folder) == [999_998, 999_999, 1_000_000]:
            fail("step-1000000.npz was not counted: names have six digits or more.")
        if left_in(folder) != [999_999, 1_000_000]:
            fail(
                "After steps 999998, 999999 and 1000000 the highest two should be left, by number: as "
                f"words, step-1000000 comes before step-999999. Left: {left_in(folder)}."
            )
        for step in range(1, 6):
            keep_saving(model(), folder, 2_000_000 + step, 100)
        save(folder, 3_000_000, 2)
        if left_in(folder) != [2_000_005, 3_000_000]:
            fail(
                "There were eight files, and keep=2: remove all but two, and not just one; left: "
                f"{left_in(folder)}."
            )
        save(folder, 10, 1)
        if left_in(folder) != [3_000_000]:
            fail(
                "Step 10 with keep=1, where step 3000000 is: only the highest number stays, though "
                f"another one was just saved; left: {left_in(folder)}."
            )
    return "First save, then remove: at no moment are there fewer than you asked for."


def mean(answer):
    """Judge the mean of several files' parameters."""
    mean_parameters, model_class, nn = answer

    def model(seed):
        layers = [nn.Dense(3, 2, rng=seed), nn.ReLU(), nn.Dense(2, 2, rng=seed + 10)]
        for layer in layers[::2]:
            layer.biases[...] = seed + 1
        return model_class(layers)

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = []
        for seed in range(3):
            paths.append(folder / f"{seed}.npz")
            model(seed).save_parameters(paths[-1])
        one = model(7)
        mean_parameters(list(paths), one)
        for layer in (0, 2):
            right = np.mean(
                [model(seed).layers[layer].weights for seed in range(3)], axis=0
            )
            expect_close(
                one.layers[layer].weights,
                right,
                "The weights should be the mean of those in the files, array by array.",
                tolerance=1e-6,
            )
        if not np.allclose(one.layers[0].biases, 2):
            fail("The biases are parameters too: their mean belongs to it.")
        large = model(0)
        for number, value in enumerate((2.0**24, 1.0, 1.0, 1.0)):
            large.set_parameters(
                [
                    (np.full((3, 2), value), np.zeros((1, 2))),
                    (np.ones((2, 2)), np.zeros((1, 2))),
                ]
            )
            large.save_parameters(folder / f"large-{number}.npz")
        mean_parameters(sorted(folder.glob("large-*.npz")), large)
        if large.layers[0].weights[0, 0] != np.float32((2.0**24 + 3) / 4):
            fail("16,777,216 + 1 is 16,777,216 in float32: add up in float64.")
        before = one.get_parameters()
        (folder / "bad.npz").write_bytes(b"no file of ours")
        for wrong in ("bad.npz", "not there.npz"):
            try:
                mean_parameters([paths[0], folder / wrong], one)
            except (ValueError, OSError):
                continue
            fail("A file that can't be loaded is an error: let it come through.")
        if not all(
            np.array_equal(old, new)
            for pair, new_pair in zip(before, one.get_parameters(), strict=True)
            for old, new in zip(pair, new_pair, strict=True)
        ):
            fail("After the error the model is another one: put its parameters back.")
    return "It works within one training; the mean of two trainings from other starts is no network."


EXERCISES = (
    Exercise("13.1", "How large is the file?", size),
    Exercise("13.2", "Which bit was it?", flip),
    Exercise("13.3", "Keep the last few", keep, ("keep_saving", "Model", "nn")),
    Exercise(
        "13.4", "The mean of several networks", mean, ("mean_parameters", "Model", "nn")
    ),
)
