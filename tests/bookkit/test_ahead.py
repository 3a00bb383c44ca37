"""What stands in for the coming chapters: its gradients, its steps, and the day it has to go."""

import inspect
import math
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

import nnfs_lib
from bookkit import ahead

# Methods that the library has and ahead writes again, for the sake of what it adds to the class.
# When a chapter brings a part of that: delete the part, or call super() and list the method here.
REWRITTEN = {
    "Dense.__init__",
    "Dense.forward",
    "ReLU.forward",
    "Sigmoid.forward",
    "Softmax.forward",
}


def overtaken(library: ModuleType, ahead: ModuleType) -> list[str]:
    """Return what ahead defines although the library has it, as sentences that say what to do."""
    found = []
    for name, thing in vars(ahead).items():
        if name.startswith("_") or getattr(thing, "__module__", "") != ahead.__name__:
            continue
        if not hasattr(library, name):
            continue
        theirs = getattr(library, name)
        if not (inspect.isclass(thing) and issubclass(thing, theirs)):
            found.append(f"{name}: delete it from ahead.py and import nnfs_lib's.")
            continue
        own = {m for m, value in vars(thing).items() if inspect.isfunction(value)}
        added = {method for method in own if f"{name}.{method}" not in REWRITTEN}
        found += [
            f"{name}.{method}: delete it from ahead.py and use nnfs_lib's."
            for method in sorted(added & vars(theirs).keys())
        ]
        if not added:
            found.append(f"{name}: it adds nothing now, import nnfs_lib's.")
        arguments = inspect.signature(thing).parameters.keys()
        known = inspect.signature(theirs).parameters.keys()
        if "__init__" in own and arguments <= known:
            found.append(f"{name}.__init__: nnfs_lib's takes all that, use it.")
    return found


def test_nothing_here_is_in_the_library_already():
    assert overtaken(nnfs_lib, ahead) == []


class TestTheDayItGoes:
    """The test above, on libraries made up to have what ahead has."""

    def overtaken_by(self, **names: object) -> list[str]:
        return overtaken(SimpleNamespace(**{**vars(nnfs_lib), **names}), ahead)

    def test_a_method(self):
        class ReLU(nnfs_lib.ReLU):
            def backward(self, doutputs):
                return doutputs

        # ahead.ReLU re-opens the library's, whatever that has by then.
        fake = SimpleNamespace(__name__=ahead.__name__)
        fake.ReLU = type("ReLU", (ReLU,), dict(vars(ahead.ReLU)))
        assert overtaken(SimpleNamespace(ReLU=ReLU), fake) == [
            "ReLU.backward: delete it from ahead.py and use nnfs_lib's."
        ]

    def test_what_only_rewrites(self):
        fake = SimpleNamespace(__name__=ahead.__name__)
        body = {"forward": ahead.ReLU.forward, "__module__": ahead.__name__}
        fake.ReLU = type("ReLU", (nnfs_lib.ReLU,), body)
        assert overtaken(nnfs_lib, fake) == [
            "ReLU: it adds nothing now, import nnfs_lib's."
        ]

    def test_arguments(self):
        fake = SimpleNamespace(__name__=ahead.__name__)

        class Dense(nnfs_lib.Dense):
            def __init__(self, n_inputs, n_neurons, *, rng=None):
                super().__init__(n_inputs, n_neurons, rng=rng)

            def penalty(self):
                return 0.0

        Dense.__module__, fake.Dense = ahead.__name__, Dense
        assert overtaken(nnfs_lib, fake) == [
            "Dense.__init__: nnfs_lib's takes all that, use it."
        ]

    @pytest.mark.parametrize("name", ["Adam", "Dropout", "he_normal", "Linear"])
    def test_a_name(self, name):
        assert self.overtaken_by(**{name: type(name, (), {})}) == [
            f"{name}: delete it from ahead.py and import nnfs_lib's."
        ]


def test_every_public_name_of_the_library_is_here():
    missing = sorted(set(nnfs_lib.__all__) - set(ahead.__all__))
    assert missing == [], "import them in ahead.py and add them to its __all__"
    for name in nnfs_lib.__all__:
        mine, theirs = getattr(ahead, name), getattr(nnfs_lib, name)
        reopened = inspect.isclass(mine) and issubclass(mine, theirs)
        assert mine is theirs or reopened, name


def slope(function, array: np.ndarray, step: float = 1e-6) -> np.ndarray:
    """Return the gradient of a function of nothing with respect to `array`, by central differences."""
    gradient = np.zeros_like(array)
    for index in np.ndindex(array.shape):
        kept = array[index]
        array[index] = kept + step
        above = function()
        array[index] = kept - step
        gradient[index] = (above - function()) / (2 * step)
        array[index] = kept
    return gradient


def assert_same_slope(actual: np.ndarray, expected: np.ndarray) -> None:
    np.testing.assert_allclose(actual, expected, rtol=1e-5, atol=1e-8)


def test_the_judge_fails_a_gradient_that_is_wrong_by_a_thousandth():
    array = np.array([[1.0, -2.0]])
    expected = slope(lambda: float(np.sum(array**2)), array)
    assert_same_slope(2 * array, expected)
    with pytest.raises(AssertionError):
        assert_same_slope(2.002 * array, expected)


def dropout() -> ahead.Dropout:
    """Return a layer that drops the same numbers every time."""

    class Same(ahead.Dropout):
        def forward(self, inputs):
            self.rng = np.random.default_rng(3)
            return super().forward(inputs)

    layer = Same(0.4)
    layer.training = True
    return layer


def dense(**penalties: float) -> ahead.Dense:
    layer = ahead.Dense(3, 4, initializer=ahead.normal(1), rng=1, dtype=np.float64)
    layer.biases[:] = [[0.5, -1, 2, -0.25]]
    for name, strength in penalties.items():
        setattr(layer, name, strength)
    return layer


PENALTIES = [
    {"weight_l1": 0.1},
    {"weight_l2": 0.2},
    {"bias_l1": 0.3},
    {"bias_l2": 0.4},
    {"weight_l1": 0.1, "weight_l2": 0.2, "bias_l1": 0.3, "bias_l2": 0.4},
]


@pytest.mark.parametrize(
    "make",
    [dense, ahead.ReLU, ahead.Sigmoid, ahead.Softmax, ahead.Linear, dropout],
    ids=lambda make: make.__name__,
)
def test_backward_of_layers(make):
    layer = make()
    rng = np.random.default_rng(0)
    inputs = 2 * rng.standard_normal((5, 3))
    doutputs = rng.standard_normal(layer.forward(inputs).shape)
    kept = doutputs.copy()
    dinputs = layer.backward(doutputs)
    np.testing.assert_array_equal(doutputs, kept)
    expected = slope(lambda: float(np.sum(layer.forward(inputs) * doutputs)), inputs)
    assert expected.any()
    assert_same_slope(dinputs, expected)


@pytest.mark.parametrize("penalties", [{}, *PENALTIES], ids=str)
def test_gradients_of_parameters(penalties):
    layer = dense(**penalties)
    rng = np.random.default_rng(0)
    inputs, doutputs = rng.standard_normal((5, 3)), rng.standard_normal((5, 4))
    layer.forward(inputs)
    layer.backward(doutputs)

    def loss() -> float:
        return float(np.sum(layer.forward(inputs) * doutputs)) + layer.penalty()

    assert_same_slope(layer.dweights, slope(loss, layer.weights))
    assert_same_slope(layer.dbiases, slope(loss, layer.biases))


def test_penalty_by_hand():
    layer = ahead.Dense(
        2, 1, weight_l1=0.5, weight_l2=0.25, bias_l1=2.0, bias_l2=1.0, dtype=np.float64
    )
    layer.weights[:] = [[3], [-1]]
    layer.biases[:] = -2
    assert layer.penalty() == 0.5 * 4 + 0.25 * 10 + 2.0 * 2 + 1.0 * 4
    assert ahead.Dense(2, 1, rng=0).penalty() == 0.0


@pytest.mark.parametrize("name", ["weight_l1", "weight_l2", "bias_l1", "bias_l2"])
def test_negative_penalties(name):
    with pytest.raises(ValueError, match=r"needs penalties of zero or more; 0\.0 is"):
        ahead.Dense(2, 3, **{name: -0.1})


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_dense_starts_and_goes_forward_as_the_librarys(dtype):
    mine, theirs = (nn.Dense(3, 4, rng=7, dtype=dtype) for nn in (ahead, nnfs_lib))
    assert mine.weights.tobytes() == theirs.weights.tobytes()
    inputs = np.random.default_rng(0).standard_normal((5, 3))
    assert mine.forward(inputs).tobytes() == theirs.forward(inputs).tobytes()
    rng = np.random.default_rng(7)
    ahead.Dense(3, 4, rng=rng)
    after = np.random.default_rng(7)
    nnfs_lib.Dense(3, 4, rng=after)
    assert rng.random() == after.random()  # as much was drawn


@pytest.mark.parametrize("name", ["ReLU", "Sigmoid", "Softmax"])
def test_activations_go_forward_as_the_librarys(name):
    inputs = np.linspace(-40, 40, 12, dtype=np.float32).reshape(4, 3)
    mine, theirs = getattr(ahead, name)(), getattr(nnfs_lib, name)()
    assert mine.forward(inputs).tobytes() == theirs.forward(inputs).tobytes()


@pytest.mark.parametrize(
    "layer",
    [
        ahead.Dense(3, 3),
        ahead.ReLU(),
        ahead.Sigmoid(),
        ahead.Softmax(),
        ahead.Dropout(0.5),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_backward_of_what_does_not_fit_or_was_not_forward(layer):
    name = type(layer).__name__
    with pytest.raises(RuntimeError, match=f"{name}.backward goes back over a forward"):
        layer.backward(np.ones((2, 3)))
    layer.forward(np.ones((2, 3)))
    with pytest.raises(ValueError, match=f"{name} expected doutputs with one row for"):
        layer.backward(np.ones((1, 3)))
    with pytest.raises(ValueError, match=rf"{name} expected doutputs of .*batch, 3\)"):
        layer.backward(np.ones((2, 1)))


def test_linear_hands_on_a_copy():
    layer, inputs = ahead.Linear(), np.array([[1.0, -2.0]])
    for outputs in (layer.forward(inputs), layer.backward(inputs)):
        assert outputs.tolist() == [[1, -2]]
        outputs[:] = 7
    assert inputs.tolist() == [[1, -2]]


class TestDropout:
    def test_keeps_the_expectation_and_drops_its_share(self):
        layer = ahead.Dropout(0.25, rng=0)
        layer.training = True
        outputs = layer.forward(np.full((1000, 100), 3, dtype=np.float32))
        assert outputs.dtype == np.float32
        assert np.unique(outputs).tolist() == [0, 4]
        assert np.mean(outputs == 0) == pytest.approx(0.25, abs=0.01)
        assert outputs.mean() == pytest.approx(3, rel=0.01)

    def test_drops_nothing_outside_training(self):
        layer, inputs = ahead.Dropout(0.9, rng=0), np.ones((50, 50))
        np.testing.assert_array_equal(layer.forward(inputs), inputs)
        np.testing.assert_array_equal(layer.backward(2 * inputs), 2 * inputs)

    def test_same_seed_same_bits(self):
        first, again = (ahead.Dropout(0.5, rng=4) for _ in range(2))
        first.training = again.training = True
        inputs = np.ones((20, 20))
        outputs = first.forward(inputs)
        np.testing.assert_array_equal(outputs, again.forward(inputs))
        assert (outputs != first.forward(inputs)).any()  # other numbers every time

    @pytest.mark.parametrize("rate", [-0.1, 1, 1.5, math.nan])
    def test_rates_that_make_no_sense(self, rate):
        with pytest.raises(ValueError, match="needs a rate from 0 to below 1, got"):
            ahead.Dropout(rate)


LABELS = np.array([0, 2, 1, 2, 0])
CATEGORICAL = [LABELS, np.eye(3)[LABELS], np.eye(3, dtype=np.uint8)[LABELS]]


class TestFusedLoss:
    loss = ahead.SoftmaxCategoricalCrossentropy()

    @pytest.mark.parametrize("targets", CATEGORICAL, ids=["labels", "rows", "uint8"])
    def test_backward(self, targets):
        logits = 3 * np.random.default_rng(0).standard_normal((5, 3))
        expected = slope(lambda: self.loss.calculate(logits, targets), logits)
        assert_same_slope(self.loss.backward(logits, targets), expected)

    @pytest.mark.parametrize("targets", CATEGORICAL, ids=["labels", "rows", "uint8"])
    def test_is_the_pair_it_replaces(self, targets):
        logits = 3 * np.random.default_rng(0).standard_normal((5, 3))
        pair = ahead.CategoricalCrossentropy()
        probabilities = ahead.Softmax().forward(logits)
        np.testing.assert_allclose(
            self.loss.forward(logits, targets),
            pair.forward(probabilities, targets),
            rtol=1e-12,
        )

    def test_by_hand(self):
        logits = np.log([[1.0, 2.0, 5.0], [3.0, 3.0, 4.0]])
        targets = np.array([2, 0])
        losses = self.loss.forward(logits, targets)
        np.testing.assert_allclose(losses, [math.log(1.6), math.log(10 / 3)])
        np.testing.assert_allclose(
            self.loss.backward(logits, targets),
            [[0.0625, 0.125, -0.1875], [-0.35, 0.15, 0.2]],
        )

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_logits_of_any_size(self, dtype):
        logits = np.array(
            [[1000, -1000], [1000, -1000], [np.inf, 0], [np.inf, np.inf]], dtype
        )
        targets = np.array([0, 1, 0, 0])
        with np.errstate(all="raise", under="ignore"):
            losses = self.loss.forward(logits, targets)
            gradient = self.loss.backward(logits, targets)
        assert losses.dtype == gradient.dtype == dtype
        np.testing.assert_allclose(losses, [0, 2000, 0, math.log(2)])
        expected = [[0, 0], [1, -1], [0, 0], [-0.5, 0.5]]
        np.testing.assert_allclose(4 * gradient, expected)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_a_batch_of_infinite_mistakes_has_a_mean(self, dtype):
        logits = np.array([[-np.inf, np.inf]] * 3, dtype)
        with np.errstate(all="raise", under="ignore"):
            mean = self.loss.calculate(logits, np.zeros(3, dtype=int))
        assert 1e18 < mean < math.inf

    def test_targets_that_do_not_fit(self):
        message = "SoftmaxCategoricalCrossentropy expected labels 0 to 2, got 0 to 3"
        for call in (self.loss.forward, self.loss.backward):
            with pytest.raises(ValueError, match=message):
                call(np.zeros((2, 3)), np.array([0, 3]))


class TestMeanSquaredError:
    loss = ahead.MeanSquaredError()

    def test_by_hand(self):
        predictions = np.array([[1.0, 2.0], [3.0, 5.0]])
        targets = np.array([[0, 2], [5, 8]], dtype=np.uint8)
        assert self.loss.forward(predictions, targets).tolist() == [0.5, 6.5]
        assert self.loss.calculate(predictions, targets) == 3.5
        gradient = self.loss.backward(predictions, targets)
        assert gradient.tolist() == [[0.5, 0], [-1, -1.5]]

    def test_backward(self):
        rng = np.random.default_rng(0)
        predictions, targets = rng.standard_normal((2, 4, 3))
        expected = slope(lambda: self.loss.calculate(predictions, targets), predictions)
        assert_same_slope(self.loss.backward(predictions, targets), expected)

    def test_shapes_that_would_broadcast(self):
        message = (
            r"expected targets of .*\(3, 1\), got \(3,\): use targets.reshape\(3, 1\)"
        )
        for call in (self.loss.forward, self.loss.backward):
            with pytest.raises(ValueError, match=f"MeanSquaredError {message}"):
                call(np.zeros((3, 1)), np.zeros(3))


class TestRegressionAccuracy:
    accuracy = ahead.RegressionAccuracy()

    def test_by_hand(self):
        targets = np.array([[-250.0], [250.0], [-250.0], [250.0]])  # within 1
        predictions = targets + np.array([[0.5], [-1.0], [1.5], [-2.0]])
        right = self.accuracy.compare(predictions, targets)
        assert right.tolist() == [1, 1, 0, 0]
        assert self.accuracy.calculate(predictions, targets) == 0.5

    def test_shapes_that_would_broadcast(self):
        with pytest.raises(ValueError, match="RegressionAccuracy expected targets of"):
            self.accuracy.compare(np.zeros((3, 1)), np.zeros(3))

    def test_an_empty_batch(self):
        with pytest.raises(ValueError, match="RegressionAccuracy got an empty batch"):
            self.accuracy.calculate(np.empty((0, 1)), np.empty((0, 1)))


class TestInitializers:
    def draw(self, initializer, shape=(50, 400)):
        return initializer(shape, np.random.default_rng(0), np.float32)

    @pytest.mark.parametrize(
        ("initializer", "deviation"),
        [
            (ahead.normal(0.3), 0.3),
            (ahead.he_normal, 0.2),
            (ahead.glorot_uniform, math.sqrt(2 / 450)),
        ],
    )
    def test_size_type_and_spread(self, initializer, deviation):
        weights = self.draw(initializer)
        assert weights.shape == (50, 400)
        assert weights.dtype == np.float32
        assert weights.std() == pytest.approx(deviation, rel=0.02)
        assert weights.mean() == pytest.approx(0, abs=0.02 * deviation)

    def test_uniform_ends_where_it_should(self):
        largest = np.abs(self.draw(ahead.glorot_uniform)).max()
        assert largest == pytest.approx(math.sqrt(6 / 450), rel=1e-3)

    def test_dense_takes_one(self):
        layer = ahead.Dense(50, 400, initializer=ahead.he_normal, rng=0)
        np.testing.assert_array_equal(layer.weights, self.draw(ahead.he_normal))


# Two gradients of one parameter that starts at 1, and where it stands after each step.
STEPS = [
    (ahead.SGD(), [2.0, -1.0], [-1.0, 0.0]),
    (ahead.SGD(0.5, decay=1.0), [2.0, -1.0], [0.0, 0.25]),
    # velocity -1, then -0.5 - 0.25 * 2 = -1.0
    (ahead.SGD(0.5, decay=1.0, momentum=0.5), [2.0, 2.0], [0.0, -1.0]),
    # cache 9, then 25
    (ahead.Adagrad(epsilon=0.0), [3.0, 4.0], [0.0, -0.8]),
    (ahead.Adagrad(epsilon=1.0), [3.0, 4.0], [0.25, 0.25 - 4 / 6]),
    # cache 9, then 4.5 + 8 = 12.5
    (
        ahead.RMSprop(1.0, epsilon=0.0, rho=0.5),
        [math.sqrt(18), 4.0],
        [1 - math.sqrt(2), 1 - math.sqrt(2) - 4 / math.sqrt(12.5)],
    ),
    (ahead.RMSprop(1.0, epsilon=1.0, rho=0.75), [2.0], [0.0]),
    # mean 2, square 4, both corrected; then mean (1 + 0) / 0.75, square (3 + 0) / 0.4375
    (
        ahead.Adam(1.0, epsilon=0.0, beta_1=0.5, beta_2=0.75),
        [2.0, 0.0],
        [0.0, -(0.5 / 0.75) / math.sqrt(0.75 / 0.4375)],
    ),
    # The epsilon stands outside the root, beside the corrected square.
    (ahead.Adam(1.0, epsilon=2.0), [2.0], [0.5]),
    (ahead.Adam(1.0, decay=1.0, epsilon=0.0), [2.0, 2.0, 2.0], [0, -0.5, -5 / 6]),
]


def steps_id(value: object) -> str | None:
    return type(value).__name__ if isinstance(value, ahead.Optimizer) else None


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("optimizer", "gradients", "expected"), STEPS, ids=steps_id)
def test_first_steps_by_hand(optimizer, gradients, expected, dtype):
    arguments = inspect.signature(type(optimizer)).parameters
    fresh = type(optimizer)(**{name: getattr(optimizer, name) for name in arguments})
    array = np.ones((1, 2), dtype=dtype)
    alias = array
    for number, there in zip(gradients, expected, strict=True):
        gradient = np.full((1, 2), number, dtype=dtype)
        kept = gradient.copy()
        fresh.step([(array, gradient)])
        np.testing.assert_allclose(alias, np.full((1, 2), there), atol=2e-6)
        np.testing.assert_array_equal(gradient, kept)
    assert array is alias
    assert array.dtype == dtype
    assert all(memory.dtype == dtype for held in fresh.state for memory in held)


@pytest.mark.parametrize(
    ("optimizer", "expected"),
    [
        (ahead.SGD, {"learning_rate": 1.0, "momentum": 0.0}),
        (ahead.Adagrad, {"learning_rate": 1.0, "epsilon": 1e-7}),
        (ahead.RMSprop, {"learning_rate": 0.001, "epsilon": 1e-7, "rho": 0.9}),
        (
            ahead.Adam,
            {
                "learning_rate": 0.001,
                "epsilon": 1e-7,
                "beta_1": 0.9,
                "beta_2": 0.999,
            },
        ),
    ],
)
def test_defaults(optimizer, expected):
    parameters = inspect.signature(optimizer).parameters
    assert {name: p.default for name, p in parameters.items()} == {
        **expected,
        "decay": 0.0,
    }


def test_each_parameter_has_its_own_state():
    optimizer = ahead.SGD(1.0, momentum=1.0)
    first, second = np.zeros((1, 2)), np.zeros((3, 1))
    for _ in range(2):
        optimizer.step([(first, np.ones((1, 2))), (second, -np.ones((3, 1)))])
    assert first.tolist() == [[-3, -3]]
    assert second.tolist() == [[3], [3], [3]]


def test_the_rate_decays_with_the_steps_done():
    optimizer = ahead.SGD(np.float64(0.5), decay=0.25)
    rates = []
    for _ in range(3):
        rates.append(optimizer.current_learning_rate)
        optimizer.step([(np.zeros(1), np.zeros(1))])
    assert rates == [0.5, 0.4, 0.5 / 1.5]
    assert type(rates[0]) is float
    assert optimizer.learning_rate == 0.5


class TestOptimizerSays:
    @pytest.mark.parametrize("settings", [(0.0,), (-1.0,), (math.nan,), (math.inf,)])
    @pytest.mark.parametrize("make", [ahead.SGD, ahead.Adam])
    def test_bad_learning_rates(self, make, settings):
        message = f"{make.__name__} needs a learning rate above zero and a decay of"
        with pytest.raises(ValueError, match=message):
            make(*settings)

    def test_bad_decay(self):
        with pytest.raises(ValueError, match=r"got learning_rate=0\.1, decay=-1"):
            ahead.Adagrad(0.1, decay=-1)

    def test_a_gradient_that_would_broadcast(self):
        optimizer, array = ahead.Adam(), np.ones((3, 2))
        message = r"a parameter of \(3, 2\) meets an array of \(1, 2\)"
        with pytest.raises(ValueError, match=message):
            optimizer.step([(array, np.ones((1, 2)))])
        assert (array == 1).all()
        assert optimizer.steps_done == 0

    def test_another_network_in_between(self):
        optimizer, pair = ahead.Adam(), (np.ones((1, 2)), np.ones((1, 2)))
        optimizer.step([pair])
        with pytest.raises(ValueError, match="Adam began with 1 parameters, got 2"):
            optimizer.step([pair, pair])
        other = (np.ones((3, 2)), np.ones((3, 2)))
        with pytest.raises(ValueError, match=r"of \(3, 2\) meets an array of \(1, 2\)"):
            optimizer.step([other])

    def test_no_update(self):
        with pytest.raises(NotImplementedError, match="Optimizer has no update"):
            ahead.Optimizer(0.1).step([(np.ones(1), np.ones(1))])


def test_parameters_of():
    first, second = ahead.Dense(2, 3), ahead.Dense(3, 1)
    layers = [first, ahead.ReLU(), second]
    with pytest.raises(RuntimeError, match="Dense has no dweights yet: run backward"):
        ahead.parameters_of(layers)
    outputs = np.ones((4, 2))
    for layer in layers:
        outputs = layer.forward(outputs)
    doutputs = outputs
    for layer in reversed(layers):
        doutputs = layer.backward(doutputs)
    pairs = ahead.parameters_of(layers)
    expected = [
        (first.weights, first.dweights),
        (first.biases, first.dbiases),
        (second.weights, second.dweights),
        (second.biases, second.dbiases),
    ]
    for (array, gradient), (same_array, same_gradient) in zip(
        pairs, expected, strict=True
    ):
        assert array is same_array
        assert gradient is same_gradient


def test_a_network_stays_float32():
    layers = [
        ahead.Dense(2, 4, rng=0, weight_l1=0.1, weight_l2=0.1, bias_l1=0.1),
        ahead.Sigmoid(),
        ahead.Dropout(0.5, rng=0),
        ahead.Dense(4, 3, rng=1, bias_l2=0.1),
    ]
    layers[2].training = True
    values = [ahead.spiral_data(5, 3, rng=0)[0]]
    for layer in layers:
        values.append(layer.forward(values[-1]))
    loss = ahead.SoftmaxCategoricalCrossentropy()
    values.append(loss.backward(values[-1], np.repeat([0, 1, 2], 5)))
    for layer in reversed(layers):
        values.append(layer.backward(values[-1]))
    values += [array for pair in ahead.parameters_of(layers) for array in pair]
    assert {array.dtype for array in values} == {np.dtype(np.float32)}
