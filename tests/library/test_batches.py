"""Batches: their sizes, their order, and what is copied."""

import tracemalloc

import numpy as np
import pytest


def test_the_last_may_be_short(nn):
    X, y = np.arange(10).reshape(5, 2), np.arange(5)
    parts = list(nn.batches(X, y, 2))
    assert [part.tolist() for part, _ in parts] == [
        [[0, 1], [2, 3]],
        [[4, 5], [6, 7]],
        [[8, 9]],
    ]
    assert [part.tolist() for _, part in parts] == [[0, 1], [2, 3], [4]]


@pytest.mark.parametrize(
    ("batch_size", "sizes"),
    [
        (None, [7]),
        (7, [7]),
        (100, [7]),
        (1, [1] * 7),
        (3, [3, 3, 1]),
        (np.int64(4), [4, 3]),
    ],
)
@pytest.mark.parametrize("rng", [None, 0])
def test_sizes(nn, batch_size, sizes, rng):
    X = np.arange(7)
    assert [len(part) for part, _ in nn.batches(X, X, batch_size, rng)] == sizes


def test_shuffled_batches_are_the_same_samples(nn):
    X, y = np.arange(100).reshape(50, 2), np.arange(50)
    parts = list(nn.batches(X, y, 8, rng=0))
    order = np.concatenate([part for _, part in parts])
    assert sorted(order) == list(range(50))
    assert order.tolist() != list(range(50))
    for inputs, targets in parts:
        assert inputs.tolist() == [[2 * t, 2 * t + 1] for t in targets]


def order_of(nn, rng):
    y = np.arange(50)
    return np.concatenate([part for _, part in nn.batches(y, y, 8, rng)]).tolist()


def test_seeds_and_generators(nn):
    assert order_of(nn, 3) == order_of(nn, 3) == order_of(nn, np.random.default_rng(3))
    assert order_of(nn, 3) != order_of(nn, 4)
    rng = np.random.default_rng(3)
    assert order_of(nn, rng) != order_of(nn, rng)


def test_views_where_nothing_is_shuffled(nn):
    X, y = np.zeros((6, 2)), np.zeros(6)
    for inputs, targets in nn.batches(X, y, 4):
        assert np.shares_memory(inputs, X)
        assert np.shares_memory(targets, y)


def test_copies_where_it_is_shuffled(nn):
    X, y = np.zeros((6, 2)), np.zeros(6)
    for inputs, targets in nn.batches(X, y, 4, rng=0):
        inputs += 1
        targets += 1
    assert not X.any()
    assert not y.any()


def test_no_copy_of_the_whole_set(nn):
    X, y = np.zeros((2_000, 1_000), np.float32), np.zeros(2_000, int)
    tracemalloc.start()
    for inputs, _ in nn.batches(X, y, 100, rng=0):
        assert inputs.shape == (100, 1_000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < X.nbytes / 6  # two batches are a tenth


@pytest.mark.parametrize("dtype", [np.uint8, np.float32, np.float64])
def test_types_stay(nn, dtype):
    X, y = np.zeros((6, 2, 2), dtype), np.zeros(6, dtype)
    for inputs, targets in nn.batches(X, y, 4, rng=0):
        assert inputs.dtype == targets.dtype == dtype
        assert inputs.shape[1:] == (2, 2)


@pytest.mark.parametrize(
    ("X", "y", "message"),
    [
        (
            np.zeros((4, 2)),
            np.zeros(3),
            r"^X and y need one length, a target for each sample, got shapes \(4, 2\) and \(3,\)\.$",
        ),
        (
            np.float32(1),
            np.float32(1),
            r"need one length.* got shapes \(\) and \(\)\.$",
        ),
        (
            np.zeros((0, 2)),
            np.zeros(0),
            r"^X and y need at least one sample, got none\.$",
        ),
    ],
)
def test_what_does_not_belong_together(nn, X, y, message):
    with pytest.raises(ValueError, match=message):
        nn.batches(X, y, 2)


@pytest.mark.parametrize("wrong", [0, -1, 2.0, "all"])
def test_wrong_sizes(nn, wrong):
    message = rf"^batch_size is a whole number from 1 on, got {wrong!r}\.$"
    with pytest.raises(ValueError, match=message):
        nn.batches(np.zeros(4), np.zeros(4), wrong)


@pytest.mark.parametrize("order", ["F", "columns", "backwards"])
def test_no_copy_of_a_set_in_another_order(nn, order):
    whole = np.zeros((2_000, 1_100), np.float32)
    X = {"F": np.asfortranarray(whole), "columns": whole[:, :1_000]}.get(
        order, whole[::-1]
    )
    y = np.arange(2_000)[::-1]
    tracemalloc.start()
    seen = [targets for _, targets in nn.batches(X, y, 100, rng=0)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < X.nbytes / 6
    assert sorted(np.concatenate(seen)) == list(range(2_000))


@pytest.mark.parametrize("kind", [np.int8, np.uint8, np.uint16, np.int64, np.uint64])
def test_sizes_of_numpys_own_types(nn, kind):
    A = np.arange(70_000).reshape(-1, 1)
    parts = [len(inputs) for inputs, _ in nn.batches(A, A, kind(100))]
    assert parts == [100] * 700
    model = nn.Model([nn.Dense(1, 1, rng=0)])
    model.set(loss=nn.MeanSquaredError(), optimizer=nn.SGD(1e-9))
    X = np.zeros((300, 1), np.float32)
    model.train(X, X, epochs=kind(2), batch_size=kind(100), print_every=kind(0))
    assert model.optimizer.steps_done == 6


@pytest.mark.parametrize("X", [[["1", "2"]], [[1 + 2j]], [[None]], None])
def test_inputs_that_are_no_numbers(nn, X):
    with pytest.raises(
        ValueError, match=r"^The network expected X of real numbers, got .+: "
    ):
        nn.batches(np.array(X), np.zeros(1), 1)
