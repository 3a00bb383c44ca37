"""What stands in for the coming chapters: its values, its gradients, and the day it has to go."""

import inspect
import math
from types import ModuleType, SimpleNamespace

import numpy as np
import pytest

import nnfs_lib
from bookkit import ahead

# Methods that the library has and ahead writes again, for the sake of what it adds to the class.
# When a chapter brings a part of that: delete the part, or call super() and list the method here.
REWRITTEN = {"Dense.__init__", "Dense.backward"}


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


@pytest.mark.parametrize("name", sorted(REWRITTEN))
def test_what_is_listed_as_rewritten_is(name):
    owner, method = name.split(".")
    assert method in vars(getattr(ahead, owner)), f"take {name} out of REWRITTEN"
    assert method in vars(getattr(nnfs_lib, owner))


class TestTheDayItGoes:
    """The test above, on libraries made up to have what ahead has."""

    def overtaken_by(self, **names: object) -> list[str]:
        return overtaken(SimpleNamespace(**{**vars(nnfs_lib), **names}), ahead)

    def test_a_method(self):
        class Dense(nnfs_lib.Dense):
            def penalty(self):
                return 0.0

        # ahead.Dense re-opens the library's, whatever that has by then.
        fake = SimpleNamespace(__name__=ahead.__name__)
        fake.Dense = type("Dense", (Dense,), dict(vars(ahead.Dense)))
        assert overtaken(SimpleNamespace(Dense=Dense), fake) == [
            "Dense.penalty: delete it from ahead.py and use nnfs_lib's."
        ]

    def test_what_only_rewrites(self):
        fake = SimpleNamespace(__name__=ahead.__name__)
        body = {"backward": ahead.Dense.backward, "__module__": ahead.__name__}
        fake.Dense = type("Dense", (nnfs_lib.Dense,), body)
        assert overtaken(nnfs_lib, fake) == [
            "Dense: it adds nothing now, import nnfs_lib's."
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

    @pytest.mark.parametrize(
        "name", ["Dropout", "MeanSquaredError", "he_normal", "Linear"]
    )
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
    "make", [dense, ahead.Linear, dropout], ids=lambda make: make.__name__
)
def test_backward_of_layers(make):
    inputs = 2 * np.random.default_rng(0).standard_normal((5, 3))
    assert ahead.check_layer(make(), inputs)["dinputs"] < 1e-7


def test_dropout_hands_back_only_what_it_passed_on():
    layer, ones = dropout(), np.ones((5, 3))
    outputs = layer.forward(ones)
    assert 0 < np.count_nonzero(outputs) < outputs.size
    np.testing.assert_array_equal(layer.backward(ones), outputs)


@pytest.mark.parametrize("penalties", [{}, *PENALTIES], ids=str)
def test_gradients_of_parameters(penalties):
    layer = dense(**penalties)
    rng = np.random.default_rng(0)
    inputs, doutputs = rng.standard_normal((5, 3)), rng.standard_normal((5, 4))
    layer.forward(inputs)
    layer.backward(doutputs)

    def loss() -> float:
        return float(np.sum(layer.forward(inputs) * doutputs)) + layer.penalty()

    ahead.check_gradient(loss, layer.weights, layer.dweights, name="dweights")
    ahead.check_gradient(loss, layer.biases, layer.dbiases, name="dbiases")


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


@pytest.mark.parametrize("name", ["Dense", "Dropout"])
def test_backward_of_what_does_not_fit_or_was_not_forward(name):
    layer = ahead.Dense(3, 3) if name == "Dense" else ahead.Dropout(0.5)
    with pytest.raises(RuntimeError, match=f"{name}.backward came before forward: run"):
        layer.backward(np.ones((2, 3)))
    layer.forward(np.ones((2, 3)))
    message = rf"{name} expected doutputs of the outputs' shape \(2, 3\), got \(1, 3\)"
    with pytest.raises(ValueError, match=message):
        layer.backward(np.ones((1, 3)))


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
        predictions, targets = np.random.default_rng(0).standard_normal((2, 4, 3))
        assert ahead.check_loss(self.loss, predictions, targets) < 1e-7

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
