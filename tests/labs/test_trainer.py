"""The lab *Loaders and a trainer*: every sample once, every error by its words, no training lost."""

import json
import os
import random
import signal
import subprocess
import sys
from dataclasses import asdict, fields
from itertools import pairwise
from pathlib import Path

import adamw as golden
import numpy as np
import optimizers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnfs_lib as nn
from nnfs_lib.labs import trainer as lab
from nnfs_lib.labs.trainer import (
    AdamW,
    ArrayDataset,
    BatchSampler,
    Config,
    DataLoader,
    Dataset,
    HalfSquaredError,
    PlannedSGD,
    Trainer,
    mse,
    mse_gradient,
)

HERE = Path(__file__).parent
ONE_THREAD = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}
KEPT = json.loads(golden.FILE.read_text(encoding="utf-8"))
without_deadline = settings(deadline=None)  # a loaded machine is no failure
needs_sigkill = pytest.mark.skipif(
    not hasattr(signal, "SIGKILL"), reason="a process can't be killed so on Windows"
)


# -- samples, batches, a loader

SIZES = {"size": st.integers(1, 40), "batch_size": st.integers(1, 50)}


@without_deadline
@given(**SIZES, shuffle=st.booleans(), seed=st.integers(0, 99))
def test_every_sample_comes_exactly_once_in_an_epoch(size, batch_size, shuffle, seed):
    sampler = BatchSampler(size, batch_size, shuffle=shuffle, rng=seed)
    for _ in range(3):
        found = np.concatenate(list(sampler))
        assert sorted(found.tolist()) == list(range(size))
        assert shuffle or found.tolist() == list(range(size))


@without_deadline
@given(**SIZES, shuffle=st.booleans())
def test_every_batch_is_full_but_the_last(size, batch_size, shuffle):
    lengths = [len(batch) for batch in BatchSampler(size, batch_size, shuffle=shuffle)]
    assert lengths[:-1] == [batch_size] * (len(lengths) - 1)
    assert 1 <= lengths[-1] <= batch_size


@without_deadline
@given(**SIZES, shuffle=st.booleans())
def test_drop_last_leaves_out_a_short_batch_alone(size, batch_size, shuffle):
    batch_size = min(size, batch_size)
    batches = list(BatchSampler(size, batch_size, shuffle=shuffle, drop_last=True))
    assert {len(batch) for batch in batches} == {batch_size}
    seen = np.concatenate(batches).tolist()
    assert len(seen) == len(set(seen))
    assert size - len(seen) < batch_size


@without_deadline
@given(**SIZES, shuffle=st.booleans(), drop_last=st.booleans())
def test_the_length_is_that_of_an_epoch(size, batch_size, shuffle, drop_last):
    batch_size = min(size, batch_size) if drop_last else batch_size
    dataset, options = ArrayDataset(np.zeros(size)), {"drop_last": drop_last}
    loader = DataLoader(dataset, batch_size, shuffle=shuffle, **options)
    assert len(loader) == len(list(loader)) == len(loader.sampler)


@without_deadline
@given(st.integers(0, 999))
def test_a_seed_has_its_own_orders_and_each_epoch_another(seed):
    def orders(seed):
        sampler = BatchSampler(30, 7, shuffle=True, rng=seed)
        return [np.concatenate(list(sampler)).tolist() for _ in range(3)]

    first, second, third = orders(seed)
    assert [first, second, third] == orders(seed)
    assert first != second != third != first
    assert first != orders(seed + 1)[0]


def test_a_generator_that_is_handed_in_is_the_one_that_draws():
    rng = np.random.default_rng(4)
    sampler = BatchSampler(9, 9, shuffle=True, rng=rng)
    assert rng.bit_generator.state == np.random.default_rng(4).bit_generator.state
    (order,) = sampler
    np.testing.assert_array_equal(order, np.random.default_rng(4).permutation(9))
    assert rng.bit_generator.state != np.random.default_rng(4).bit_generator.state


def test_without_shuffle_no_number_is_drawn():
    rng = np.random.default_rng(4)
    list(BatchSampler(9, 2, rng=rng))
    assert rng.bit_generator.state == np.random.default_rng(4).bit_generator.state


@without_deadline
@given(left=st.integers(1, 4), shuffle=st.booleans())
def test_it_begins_at_the_beginning_after_a_break(left, shuffle):
    loader = DataLoader(ArrayDataset(np.arange(10)), 2, shuffle=shuffle, rng=0)
    for number, _ in enumerate(loader, 1):
        if number == left:
            break
    epoch = np.concatenate([batch for (batch,) in loader]).tolist()
    assert sorted(epoch) == list(range(10))
    assert shuffle or epoch == list(range(10))


@without_deadline
@given(turns=st.lists(st.booleans(), max_size=20), shuffle=st.booleans())
def test_two_that_go_through_at_once_do_not_disturb_each_other(turns, shuffle):
    loader = DataLoader(ArrayDataset(np.arange(10)), 3, shuffle=shuffle, rng=0)
    walks, seen = (iter(loader), iter(loader)), ([], [])
    for turn in turns:
        seen[turn].extend(*next(walks[turn], ([],)))
    for walk, numbers in zip(walks, seen, strict=True):
        for (batch,) in walk:
            numbers.extend(batch)
        assert sorted(numbers) == list(range(10))


class Squares(Dataset):
    """x and its square, computed when somebody asks; `asked` are the numbers so far."""

    def __init__(self, size):
        self.size, self.asked = size, []

    def __len__(self):
        return self.size

    def __getitem__(self, index):
        self.asked.append(index)
        return np.array([index, 1.0]), index**2


def test_a_data_set_may_compute_its_samples():
    dataset = Squares(5)
    loader = DataLoader(dataset, 2)
    assert dataset.asked == []
    X, y = next(iter(loader))
    assert dataset.asked == [0, 1]
    assert (X.tolist(), y.tolist()) == ([[0, 1], [1, 1]], [0, 1])
    assert [len(y) for _, y in loader] == [2, 2, 1]


def test_a_data_set_of_ones_own_may_take_many_at_once():
    class AtOnce(Squares):
        def take(self, indices):
            return np.asarray(indices), np.asarray(indices) ** 2

    dataset = AtOnce(4)
    assert [y.tolist() for _, y in DataLoader(dataset, 2)] == [[0, 1], [4, 9]]
    assert dataset.asked == []


def test_arrays_give_samples_and_copies_of_rows():
    X, y = np.arange(6.0).reshape(3, 2), [4, 5, 6]
    dataset = ArrayDataset(X, y)
    assert len(dataset) == 3
    assert [part.tolist() for part in dataset[1]] == [[2, 3], 5]
    X_batch, y_batch = dataset.take(np.array([2, 0]))
    assert (X_batch.tolist(), y_batch.tolist()) == ([[4, 5], [0, 1]], [6, 4])
    X_batch *= 0
    assert X[2].tolist() == [4, 5]


def test_a_mapped_file_stays_on_the_disk_until_a_batch_is_taken(tmp_path):
    np.save(tmp_path / "X.npy", np.arange(6.0))
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    dataset = ArrayDataset(mapped)
    assert dataset.arrays[0] is mapped
    (batch,) = dataset.take(np.array([5, 1]))
    assert type(batch) is np.ndarray
    assert batch.tolist() == [5, 1]


class Nameless(Dataset):
    pass


class Bare(Nameless):
    def __len__(self):
        return 2


class Uneven(Bare):
    def __getitem__(self, index):
        return (1, 2)[: index + 1]


WRONG_DATA = [
    (lambda: BatchSampler(0, 1), "needs a whole number from 1 on for size, got 0"),
    (lambda: BatchSampler(3, 0), "needs .* for batch_size, got 0"),
    (lambda: BatchSampler(3, 1.5), r"needs .* for batch_size, got 1\.5"),
    (lambda: BatchSampler(3, "2"), "needs .* for batch_size, got '2'"),
    (
        lambda: BatchSampler(3, 4, drop_last=True),
        "drop all 3 samples: take a batch_size of at most 3, or keep",
    ),
    (lambda: DataLoader(ArrayDataset([]), 1), "from 1 on for size, got 0"),
    (lambda: ArrayDataset(), "arrays of one length, got none"),
    (lambda: ArrayDataset(3), r"arrays of one length, got \(\)"),
    (
        lambda: ArrayDataset(np.ones((3, 2)), np.ones(4)),
        r"arrays of one length, got \(3, 2\), \(4,\)",
    ),
    (lambda: list(DataLoader(Uneven(), 2)), "argument 2 is longer"),
]


@pytest.mark.parametrize(("mistake", "words"), WRONG_DATA)
def test_wrong_data_are_refused_in_words(mistake, words):
    with pytest.raises(ValueError, match=words):
        mistake()


def test_a_data_set_that_is_not_finished_says_what_to_define():
    with pytest.raises(NotImplementedError, match=r"Nameless has no length: .*__len__"):
        DataLoader(Nameless(), 1)
    with pytest.raises(NotImplementedError, match=r"Bare has no item: .*__getitem__"):
        list(DataLoader(Bare(), 1))


@pytest.mark.parametrize("sample", [np.zeros(3), 1.0, [1.0, 2.0]])
def test_a_sample_that_is_no_tuple_is_refused(sample):
    class Alone(Bare):
        def __getitem__(self, index):
            return sample

    with pytest.raises(ValueError, match=r"Alone.* a tuple, such as \(x, y\)"):
        list(DataLoader(Alone(), 2))


def classifier():
    layers = [nn.Dense(2, 8, rng=1), nn.ReLU(), nn.Dense(8, 3, rng=2), nn.Softmax()]
    model = nn.Model(layers, rng=3)
    model.set(loss=nn.CategoricalCrossentropy(), optimizer=nn.Adam(0.02))
    return model


@pytest.mark.parametrize("batch_size", [16, 20, 60])
def test_a_loader_trains_as_arrays_do(batch_size):
    X, y = nn.spiral_data(20, 3, rng=0)
    with_arrays, with_loader = classifier(), classifier()
    one = with_arrays.train(X, y, epochs=4, batch_size=batch_size, print_every=0)
    # All at once, arrays keep their order.
    shuffle = batch_size < len(X)
    loader = DataLoader(ArrayDataset(X, y), batch_size, shuffle=shuffle, rng=3)
    other = with_loader.train(loader, epochs=4, print_every=0)
    assert one.loss == other.loss
    np.testing.assert_array_equal(with_arrays.parameters, with_loader.parameters)
    found = with_loader.evaluate(DataLoader(ArrayDataset(X, y), batch_size))
    assert found.loss == pytest.approx(with_arrays.evaluate(X, y).loss, rel=1e-6)


# -- data larger than the memory


def train_with_limit(*arguments):
    script = str(HERE / "limited_memory.py")
    return subprocess.run(
        [sys.executable, script, *map(str, arguments)],
        capture_output=True,
        text=True,
        env=ONE_THREAD,
    )


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits data like this")
def test_a_file_larger_than_the_memory_gives_the_losses_of_arrays(tmp_path):
    X_path, y_path = tmp_path / "X.npy", tmp_path / "y.npy"
    rows, part = 512 * 1024, 8192
    X = np.lib.format.open_memmap(X_path, "w+", np.float32, (rows, 64))
    noise = np.random.default_rng(0).standard_normal((part, 64), dtype=np.float32)
    for start in range(0, rows, part):
        X[start : start + part] = noise + np.float32(start / rows)
    del X
    np.save(y_path, np.linspace(-1, 1, rows, dtype=np.float32).reshape(-1, 1))

    mapped = train_with_limit("mapped", X_path, y_path, 48)
    assert mapped.stderr == ""
    allowed, losses = mapped.stdout.splitlines()
    assert int(allowed) < X_path.stat().st_size
    loaded = train_with_limit("loaded", X_path, y_path, 48)
    assert loaded.returncode == 1
    assert "MemoryError: Unable to allocate 128. MiB" in loaded.stderr
    unlimited = train_with_limit("loaded", X_path, y_path)
    assert unlimited.stdout.split("\n") == [losses, ""]
    first, last = map(float.fromhex, json.loads(losses.replace("'", '"')))
    assert 0 < last < first
    X_path.unlink()  # pytest keeps the folder for a while


# -- the mean, the sum, or nothing


@without_deadline
@given(
    shape=st.tuples(st.integers(1, 5), st.integers(1, 4)),
    reduction=st.sampled_from(["mean", "sum", "none"]),
    seed=st.integers(0, 999),
    weighted=st.booleans(),
)
def test_the_gradient_follows_the_reduction(shape, reduction, seed, weighted):
    rng = np.random.default_rng(seed)
    predictions, targets = rng.standard_normal((2, *shape))
    outputs = mse(predictions, targets, reduction)
    assert np.shape(outputs) == (shape if reduction == "none" else ())
    slopes = rng.standard_normal(np.shape(outputs)) if weighted else 1.0

    def loss():
        return float(np.sum(mse(predictions, targets, reduction) * slopes))

    gradient = mse_gradient(predictions, targets, reduction, slopes)
    nn.check_gradient(loss, predictions, gradient)


def test_the_reductions_by_hand():
    predictions, targets = np.array([[1.0, 5.0]]), np.array([[3.0, 4.0]])
    assert mse(predictions, targets) == 2.5
    assert mse(predictions, targets, "sum") == 5
    assert mse(predictions, targets, "none").tolist() == [[4, 1]]
    assert mse_gradient(predictions, targets).tolist() == [[-2, 1]]
    assert mse_gradient(predictions, targets, "sum").tolist() == [[-4, 2]]
    doutputs = np.array([[10.0, 0.5]])
    found = mse_gradient(predictions, targets, "none", doutputs)
    assert found.tolist() == [[-40, 1]]


def test_single_precision_stays_single():
    predictions, targets = np.ones((2, 3, 2), dtype=np.float32)
    for reduction in ("mean", "sum", "none"):
        assert mse(predictions, targets, reduction).dtype == np.float32
        assert mse_gradient(predictions, targets, reduction).dtype == np.float32


def test_whole_numbers_do_not_wrap_around():
    one, two = np.array([[1]], dtype=np.uint8), np.array([[20]], dtype=np.uint8)
    assert mse(one, two) == 361
    assert mse_gradient(one, two) == -38


@pytest.mark.parametrize("function", [mse, mse_gradient])
@pytest.mark.parametrize(
    ("predictions", "targets"),
    [((3, 1), (3,)), ((3,), (3,)), ((3, 1), (1, 3)), ((), ()), ((2, 1), (3, 1))],
)
def test_what_would_broadcast_is_refused(function, predictions, targets):
    words = r"mse needs predictions and targets of one shape \(batch, outputs\), got \("
    with pytest.raises(ValueError, match=words):
        function(np.ones(predictions), np.ones(targets))


@pytest.mark.parametrize("function", [mse, mse_gradient])
def test_an_unknown_reduction_is_refused(function):
    words = r"no reduction 'average': it is \"mean\", \"sum\" or \"none\"\."
    with pytest.raises(ValueError, match=words):
        function(np.ones((2, 1)), np.ones((2, 1)), "average")


@pytest.mark.parametrize(
    ("reduction", "shape"),
    [("mean", (3, 2)), ("sum", (3, 2)), ("mean", (1,)), ("none", (2,)), ("none", (1,))],
)
def test_slopes_have_the_shape_of_what_is_returned(reduction, shape):
    words = "mse_gradient needs doutputs of the shape of mse, got"
    with pytest.raises(ValueError, match=words):
        mse_gradient(np.ones((3, 2)), np.ones((3, 2)), reduction, np.ones(shape))


def test_half_the_squared_error_is_half_of_it():
    predictions, targets = np.array([[1.0, 2.0], [3.0, 4.0]]), np.zeros((2, 2))
    loss = HalfSquaredError()
    assert loss.forward(predictions, targets).tolist() == [1.25, 6.25]
    gradient = loss.backward(predictions, targets)

    def value():
        return loss.calculate(predictions, targets)

    nn.check_gradient(value, predictions, gradient)


# -- decay that is no penalty


def test_the_kept_positions_are_those_of_the_cases():
    advice = "run tests/golden/adamw.py, its first lines say how"
    kept = {case: held["arguments"] for case, held in KEPT["cases"].items()}
    assert kept == golden.CASES, advice
    assert KEPT["start"] == optimizers.flat(*optimizers.START), advice
    for held in KEPT["cases"].values():
        assert list(held["positions"]) == [str(step) for step in optimizers.STEPS], (
            advice
        )


def test_the_script_says_how_to_get_pytorch(monkeypatch):
    monkeypatch.setitem(sys.modules, "torch", None)  # as if it were not installed
    with pytest.raises(
        SystemExit, match=r"(?s)PyTorch is not.*optimizers\.py says how"
    ):
        golden.main()


@pytest.mark.parametrize("case", golden.CASES)
def test_adamw_goes_where_pytorch_goes(case):
    assert optimizers.worst_error(KEPT, AdamW(**golden.CASES[case]).step, case) < 1e-11


class Penalty(AdamW):
    def update(self, gradient, change):
        parameters = np.concatenate([array.ravel() for array in self.arrays])
        nn.Adam.update(self, gradient + self.weight_decay * parameters, change)


class WithoutRate(AdamW):
    def update(self, gradient, change):
        nn.Adam.update(self, gradient, change)
        parameters = np.concatenate([array.ravel() for array in self.arrays])
        change += self.weight_decay * parameters


class FirstRate(AdamW):
    def update(self, gradient, change):
        nn.Adam.update(self, gradient, change)
        parameters = np.concatenate([array.ravel() for array in self.arrays])
        change += self.learning_rate * self.weight_decay * parameters


@pytest.mark.parametrize("wrong", [nn.Adam, Penalty, WithoutRate, FirstRate])
def test_a_wrong_decay_is_caught(wrong):
    arguments = dict(golden.CASES["all its own"])
    if wrong is nn.Adam:
        del arguments["weight_decay"]
    assert optimizers.worst_error(KEPT, wrong(**arguments).step, "all its own") > 1e-4


def test_without_decay_it_is_adam():
    X, y = nn.spiral_data(20, 3, rng=0)
    losses = []
    for optimizer in (AdamW(0.02, weight_decay=0.0), nn.Adam(0.02)):
        model = classifier()
        model.set(optimizer=optimizer)
        losses.append(model.train(X, y, epochs=5, print_every=0).loss)
    assert losses[0] == losses[1]


def test_a_negative_decay_is_refused():
    with pytest.raises(ValueError, match="AdamW needs a weight_decay >= 0, got -1"):
        AdamW(weight_decay=-1)


def test_adamw_saves_loads_and_goes_on_bit_for_bit(tmp_path):
    X, y = nn.spiral_data(20, 3, rng=0)
    model, path = classifier(), tmp_path / "model.npz"
    model.set(optimizer=AdamW(0.02, decay=1e-2, weight_decay=0.3))
    model.train(X, y, epochs=3, batch_size=16, print_every=0)
    model.save(path, include_optimizer=True)
    again = nn.Model.load(path, layers=[AdamW])
    assert again.optimizer.weight_decay == 0.3
    one, other = (
        each.train(X, y, epochs=3, batch_size=16, print_every=0)
        for each in (model, again)
    )
    assert one.loss == other.loss
    np.testing.assert_array_equal(model.parameters, again.parameters)
    with pytest.raises(ValueError, match=r"names 'AdamW', no known Optimizer"):
        nn.Model.load(path)


# -- the trainer


@pytest.fixture(autouse=True)
def in_a_folder_of_its_own(monkeypatch, tmp_path):
    """The usual names of files lie in the folder where the program runs."""
    monkeypatch.chdir(tmp_path)


def trained(epochs, path="whole.npz", **options):
    """Return the bytes of a checkpoint after so many epochs."""
    Trainer(Config(total_epochs=epochs, ckpt_path=str(path), **options)).train()
    return Path(path).read_bytes()


def epochs_in(path):
    model = nn.Model.load(path, layers=[HalfSquaredError, PlannedSGD])
    return model.optimizer.steps_done / 3  # batches of 90 of 200 points


@needs_sigkill
def test_killed_fifty_times_it_ends_where_it_would_have_ended(tmp_path):
    seed = random.randrange(10**6)
    done = subprocess.run(
        [sys.executable, HERE / "killed_trainings.py", tmp_path, str(seed), "50"],
        capture_output=True,
        text=True,
        env=ONE_THREAD,
    )
    assert (done.returncode, done.stderr) == (0, ""), f"seed {seed}: {done.stderr}"
    found = json.loads(done.stdout)
    assert len(found["killed_at"]) == 50, f"seed {seed}: {found}"
    assert found["same"], f"seed {seed}: {found}"
    assert all(found["same"]), f"seed {seed}: {found}"
    # They went on from where they had been, and did not begin anew each time.
    further = [a < b for a, b in pairwise(found["killed_at"])]
    assert sum(further) >= 10, f"seed {seed}: {found}"


DIES = """
import os, signal, sys
from pathlib import Path
from nnfs_lib.labs.trainer import Config, Trainer

name, times, path = sys.argv[1:]
owner = {"fsync": os, "replace": Path}[name]
before, calls = getattr(owner, name), []
def die(*arguments):
    calls.append(arguments)
    if len(calls) > int(times):
        os.kill(os.getpid(), signal.SIGKILL)
    return before(*arguments)
setattr(owner, name, die)
Trainer.every = 10
Trainer(Config(total_epochs=60, shuffle=True, resume=True, ckpt_path=path)).train()
"""


@needs_sigkill
@pytest.mark.parametrize(("place", "checkpoints"), [("fsync", 3), ("replace", 0)])
def test_killed_while_it_writes_it_keeps_the_checkpoint_before(
    tmp_path, monkeypatch, place, checkpoints
):
    path = tmp_path / "killed.npz"
    done = subprocess.run(
        [sys.executable, "-c", DIES, place, str(checkpoints), path],
        capture_output=True,
        env=ONE_THREAD,
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    (half_written,) = (each for each in tmp_path.iterdir() if each != path)
    assert half_written.name.startswith(".")
    if checkpoints:
        assert epochs_in(path) == 30
    else:
        assert not path.exists()
    monkeypatch.setattr(Trainer, "every", 10)
    expected = trained(60, shuffle=True)
    assert trained(60, path, shuffle=True, resume=True) == expected


def test_the_checkpoint_is_that_of_one_training_however_often_it_was_written(
    monkeypatch,
):
    expected = trained(30, "one.npz", shuffle=True)
    monkeypatch.setattr(Trainer, "every", 7)
    assert trained(30, "other.npz", shuffle=True) == expected


@pytest.mark.parametrize("shuffle", [False, True])
def test_more_epochs_go_on_where_fewer_ended(shuffle):
    expected = trained(50, shuffle=shuffle)
    trained(20, "part.npz", shuffle=shuffle)
    assert epochs_in("part.npz") == 20
    assert trained(50, "part.npz", shuffle=shuffle, resume=True) == expected


def test_without_resume_it_begins_anew():
    expected = trained(20)
    trained(30, "again.npz")
    assert trained(20, "again.npz") == expected


def test_shuffle_and_seed_matter():
    assert trained(5) != trained(5, shuffle=True)
    assert trained(5) != trained(5, seed=1)


def test_it_prints_epoch_iteration_and_error_every_hundredth_epoch(capsys):
    trained(250)
    lines = capsys.readouterr().out.splitlines()
    of = [line.partition(", squared error ")[0] for line in lines]
    assert of == [
        "epoch 100 of 250, iteration 300",
        "epoch 200 of 250, iteration 600",
        "epoch 250 of 250, iteration 750",
    ]
    errors = [float(line.rpartition(" ")[2]) for line in lines]
    assert errors == sorted(errors, reverse=True)


def test_what_it_prints_is_the_squared_error_of_the_epoch(capsys, monkeypatch):
    monkeypatch.setattr(Trainer, "every", 1)
    trainer = Trainer(Config(total_epochs=3))
    history = trainer.train()
    errors = [float(line.split()[-1]) for line in capsys.readouterr().out.splitlines()]
    assert errors == pytest.approx([2 * loss for loss in history.loss], rel=1e-3)


def test_test_returns_the_mean_squared_error_and_draws(tmp_path):
    trainer = Trainer(Config(total_epochs=3))
    trainer.train()
    x, y = lab.two_waves()
    expected = np.mean((trainer.model.predict(x) - y) ** 2)
    assert trainer.test() == pytest.approx(float(expected), rel=1e-6)
    assert (tmp_path / "result.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")


def test_the_first_step_by_hand():
    """Weights from [0, 1), biases of zero, the gradient of half the squared error."""
    trainer = Trainer(Config(total_epochs=1, batch_size=200, learning_rate=0.5))
    first, _, last = trainer.model.layers
    for layer in (first, last):
        assert 0 <= layer.weights.min() < 0.2
        assert 0.8 < layer.weights.max() < 1
        assert not layer.biases.any()
    x, y = (array.astype(np.float64) for array in lab.two_waves())
    np.testing.assert_allclose(y[25], 20, rtol=1e-6)
    assert (len(x), x[0, 0]) == (200, 0)
    np.testing.assert_allclose(x[-1], 1.99, rtol=1e-6)
    hidden = 1 / (1 + np.exp(-x @ first.weights))
    errors = hidden @ last.weights - y
    expected = -0.5 * errors.mean()
    trainer.train()
    np.testing.assert_allclose(last.biases, [[expected]], rtol=1e-4)


# -- what it is told

ALL = """
layers_dim = [1, 7, 3, 1]
batch_size = 50
total_epochs = 4
learning_rate = 0.5
shuffle = true
seed = 9
resume = true
result_img_path = "fit.png"
ckpt_path = "kept.npz"
"""
AS_FLAGS = (
    "--layers-dim 1 7 3 1 --batch-size 50 --total-epochs 4 --learning-rate 0.5 --shuffle "
    "--seed 9 --resume --result-img-path fit.png --ckpt-path kept.npz"
)
EXPECTED = Config((1, 7, 3, 1), 50, 4, 0.5, True, 9, True, "fit.png", "kept.npz")


def run(*arguments):
    """Run the command as a shell would; return its exit code and what it ends with."""
    try:
        lab.main([str(each) for each in arguments])
    except SystemExit as end:
        is_text = isinstance(end.code, str)
        return (1, end.code) if is_text else (end.code, "")
    return 0, ""


@pytest.fixture
def told(monkeypatch):
    """Return a list that gets the configuration of each training, which then ends."""
    configs = []

    def stop(config):
        configs.append(config)
        raise ValueError("stopped by the test")

    monkeypatch.setattr(lab, "Trainer", stop)
    return configs


def test_a_file_says_every_setting(tmp_path):
    (tmp_path / "config.toml").write_text(ALL)
    config = lab.read_config("config.toml")
    assert config == EXPECTED
    usual = asdict(Config())
    assert all(value != usual[name] for name, value in asdict(config).items())


def test_every_setting_is_a_flag(told):
    run(*AS_FLAGS.split())
    assert told == [EXPECTED]


def test_flags_override_the_file(tmp_path, told):
    (tmp_path / "config.toml").write_text(ALL)
    run("config.toml", "--no-shuffle", "--total-epochs", 12, "--layers-dim", 1, 2, 1)
    (config,) = told
    changed = {"shuffle": False, "total_epochs": 12, "layers_dim": (1, 2, 1)}
    assert asdict(config) == asdict(EXPECTED) | changed


def test_without_a_file_all_is_as_usual(told):
    run()
    assert told == [Config()]
    usual = (1, 25, 1), 90, 40_000, 0.03, False
    assert tuple(asdict(Config()).values())[:5] == usual


def test_a_configuration_stays_as_it_is():
    with pytest.raises(AttributeError, match="cannot assign"):
        Config().seed = 3


def test_the_file_trains_as_it_says(tmp_path):
    (tmp_path / "config.toml").write_text(ALL)
    assert run("config.toml") == (0, "")
    model = nn.Model.load("kept.npz", layers=[HalfSquaredError, PlannedSGD])
    shapes = [each.weights.shape for each in model.layers if isinstance(each, nn.Dense)]
    assert shapes == [(1, 7), (7, 3), (3, 1)]
    assert model.optimizer.steps_done == 4 * 4
    assert model.optimizer.learning_rate == 0.5
    names = {each.name for each in tmp_path.iterdir()}
    assert names == {"config.toml", "kept.npz", "fit.png"}


def test_help_lists_every_flag(capsys):
    assert run("--help") == (0, "")
    printed = capsys.readouterr().out
    for field in fields(Config):
        assert f"--{field.name.replace('_', '-')}" in printed
        assert str(field.default) in printed
    assert "[CONFIG.toml]" in printed


WRONG_FILES = [
    (
        "epochs = 3",
        r"config\.toml: there is no setting 'epochs', but layers_dim, batch",
    ),
    ("[trainer]\nseed = 1", "there is no setting 'trainer', but"),
    (
        'layers_dim = "1-25-1"',
        r"layers_dim is a list of sizes.*\[1, 25, 1\], got '1-25",
    ),
    ("layers_dim = 25", "layers_dim is a list of sizes.*, got 25"),
    ("layers_dim = [1]", r"layers_dim is a list of sizes.*, got \[1\]"),
    ("layers_dim = [1, 2.0, 1]", r"a size in layers_dim is a whole number.*got 2\.0"),
    (
        "layers_dim = [1, 0, 1]",
        "a size in layers_dim is a whole number from 1 on, got 0",
    ),
    ("layers_dim = [2, 9, 1]", r"begins and ends with 1.*got \[2, 9, 1\]"),
    ("layers_dim = [1, 9, 2]", r"begins and ends with 1.*got \[1, 9, 2\]"),
    ("batch_size = 2.5", r"batch_size is a whole number from 1 on, got 2\.5"),
    ("batch_size = true", "batch_size is a whole number from 1 on, got True"),
    ("batch_size = 0", "batch_size is a whole number from 1 on, got 0"),
    ('total_epochs = "many"', "total_epochs is a whole number from 1 on, got 'many'"),
    ("total_epochs = -1", "total_epochs is a whole number from 1 on, got -1"),
    ('learning_rate = "fast"', "learning_rate is a number, got 'fast'"),
    ("learning_rate = true", "learning_rate is a number, got True"),
    ("learning_rate = 0", "learning_rate is above 0 and finite, got 0"),
    ("learning_rate = nan", "learning_rate is above 0 and finite, got nan"),
    ("learning_rate = inf", "learning_rate is above 0 and finite, got inf"),
    ("shuffle = 1", "shuffle is true or false, got 1"),
    ("seed = 1.0", r"seed is a whole number from 0 on, got 1\.0"),
    ("seed = -1", "seed is a whole number from 0 on, got -1"),
    ('resume = "yes"', "resume is true or false, got 'yes'"),
    ("result_img_path = 1", "result_img_path is the name of a file, got 1"),
    ('result_img_path = ""', "result_img_path is the name of a file, got ''"),
    ("ckpt_path = [1]", r"ckpt_path is the name of a file, got \[1\]"),
    ('ckpt_path = "no/c.npz"', r"ckpt_path: there is no folder .*no; make it first"),
    ('result_img_path = "no/r.png"', "result_img_path: there is no folder .*no; make"),
    ("seed = \n", r"config\.toml is no TOML: .*line 1"),
    ("seed = 1\nseed = 2\n", r"config\.toml is no TOML: .*line 2"),
    (b"ckpt_path = '\xff'", r"config\.toml is no TOML: 'utf-8' codec can't decode"),
]


@pytest.mark.parametrize(
    ("text", "words"), WRONG_FILES, ids=lambda each: str(each)[:30]
)
def test_a_wrong_file_is_one_clear_line(tmp_path, capsys, text, words):
    content = text if isinstance(text, bytes) else text.encode()
    (tmp_path / "config.toml").write_bytes(content)
    code, said = run("config.toml")
    assert code == 1
    assert said.startswith("trainer: ")
    assert "\n" not in said
    with pytest.raises(ValueError, match=words):
        raise ValueError(said)
    assert capsys.readouterr() == ("", "")
    assert [each.name for each in tmp_path.iterdir()] == ["config.toml"]


def test_every_setting_has_a_wrong_value_above():
    named = {str(text).partition(" =")[0] for text, _ in WRONG_FILES}
    assert {field.name for field in fields(Config)} <= named


def test_a_file_that_cannot_be_read_is_one_clear_line(tmp_path):
    (tmp_path / "folder.toml").mkdir()
    missing = "trainer: missing.toml can't be read: No such file or directory."
    assert run("missing.toml") == (1, missing)
    code, said = run("folder.toml")
    assert code == 1
    assert said.startswith("trainer: folder.toml can't be read: ")
    assert [each.name for each in tmp_path.iterdir()] == ["folder.toml"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ("--seed x", "argument --seed: invalid int value: 'x'"),
        ("--learning-rate x", "argument --learning-rate: invalid float value: 'x'"),
        ("--layers-dim 1 x", "argument --layers-dim: invalid int value: 'x'"),
        ("--batch-size", "argument --batch-size: expected one argument"),
        ("--speed", "unrecognized arguments: --speed"),
        ("one.toml two.toml", "unrecognized arguments: two.toml"),
    ],
)
def test_a_wrong_flag_is_refused_in_words(tmp_path, capsys, arguments, words):
    assert run(*arguments.split()) == (2, "")
    assert words in capsys.readouterr().err
    assert not list(tmp_path.iterdir())


def test_a_real_process_says_it_in_one_line_without_a_traceback(tmp_path):
    (tmp_path / "config.toml").write_text("speed = 3\n")
    done = command("config.toml")
    assert (done.returncode, done.stdout) == (1, "")
    (line,) = done.stderr.splitlines()
    assert line.startswith("trainer: config.toml: there is no setting 'speed', but")


def command(*arguments):
    return subprocess.run(
        [sys.executable, "-m", "nnfs_lib.labs.trainer", *arguments],
        capture_output=True,
        text=True,
        env=ONE_THREAD,
    )


@pytest.mark.parametrize(
    "name",
    [
        "result.xyz",
        "result",
        "folder.png",
    ],
)
def test_where_no_picture_can_be_written_nothing_is_trained(tmp_path, name):
    (tmp_path / "folder.png").mkdir()
    code, said = run("--total-epochs", 2, "--result-img-path", name)
    assert code == 1
    assert "result_img_path" in said
    assert [each.name for each in tmp_path.iterdir()] == ["folder.png"]


@pytest.mark.parametrize("more", [[], ["--resume"]])
def test_where_no_checkpoint_can_be_written_nothing_is_trained(tmp_path, capsys, more):
    (tmp_path / "folder").mkdir()
    code, said = run("--total-epochs", 2, "--ckpt-path", "folder", *more)
    assert code == 1
    assert "ckpt_path" in said
    assert capsys.readouterr().out == ""


@pytest.mark.parametrize("name", ["one.png", "./one.png"])
def test_picture_and_checkpoint_are_two_files(name):
    names = ("--ckpt-path", "one.png", "--result-img-path", name)
    assert run("--total-epochs", 2, *names)[0] == 1


@pytest.mark.parametrize(
    "text", [f"layers_dim = [1, {10**14}, 1]", "a = " + "[" * 5000]
)
def test_what_is_too_large_is_one_clear_line(tmp_path, text):
    (tmp_path / "config.toml").write_text(text)
    code, said = run("config.toml")
    assert code == 1
    assert said.startswith("trainer: ")


@pytest.mark.parametrize("kind", [OSError, KeyboardInterrupt])
def test_a_picture_that_fails_is_one_clear_line(monkeypatch, kind):
    def fails(*arguments):
        raise kind("no space left")

    monkeypatch.setattr(lab, "draw_fit", fails)
    try:
        code, said = run("--total-epochs", 2)
    except KeyboardInterrupt:
        pytest.fail("a traceback")
    assert code == 1
    assert said
    assert "\n" not in said
    assert epochs_in("checkpoint.npz") == 2


# -- stopped and taken up again


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"layers_dim": (1, 9, 1)},
            r"with layers_dim \(1, 25, 1\), .* says \(1, 9, 1\)",
        ),
        (
            {"layers_dim": (1, 25, 25, 1)},
            r"with layers_dim \(1, 25, 1\), .* 25, 25, 1\)",
        ),
        ({"learning_rate": 0.1}, r"learning_rate 0\.03, the configuration says 0\.1"),
        ({"batch_size": 50}, "batch_size"),
    ],
)
def test_what_belongs_to_another_training_is_refused(options, words):
    before = trained(10, "kept.npz")
    with pytest.raises(ValueError, match=rf"kept\.npz was trained .*{words}"):
        Trainer(Config(ckpt_path="kept.npz", resume=True, **options))
    assert Path("kept.npz").read_bytes() == before


@pytest.mark.parametrize(
    "options", [{"batch_size": 80}, {"batch_size": 50}, {"shuffle": True}, {"seed": 1}]
)
def test_a_training_that_is_told_something_else_is_refused(options):
    trained(20, "kept.npz")  # 60 steps: 20 epochs of 3 batches, or 15 of 4
    (name,) = options
    with pytest.raises(ValueError, match=rf"was trained with .*{name}"):
        Trainer(Config(ckpt_path="kept.npz", resume=True, **options))


def test_a_file_that_is_no_checkpoint_is_refused(tmp_path):
    Path("checkpoint.npz").write_bytes(b"no checkpoint")
    code, said = run("--resume")
    assert code == 1
    assert said.startswith("trainer: checkpoint.npz can't be loaded")
    assert Path("checkpoint.npz").read_bytes() == b"no checkpoint"


def test_a_network_without_its_training_is_refused():
    Trainer(Config()).model.save("checkpoint.npz")
    assert run("--resume") == (
        1,
        "trainer: checkpoint.npz holds a network, but no training to go on with.",
    )


def test_a_training_that_is_done_says_so(capsys):
    before = trained(10, "checkpoint.npz")
    capsys.readouterr()
    for epochs in (10, 7):
        assert run("--resume", "--total-epochs", epochs) == (0, "")
        where, first, second = capsys.readouterr().out.splitlines()
        assert where == "checkpoint.npz goes on after epoch 10"
        assert first == "checkpoint.npz: all 10 epochs are done."
        assert second.startswith("squared error on all points: ")
    assert Path("checkpoint.npz").read_bytes() == before


def test_a_checkpoint_that_is_missing_or_in_the_way_is_named(capsys):
    run("--resume", "--total-epochs", 1)
    assert "checkpoint.npz is not there: begins at epoch 0" in capsys.readouterr().out
    run("--total-epochs", 1)
    said = capsys.readouterr().out
    assert "checkpoint.npz is there, and will be replaced: see resume." in said


def test_an_interrupt_before_the_first_checkpoint_says_so(monkeypatch):
    trained(300, "checkpoint.npz")
    interrupt(monkeypatch, 5)
    code, said = run("--total-epochs", 300)
    assert code == 1
    old = "the old one is still there"
    assert said == f"Interrupted before the first checkpoint: {old}."
    Path("checkpoint.npz").unlink()
    interrupt(monkeypatch, 5)
    assert run("--total-epochs", 300)[1].endswith("checkpoint: --resume begins at 0.")


def interrupt(monkeypatch, batch):
    """Let a keyboard interrupt arrive when so many batches were taken."""
    take, batches = ArrayDataset.take, []

    def interrupted(self, indices):
        batches.append(indices)
        if len(batches) == batch:
            raise KeyboardInterrupt
        return take(self, indices)

    monkeypatch.setattr(ArrayDataset, "take", interrupted)


@pytest.mark.parametrize("batch", [1, 29, 31, 32, 60])
def test_after_a_keyboard_interrupt_it_goes_on_bit_for_bit(monkeypatch, batch):
    monkeypatch.setattr(Trainer, "every", 10)
    expected = trained(30, shuffle=True)
    interrupt(monkeypatch, batch)
    options = ("--total-epochs", 30, "--shuffle", "--resume")
    code, said = run(*options)
    assert code == 1
    assert said.startswith("Interrupted")
    assert "--resume" in said
    assert "\n" not in said
    assert run(*options) == (0, "")
    assert Path("checkpoint.npz").read_bytes() == expected


@pytest.mark.parametrize("batch", [5, 31, 32])
def test_a_trainer_that_was_interrupted_goes_on_itself(monkeypatch, batch):
    monkeypatch.setattr(Trainer, "every", 10)
    expected = trained(30, shuffle=True)
    interrupt(monkeypatch, batch)
    trainer = Trainer(Config(total_epochs=30, shuffle=True))
    assert trainer.train().interrupted
    trainer.train()
    assert Path("checkpoint.npz").read_bytes() == expected


def test_an_interrupt_says_from_where_it_goes_on(monkeypatch):
    monkeypatch.setattr(Trainer, "every", 10)
    interrupt(monkeypatch, 80)  # in epoch 27
    _, said = run("--total-epochs", 30)
    assert "20" in said


@needs_sigkill
def test_control_c_ends_a_real_process_in_a_sentence(tmp_path):
    path = tmp_path / "checkpoint.npz"
    arguments = ["-u", "-m", "nnfs_lib.labs.trainer", "--shuffle"]
    with subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=ONE_THREAD,
        # A shell's background jobs are born deaf to it, and so are their children.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    ) as process:
        assert process.stdout.readline().startswith(
            "epoch 100 of 40000, iteration 300,"
        )
        process.send_signal(signal.SIGINT)
        _, said = process.communicate(timeout=30)
    assert process.returncode == 1
    (line,) = said.splitlines()
    assert line.startswith("Interrupted")
    assert "--resume" in line
    epochs = epochs_in(path)
    assert epochs % 100 == 0
    expected = trained(int(epochs) + 20, shuffle=True)
    assert trained(int(epochs) + 20, path, shuffle=True, resume=True) == expected


def test_a_loss_that_is_no_number_ends_in_words():
    with np.errstate(all="ignore"):
        code, said = run("--learning-rate", 1e6, "--total-epochs", 50)
    assert code == 1
    assert "is NaN: try a smaller learning rate" in said
    assert not Path("checkpoint.npz").exists()


# -- what it can do without


@pytest.fixture
def without(monkeypatch):
    """Return what hides a package, with all that is in it, as if it were not installed."""

    def hide(name):
        for known in [*sys.modules]:
            if known.partition(".")[0] == name:
                monkeypatch.delitem(sys.modules, known)
        monkeypatch.setitem(sys.modules, name, None)

    return hide


def test_without_matplotlib_it_trains_and_says_what_is_missing(without, capsys):
    without("matplotlib")
    assert run("--total-epochs", 3) == (0, "")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("epoch 3 of 3, iteration 9,")
    missing = "No result.png: matplotlib is missing, `pip install matplotlib`."
    assert missing in lines
    assert lines[-1].startswith("squared error on all points: ")
    assert epochs_in("checkpoint.npz") == 3
    assert not Path("result.png").exists()


def test_without_tqdm_it_trains_and_prints_the_same_lines(without, capsys):
    with_bar = trained(200)
    expected = capsys.readouterr().out
    without("tqdm")
    assert trained(200, "other.npz") == with_bar
    printed = capsys.readouterr().out
    assert printed == expected
    assert printed.count("\n") == 2


def test_the_demo_is_one_command(tmp_path):
    done = command("--total-epochs", "100")
    assert (done.returncode, done.stderr) == (0, "")
    first, second = done.stdout.splitlines()
    assert first.startswith("epoch 100 of 100, iteration 300, squared error ")
    assert second.startswith("squared error on all points: ")
    assert {each.name for each in tmp_path.iterdir()} == {
        "result.png",
        "checkpoint.npz",
    }
    assert (tmp_path / "result.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n")
