"""Optimizers: first steps by hand, memories that travel to the bit, and what they refuse."""

import inspect
import math
import re

import numpy as np
import pytest

# name, its settings, gradients of a parameter that starts at 1, and where it stands after each
STEPS = [
    ("SGD", {}, [2.0, -1.0], [-1.0, 0.0]),
    ("SGD", {"learning_rate": 0.5, "decay": 1.0}, [2.0, -1.0], [0.0, 0.25]),
    # velocity -1, then -0.5 - 0.25 * 2 = -1.0
    (
        "SGD",
        {"learning_rate": 0.5, "decay": 1.0, "momentum": 0.5},
        [2.0, 2.0],
        [0.0, -1.0],
    ),
    # squares 9, then 25
    ("Adagrad", {"epsilon": 1e-30}, [3.0, 4.0], [0.0, -0.8]),
    ("Adagrad", {"epsilon": 1.0}, [3.0, 4.0], [0.25, 0.25 - 4 / 6]),
    ("Adagrad", {"decay": 1.0, "epsilon": 1e-30}, [3.0, 4.0], [0.0, -0.4]),
    # squares 9, then 4.5 + 8 = 12.5
    (
        "RMSprop",
        {"learning_rate": 1.0, "epsilon": 1e-30, "rho": 0.5},
        [math.sqrt(18), 4.0],
        [1 - math.sqrt(2), 1 - math.sqrt(2) - 4 / math.sqrt(12.5)],
    ),
    ("RMSprop", {"learning_rate": 1.0, "epsilon": 1.0, "rho": 0.75}, [2.0], [0.0]),
    (
        "RMSprop",
        {"learning_rate": 1.0, "decay": 3.0, "epsilon": 1e-30, "rho": 0.75},
        [2.0, 0.0, 2.0],
        # squares 1, 0.75, 0.5625 + 1; rates 1, 1/4, 1/7
        [-1.0, -1.0, -1.0 - 2 / 7 / 1.25],
    ),
    # mean 2, square 4, both corrected; then mean (1 + 0) / 0.75, square (3 + 0) / 0.4375
    (
        "Adam",
        {"learning_rate": 1.0, "epsilon": 1e-30, "beta_1": 0.5, "beta_2": 0.75},
        [2.0, 0.0],
        [0.0, -(0.5 / 0.75) / math.sqrt(0.75 / 0.4375)],
    ),
    # The epsilon stands outside the root, beside the corrected square.
    ("Adam", {"learning_rate": 1.0, "epsilon": 2.0}, [2.0], [0.5]),
    (
        "Adam",
        {"learning_rate": 1.0, "decay": 1.0, "epsilon": 1e-30},
        [2.0, 2.0, 2.0],
        [0, -0.5, -5 / 6],
    ),
]
OPTIMIZERS = ["SGD", "SGD with momentum", "Adagrad", "RMSprop", "Adam"]
MEMORIES = {
    "SGD": [],
    "SGD with momentum": ["velocity"],
    "Adagrad": ["sums"],
    "RMSprop": ["squares"],
    "Adam": ["means", "squares"],
}
every_optimizer = pytest.mark.parametrize("name", OPTIMIZERS)


def make(nn, name, rate=0.1, **settings):
    if name == "SGD with momentum":
        return nn.SGD(rate, momentum=0.9, **settings)
    return getattr(nn, name)(rate, **settings)


def walk(optimizer, arrays, rng, steps=5):
    """Take steps along random gradients."""
    for _ in range(steps):
        optimizer.step(
            [
                (array, rng.standard_normal(array.shape).astype(array.dtype))
                for array in arrays
            ]
        )


def start(dtype=np.float32):
    return [np.ones((2, 3), dtype), np.zeros((1, 3), dtype)]


def state_bytes(optimizer):
    """Return an optimizer's state, each vector as its type and bytes."""
    return {
        name: (value.dtype, value.tobytes()) if name != "steps_done" else value
        for name, value in optimizer.get_state().items()
    }


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("name", "settings", "gradients", "expected"), STEPS)
def test_first_steps_by_hand(nn, name, settings, gradients, expected, dtype):
    optimizer = getattr(nn, name)(**settings)
    array = np.ones((1, 2), dtype)
    for number, there in zip(gradients, expected, strict=True):
        optimizer.step([(array, np.full((1, 2), number, dtype))])
        np.testing.assert_allclose(array, np.full((1, 2), there), atol=2e-6)
    assert optimizer.steps_done == len(gradients)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("SGD", {"learning_rate": 1.0, "momentum": 0.0}),
        ("Adagrad", {"learning_rate": 1.0, "epsilon": 1e-7}),
        ("RMSprop", {"learning_rate": 0.001, "epsilon": 1e-7, "rho": 0.9}),
        (
            "Adam",
            {
                "learning_rate": 0.001,
                "epsilon": 1e-7,
                "beta_1": 0.9,
                "beta_2": 0.999,
            },
        ),
    ],
)
def test_defaults(nn, name, expected):
    expected = {**expected, "decay": 0.0}
    parameters = inspect.signature(getattr(nn, name)).parameters
    assert {what: p.default for what, p in parameters.items()} == expected
    optimizer = getattr(nn, name)()
    assert {what: getattr(optimizer, what) for what in expected} == expected


def test_the_rate_decays_with_the_steps_done(nn):
    optimizer = nn.SGD(np.float64(0.5), decay=0.25)
    rates, array = [], np.zeros(1)
    for _ in range(3):
        rates.append(optimizer.current_learning_rate)
        optimizer.step([(array, np.zeros(1))])
    assert rates == [0.5, 0.4, 0.5 / 1.5]
    assert optimizer.learning_rate == 0.5


class TestSchedules:
    def test_the_step_is_asked_for_its_rate(self, nn):
        optimizer = nn.SGD(lambda step: [1.0, 0.5, 0.0][step], decay=1.0)
        array = np.zeros(1)
        places = []
        for _ in range(3):
            optimizer.step([(array, np.full(1, 8.0))])
            places.append(float(array[0]))
        # 8, then half of it by half, then nothing
        assert places == [-8.0, -10.0, -10.0]

    @every_optimizer
    def test_a_schedule_that_stays_is_a_rate(self, nn, name):
        found = []
        for rate in (0.1, lambda step: np.float64(0.1)):
            arrays = start()
            walk(make(nn, name, rate), arrays, np.random.default_rng(0))
            found.append([array.tobytes() for array in arrays])
            assert all(array.dtype == np.float32 for array in arrays)
        assert found[0] == found[1]

    @pytest.mark.parametrize("rate", [-0.1, math.nan, math.inf, "0.1", None])
    def test_what_is_no_rate(self, nn, rate):
        optimizer, array = nn.Adam(lambda step: rate), np.ones(1)
        with pytest.raises(ValueError, match=r"^Adam needs a .*learning_rate"):
            optimizer.step([(array, np.ones(1))])
        assert (array[0], optimizer.steps_done) == (1.0, 0)

    def test_a_class_that_was_not_called(self, nn):
        with pytest.raises(ValueError, match=r"^Adam needs a number for learning_rate"):
            nn.Adam(dict)


@every_optimizer
class TestEvery:
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_changes_arrays_in_place_and_gradients_not(self, nn, name, dtype):
        optimizer, arrays = make(nn, name), start(dtype)
        gradients = [
            np.full((2, 3), 0.5, dtype),
            np.arange(-1, 2, dtype=dtype)[np.newaxis],
        ]
        kept = [gradient.copy() for gradient in gradients]
        pairs = list(zip(arrays, gradients, strict=True))
        before = [array.copy() for array in arrays]
        for _ in range(3):
            optimizer.step(pairs)
        for array, gradient, old, same in zip(
            arrays, gradients, before, kept, strict=True
        ):
            np.testing.assert_array_equal(gradient, same)
            np.testing.assert_array_equal(np.sign(old - array), np.sign(gradient))
            assert array.dtype == dtype

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_remembers_in_the_parameters_type(self, nn, name, dtype):
        optimizer = make(nn, name)
        walk(optimizer, start(dtype), np.random.default_rng(0), steps=2)
        state = optimizer.get_state()
        assert state.pop("steps_done") == 2
        assert list(state) == MEMORIES[name]
        for memory in state.values():
            assert memory.dtype == dtype
            assert memory.shape == (9,)

    def test_arrays_together_go_where_each_goes_alone(self, nn, name):
        together, rng = make(nn, name), np.random.default_rng(0)
        arrays, copies = start(np.float64), start(np.float64)
        alone = [make(nn, name) for _ in copies]
        for _ in range(4):
            gradients = [rng.standard_normal(array.shape) for array in arrays]
            together.step(zip(arrays, gradients, strict=True))
            for optimizer, array, gradient in zip(
                alone, copies, gradients, strict=True
            ):
                optimizer.step([(array, gradient)])
        for array, copy in zip(arrays, copies, strict=True):
            np.testing.assert_allclose(array, copy, rtol=1e-14)

    def test_any_layout_of_memory(self, nn, name):
        gradient = np.arange(-2.0, 4.0).reshape(2, 3)
        plain, by_columns, every_other = (
            np.ones((2, 3)),
            np.ones((2, 3), order="F"),
            np.ones((4, 6))[::2, ::2],
        )
        make(nn, name).step([(plain, gradient)])
        for array, order in ((by_columns, "C"), (every_other, "F")):
            make(nn, name).step([(array, np.array(gradient, order=order))])
            np.testing.assert_array_equal(array, plain)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_a_parameter_without_any_slope_stays(self, nn, name, dtype):
        optimizer, array = make(nn, name), np.array([1, 2], dtype)
        with np.errstate(all="raise"):
            for _ in range(200):
                optimizer.step([(array, np.array([0, 1], dtype))])
        assert array[0] == 1
        assert array[1] < 1.5

    @pytest.mark.parametrize("steps", [0, 3])
    def test_resumes_to_the_bit(self, nn, name, steps):
        first, arrays = make(nn, name, decay=0.1), start()
        walk(first, arrays, np.random.default_rng(0), steps)
        second, copies = make(nn, name, decay=0.1), [a.copy() for a in arrays]
        second.set_state(first.get_state())
        assert state_bytes(second) == state_bytes(first)
        for optimizer, these in ((first, arrays), (second, copies)):
            walk(optimizer, these, np.random.default_rng(1), steps=4)
        assert [a.tobytes() for a in copies] == [a.tobytes() for a in arrays]
        assert state_bytes(second) == state_bytes(first)

    def test_goes_back_to_an_earlier_state(self, nn, name):
        optimizer, arrays = make(nn, name), start()
        walk(optimizer, arrays, np.random.default_rng(0))
        state, earlier = optimizer.get_state(), [a.copy() for a in arrays]
        walk(optimizer, arrays, np.random.default_rng(1))
        optimizer.set_state(state)
        walk(optimizer, earlier, np.random.default_rng(1))
        assert [a.tobytes() for a in earlier] == [a.tobytes() for a in arrays]

    def test_a_state_is_nobody_elses(self, nn, name):
        optimizer = make(nn, name)
        walk(optimizer, start(), np.random.default_rng(0))
        state, kept = optimizer.get_state(), state_bytes(optimizer)
        for memory in MEMORIES[name]:
            state[memory][:] = 99  # what was handed out
        assert state_bytes(optimizer) == kept
        second = make(nn, name)
        second.set_state(state)
        taken = state_bytes(second)
        for memory in MEMORIES[name]:
            state[memory][:] = -1  # what was handed in
        assert state_bytes(second) == taken
        walk(second, start(), np.random.default_rng(0))
        for memory in MEMORIES[name]:
            assert (state[memory] == -1).all()

    def test_another_networks_gradients(self, nn, name):
        optimizer = make(nn, name)
        arrays = start()
        walk(optimizer, arrays, np.random.default_rng(0), steps=2)
        kept, other = state_bytes(optimizer), np.ones((4, 3))
        message = (
            rf"^{type(optimizer).__name__} has moved other arrays so far: every "
            r"network needs its own optimizer\.$"
        )
        with pytest.raises(ValueError, match=message):
            optimizer.step([(other, other.copy())])
        assert (other == 1).all()
        assert state_bytes(optimizer) == kept
        with pytest.raises(ValueError, match=message):  # also of the same size
            walk(optimizer, start(), np.random.default_rng(0), steps=1)
        walk(optimizer, arrays, np.random.default_rng(0), steps=1)

    def test_another_networks_state(self, nn, name):
        first, second = make(nn, name), make(nn, name)
        walk(first, start(), np.random.default_rng(0))
        second.set_state(first.get_state())
        other = np.ones((4, 3))
        if not MEMORIES[name]:  # nothing remembered, nothing to contradict
            second.step([(other, other.copy())])
            return
        with pytest.raises(ValueError, match="has moved 9 numbers so far, got 12: "):
            second.step([(other, other.copy())])
        assert (other == 1).all()
        assert state_bytes(second) == state_bytes(first)

    def test_takes_over_from_another_network_with_its_state(self, nn, name):
        first, second = make(nn, name), make(nn, name)
        arrays, other = start(), [np.ones((4, 3), np.float32)]
        walk(first, arrays, np.random.default_rng(0))
        walk(second, other, np.random.default_rng(0))
        second.set_state(first.get_state())
        copies = [array.copy() for array in arrays]
        walk(first, arrays, np.random.default_rng(1))
        walk(second, copies, np.random.default_rng(1))
        assert [a.tobytes() for a in copies] == [a.tobytes() for a in arrays]

    def test_parameters_that_do_not_fit(self, nn, name):
        optimizer = make(nn, name)
        owner, first = type(optimizer).__name__, np.ones((1, 2))
        for pairs, message in (
            ([], "got no parameters: hand it (array, gradient) pairs."),
            (
                [(first, first), (np.ones((3, 2)), np.ones((1, 2)))],
                ": parameter 1 of shape (3, 2) has a gradient of (1, 2).",
            ),
            (
                [(first, first), (np.ones((3, 2)), np.ones((2, 3)))],
                ": parameter 1 of shape (3, 2) has a gradient of (2, 3).",
            ),
            (
                [(first, first), (np.ones(2, np.int64), np.ones(2))],
                "moves floats, got int64 with a gradient of float64: use .astype(float).",
            ),
        ):
            with pytest.raises(ValueError, match=f"^{owner}.*{re.escape(message)}$"):
                optimizer.step(pairs)
            assert (first == 1).all()
            assert optimizer.get_state() == {"steps_done": 0}

    def test_takes_pairs_from_a_generator(self, nn, name):
        optimizer, array = make(nn, name), np.ones(2)
        optimizer.step((each, np.ones(2)) for each in [array])
        assert (array < 1).all()


def test_each_parameter_has_its_own_memory(nn):
    optimizer = nn.SGD(1.0, momentum=0.5)
    first, second = np.zeros((1, 2)), np.zeros((2, 1))
    gradients = np.array([[1.0, 2.0]]), np.array([[-1.0], [0.0]])
    for _ in range(2):
        optimizer.step(zip((first, second), gradients, strict=True))
    # velocity 1 times the gradient, then 1.5 times
    assert first.tolist() == [[-2.5, -5]]
    assert second.tolist() == [[2.5], [0]]


STATES = [
    ({}, "expected steps_done, 0 or more, got None."),
    ({"steps_done": -1}, "expected steps_done, 0 or more, got -1."),
    ({"steps_done": 1.0}, "expected steps_done, 0 or more, got 1.0."),
    (
        {"steps_done": 2},
        "remembers means, squares beside steps_done, got nothing.",
    ),
    (
        {"steps_done": 2, "means": np.ones(3), "velocity": np.ones(3)},
        "remembers means, squares beside steps_done, got means, velocity.",
    ),
    (
        {"steps_done": 0, "means": np.ones(3)},
        "remembers means, squares beside steps_done, got means.",
    ),
    (
        {"steps_done": 2, "means": np.ones(3), "squares": np.ones(3, np.int64)},
        "remembers vectors of floats of one size, got int64 of shape (3,).",
    ),
    (
        {"steps_done": 2, "means": np.ones(3), "squares": np.ones((3, 1))},
        "remembers vectors of floats of one size, got float64 of shape (3, 1).",
    ),
    (
        {"steps_done": 2, "means": np.ones(3), "squares": np.ones(4)},
        "remembers vectors of floats of one size, got float64 of shape (",
    ),
]


@pytest.mark.parametrize(("state", "message"), STATES)
def test_a_state_that_is_none_changes_nothing(nn, state, message):
    optimizer, arrays = nn.Adam(0.1), start()
    walk(optimizer, arrays, np.random.default_rng(0), steps=2)
    kept = state_bytes(optimizer)
    with pytest.raises(ValueError, match=f"^Adam .*{re.escape(message)}"):
        optimizer.set_state(state)
    assert state_bytes(optimizer) == kept
    walk(optimizer, arrays, np.random.default_rng(1), steps=1)
    assert optimizer.steps_done == 3


def test_another_optimizers_state(nn):
    pushed, plain = nn.SGD(0.1, momentum=0.9), nn.SGD(0.1)
    walk(pushed, start(), np.random.default_rng(0))
    message = "SGD remembers nothing beside steps_done, got velocity"
    with pytest.raises(ValueError, match=message):
        plain.set_state(pushed.get_state())
    assert plain.get_state() == {"steps_done": 0}


ADAPTIVE = ["Adagrad", "RMSprop", "Adam"]
ABOVE_ZERO = [0, -1.0, math.nan, math.inf]
SHARES = [
    ("SGD", "momentum"),
    ("RMSprop", "rho"),
    ("Adam", "beta_1"),
    ("Adam", "beta_2"),
]


class TestSettings:
    @pytest.mark.parametrize("value", ABOVE_ZERO)
    @pytest.mark.parametrize("name", ["SGD", *ADAPTIVE])
    def test_learning_rate(self, nn, name, value):
        message = rf"^{name} needs a learning_rate > 0, got {value}\.$"
        with pytest.raises(ValueError, match=message):
            getattr(nn, name)(value)

    @pytest.mark.parametrize("value", [-1, math.nan, math.inf])
    @pytest.mark.parametrize("name", ["SGD", *ADAPTIVE])
    def test_decay(self, nn, name, value):
        message = rf"^{name} needs a decay >= 0, got {value}\.$"
        with pytest.raises(ValueError, match=message):
            getattr(nn, name)(0.1, decay=value)

    @pytest.mark.parametrize("value", ABOVE_ZERO)
    @pytest.mark.parametrize("name", ADAPTIVE)
    def test_epsilon(self, nn, name, value):
        message = rf"^{name} needs an epsilon > 0, got {value}: it keeps a division"
        with pytest.raises(ValueError, match=message):
            getattr(nn, name)(epsilon=value)

    @pytest.mark.parametrize("value", [-0.1, 1, 1.5, math.nan])
    @pytest.mark.parametrize(("name", "share"), SHARES)
    def test_shares(self, nn, name, share, value):
        message = rf"^{name} needs a {share} from 0 to below 1, got {value}\.$"
        with pytest.raises(ValueError, match=message):
            getattr(nn, name)(**{share: value})

    @pytest.mark.parametrize(("name", "share"), SHARES)
    def test_a_share_of_nothing_is_one(self, nn, name, share):
        array = np.ones(1)
        getattr(nn, name)(0.5, **{share: 0}).step([(array, np.ones(1))])
        np.testing.assert_allclose(array, 0.5, rtol=1e-6)

    @pytest.mark.parametrize("name", ["SGD", *ADAPTIVE])
    def test_numbers_of_numpys_own_type_keep_single_precision(self, nn, name):
        optimizer = getattr(nn, name)(np.float64(0.1), decay=np.float64(0.5))
        array = np.ones(3, np.float32)
        for _ in range(2):
            optimizer.step([(array, np.ones(3, np.float32))])
        assert array.dtype == np.float32
        values = [getattr(optimizer, what) for what in ("learning_rate", "decay")]
        assert {type(value) for value in values} == {float}


def test_no_update(nn):
    message = r"^Optimizer has no update: define update\(self, gradient, change\)\.$"
    array = np.ones(1)
    with pytest.raises(NotImplementedError, match=message):
        nn.Optimizer(0.1).step([(array, np.ones(1))])
    assert array == 1


def test_an_optimizer_of_your_own(nn):
    class Sign(nn.Optimizer):
        memories = ("seen",)

        def update(self, gradient, change):
            self.memory["seen"] += gradient
            np.multiply(np.sign(gradient), self.current_learning_rate, out=change)

    optimizer, array = Sign(0.25), np.array([1.0, 1.0])
    for _ in range(2):
        optimizer.step([(array, np.array([3.0, -7.0]))])
    assert array.tolist() == [0.5, 1.5]
    state = optimizer.get_state()
    assert state.pop("seen").tolist() == [6, -14]
    assert state == {"steps_done": 2}


def network(nn):
    """Return layers 2-4-3 that went forward and backward over 15 points."""
    layers = [nn.Dense(2, 4, rng=0), nn.Sigmoid(), nn.Dense(4, 3, rng=1)]
    return layers, train(nn, layers)


def train(nn, layers):
    """Return every array of one pass over 15 points, the gradients of the layers too."""
    values = [nn.spiral_data(5, 3, rng=0)[0]]
    for layer in layers:
        values.append(layer.forward(values[-1]))
    loss = nn.SoftmaxCategoricalCrossentropy()
    values.append(loss.value_and_gradient(values[-1], np.repeat([0, 1, 2], 5))[1])
    for layer in reversed(layers):
        values.append(layer.backward(values[-1]))
    return values


class TestParametersOf:
    def test_every_array_with_its_gradient_in_order(self, nn):
        layers, _ = network(nn)
        first, _, second = layers
        expected = [
            (first.weights, first.dweights),
            (first.biases, first.dbiases),
            (second.weights, second.dweights),
            (second.biases, second.dbiases),
        ]
        for (array, gradient), (same_array, same_gradient) in zip(
            nn.parameters_of(layers), expected, strict=True
        ):
            assert array is same_array
            assert gradient is same_gradient

    def test_layers_without_parameters_have_none(self, nn):
        assert nn.parameters_of([nn.ReLU(), nn.Softmax()]) == []

    def test_before_backward(self, nn):
        layers, _ = network(nn)
        with pytest.raises(
            RuntimeError, match=r"^Dense has no dweights yet: run backward first\.$"
        ):
            nn.parameters_of([*layers, nn.Dense(3, 1)])


@every_optimizer
def test_a_network_stays_in_single_precision_and_learns(nn, name):
    layers, values = network(nn)
    optimizer, loss = make(nn, name), nn.SoftmaxCategoricalCrossentropy()
    labels = np.repeat([0, 1, 2], 5)
    before = loss.calculate(values[3], labels)
    for _ in range(20):
        optimizer.step(nn.parameters_of(layers))
        values = train(nn, layers)
    values += [array for pair in nn.parameters_of(layers) for array in pair]
    memories = [m for what, m in optimizer.get_state().items() if what != "steps_done"]
    assert {array.dtype for array in values + memories} == {np.dtype(np.float32)}
    assert loss.calculate(values[3], labels) < before


def test_a_gradient_of_whole_numbers(nn):
    optimizer, array = nn.Adam(), np.ones(2)
    with pytest.raises(
        ValueError, match=r"Adam moves floats, got float64 with a gradient of int64"
    ):
        optimizer.step([(array, np.array([1, 2], np.int64))])
    optimizer.step([(array, np.array([1.0, 2.0]))])
    np.testing.assert_allclose(array, 0.999)


def test_a_state_travels_in_an_npz_file(nn, tmp_path):
    first, second, array = nn.Adam(), nn.Adam(), np.ones(2)
    first.step([(array, array.copy())])
    np.savez(tmp_path / "state.npz", **first.get_state())
    with np.load(tmp_path / "state.npz") as state:
        second.set_state(dict(state))
    assert second.steps_done == 1
    assert type(second.steps_done) is int


def test_half_precision_without_any_slope(nn):
    array = np.ones(2, np.float16)
    nn.Adam().step([(array, np.zeros(2, np.float16))])
    assert array.tolist() == [1, 1]


def test_a_step_that_fails_moves_nothing(nn):
    optimizer, first, locked = nn.Adam(), np.ones(2), np.ones(2)
    locked.flags.writeable = False
    with pytest.raises(ValueError, match="read-only"):
        optimizer.step([(first, np.ones(2)), (locked, np.ones(2))])
    assert first.tolist() == [1, 1]
    optimizer.set_state(optimizer.get_state())


def test_a_subclass_speaks_in_its_own_name(nn):
    class Nesterov(nn.SGD):
        pass

    with pytest.raises(ValueError, match="Nesterov needs a momentum"):
        Nesterov(momentum=2)


def test_a_state_of_another_network_is_refused_at_the_next_step(nn):
    small, large = nn.Adam(), nn.Adam()
    kept = np.ones(2)
    small.step([(kept, np.ones(2))])
    large.step([(np.ones(3), np.ones(3))])
    small.set_state(large.get_state())
    before = kept.copy()
    with pytest.raises(ValueError, match="Adam has moved 3 numbers so far, got 2"):
        small.step([(kept, np.ones(2))])
    np.testing.assert_array_equal(kept, before)
    small.step([(np.ones(3), np.ones(3))])
    assert small.steps_done == 2


def test_a_list_that_was_forgotten(nn):
    array, gradient = np.ones(2), np.ones(2)
    with pytest.raises(
        ValueError, match=r"expected a list of \(array, gradient\) pairs"
    ):
        nn.SGD().step((array, gradient))
    assert array.tolist() == [1, 1]
