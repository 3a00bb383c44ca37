"""Backward of layers and losses: known gradients, differences over any shape, and refusals."""

import math

import numpy as np
import pytest
from differences import slope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

LAYERS = ["Dense", "ReLU", "Sigmoid", "Tanh", "Softmax", "Linear"]
same_library = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
sizes = st.integers(1, 5)
seeds = st.integers(0, 2**32)


def make(nn, name, n_inputs=3, n_neurons=3, dtype=np.float64, rng=0):
    """Return a layer of that name; weights and biases of a dense one are about 1."""
    if name != "Dense":
        return getattr(nn, name)()
    rng = np.random.default_rng(rng)
    layer = nn.Dense(n_inputs, n_neurons, dtype=dtype)
    layer.weights[:] = rng.standard_normal(layer.weights.shape)
    layer.biases[:] = rng.standard_normal(layer.biases.shape)
    return layer


def away_from_zero(rng, *shape):
    """Return numbers of either sign where ReLU has no bend."""
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.05, 3, shape)


def assert_slopes(found, expected):
    np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)


class TestByHand:
    def test_dense(self, nn):
        layer = nn.Dense(2, 3, dtype=np.float64)
        layer.weights[:] = [[1, 2, 3], [4, 5, 6]]
        layer.forward(np.array([[1, -1], [2, 0]]))
        dinputs = layer.backward(np.array([[1, 0, -1], [0.5, 2, 0]]))
        assert dinputs.tolist() == [[-2, -2], [4.5, 12]]
        assert layer.dweights.tolist() == [[2, 4, -1], [-1, 0, 1]]
        assert layer.dbiases.tolist() == [[1.5, 2, -1]]

    def test_relu_passes_nothing_at_zero(self, nn):
        layer = nn.ReLU()
        layer.forward(np.array([[-2.0, -0.0, 0.0, 1e-300, 3.0]]))
        dinputs = layer.backward(np.array([[10.0, 20.0, 30.0, 40.0, -50.0]]))
        assert dinputs.tolist() == [[0, 0, 0, 40, -50]]

    def test_sigmoid(self, nn):
        layer = nn.Sigmoid()
        layer.forward(np.array([[0, math.log(3), -math.log(3), 1000, -math.inf]]))
        dinputs = layer.backward(np.array([[16.0, 16.0, -32.0, 16.0, 16.0]]))
        np.testing.assert_allclose(dinputs, [[4, 3, -6, 0, 0]], rtol=1e-14)

    def test_softmax(self, nn):
        layer = nn.Softmax()
        layer.forward(np.log([[2.0, 1.0, 1.0], [1.0, 3.0, 4.0]]))
        # Weighted by 1/2, 1/4, 1/4 the first row has mean 4; the second is all the same.
        dinputs = layer.backward(np.array([[4.0, 0.0, 8.0], [7.0, 7.0, 7.0]]))
        np.testing.assert_allclose(dinputs, [[0, -1, 1], [0, 0, 0]], atol=1e-14)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_softmax_that_is_sure_has_no_slope(self, nn, dtype):
        layer = nn.Softmax()
        with np.errstate(all="raise", under="ignore"):
            layer.forward(np.array([[1000, -1000], [-np.inf, np.inf]], dtype))
            dinputs = layer.backward(np.array([[1e7, -3], [5, 1e7]], dtype))
        assert dinputs.tolist() == [[0, 0], [0, 0]]


class TestDifferences:
    @pytest.mark.parametrize("name", LAYERS)
    @same_library
    @given(sizes, sizes, sizes, seeds)
    def test_layers(self, nn, name, batch, n_inputs, n_neurons, seed):
        rng = np.random.default_rng(seed)
        layer = make(nn, name, n_inputs, n_neurons, rng=rng)
        inputs = away_from_zero(rng, batch, n_inputs)
        doutputs = rng.standard_normal(layer.forward(inputs).shape)
        found = {"inputs": layer.backward(doutputs)}
        arrays = {"inputs": inputs}
        for parameter in layer.parameter_names:
            found[parameter] = getattr(layer, f"d{parameter}")
            arrays[parameter] = getattr(layer, parameter)
        for what, array in arrays.items():
            expected = slope(
                lambda: float(np.sum(layer.forward(inputs) * doutputs)), array
            )
            assert found[what].shape == array.shape
            assert_slopes(found[what], expected)

    @same_library
    @given(sizes, st.integers(2, 5), seeds, st.sampled_from(["labels", "hot", "soft"]))
    def test_categorical(self, nn, batch, classes, seed, form):
        rng = np.random.default_rng(seed)
        predictions = rng.uniform(0.1, 0.9, (batch, classes))
        targets = rng.integers(classes, size=batch)
        if form == "hot":
            targets = np.eye(classes)[targets]
        elif form == "soft":
            targets = rng.dirichlet(np.ones(classes), batch)
        loss = nn.CategoricalCrossentropy()
        found = loss.backward(predictions, targets)
        expected = slope(lambda: loss.calculate(predictions, targets), predictions)
        assert_slopes(found, expected)

    @same_library
    @given(sizes, sizes, seeds, st.booleans())
    def test_binary(self, nn, batch, outputs, seed, soft):
        rng = np.random.default_rng(seed)
        predictions = rng.uniform(0.1, 0.9, (batch, outputs))
        targets = rng.random((batch, outputs))
        targets = targets if soft else targets.round()
        loss = nn.BinaryCrossentropy()
        found = loss.backward(predictions, targets)
        expected = slope(lambda: loss.calculate(predictions, targets), predictions)
        assert_slopes(found, expected)


@pytest.mark.parametrize("name", LAYERS)
class TestEveryLayer:
    inputs = np.array([[1.0, -2.0, 0.5], [-0.25, 3.0, 1.0]])
    doutputs = np.array([[0.5, -1.0, 2.0], [1.0, 0.25, -3.0]])

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_keeps_the_type(self, nn, name, dtype):
        layer = make(nn, name, dtype=dtype)
        layer.forward(self.inputs.astype(dtype))
        assert layer.backward(self.doutputs.astype(dtype)).dtype == dtype
        for parameter in layer.parameter_names:
            assert getattr(layer, f"d{parameter}").dtype == dtype

    def test_leaves_everything_else_alone(self, nn, name):
        layer = make(nn, name)
        inputs, doutputs = self.inputs.copy(), self.doutputs.copy()
        outputs = layer.forward(inputs)
        kept = outputs.copy(), [getattr(layer, p).copy() for p in layer.parameter_names]
        dinputs = layer.backward(doutputs)
        if name != "Linear":  # which hands back what it gets
            dinputs[:] = 99
        np.testing.assert_array_equal(inputs, self.inputs)
        np.testing.assert_array_equal(doutputs, self.doutputs)
        np.testing.assert_array_equal(outputs, kept[0])
        for parameter, before in zip(layer.parameter_names, kept[1], strict=True):
            np.testing.assert_array_equal(getattr(layer, parameter), before)

    def test_goes_back_over_the_last_forward(self, nn, name):
        layer, fresh = make(nn, name), make(nn, name)
        layer.forward(5 - self.inputs[:1])
        layer.forward(self.inputs)
        fresh.forward(self.inputs)
        expected = fresh.backward(self.doutputs)
        assert layer.backward(self.doutputs).tobytes() == expected.tobytes()

    def test_twice_is_the_same_again(self, nn, name):
        layer = make(nn, name)
        layer.forward(self.inputs)
        found = []
        for _ in range(2):
            dinputs = layer.backward(self.doutputs)
            gradients = [getattr(layer, f"d{p}") for p in layer.parameter_names]
            found.append([array.tobytes() for array in (dinputs, *gradients)])
        assert found[0] == found[1]

    def test_before_forward(self, nn, name):
        message = (
            f"^{name}.backward came before forward: run forward first; one of "
            r"your own has to keep self.outputs\.$"
        )
        with pytest.raises(RuntimeError, match=message):
            make(nn, name).backward(self.doutputs)

    @pytest.mark.parametrize("shape", [(1, 3), (3,), (3, 2), (2, 1), ()])
    def test_doutputs_of_another_shape(self, nn, name, shape):
        layer = make(nn, name)
        layer.forward(self.inputs)
        layer.backward(self.doutputs)
        before = [getattr(layer, f"d{p}").tobytes() for p in layer.parameter_names]
        got = str(shape).replace("(", r"\(").replace(")", r"\)")
        message = (
            rf"^{name} expected doutputs of the outputs' shape \(2, 3\), got {got}\.$"
        )
        with pytest.raises(ValueError, match=message):
            layer.backward(np.ones(shape))
        after = [getattr(layer, f"d{p}").tobytes() for p in layer.parameter_names]
        assert after == before

    def test_an_empty_batch(self, nn, name):
        layer = make(nn, name)
        layer.forward(np.empty((0, 3)))
        assert layer.backward(np.empty((0, 3))).shape == (0, 3)
        for parameter in layer.parameter_names:
            gradient = getattr(layer, f"d{parameter}")
            assert gradient.shape == getattr(layer, parameter).shape
            assert not gradient.any()


def test_dense_takes_doutputs_of_any_type(nn):
    layer = make(nn, "Dense", dtype=np.float32)
    layer.forward(np.ones((2, 3)))
    expected = layer.backward(np.full((2, 3), 2, np.float32))
    for doutputs in (np.full((2, 3), 2), np.full((2, 3), 2.0), [[2] * 3] * 2):
        found = layer.backward(doutputs)
        assert found.dtype == layer.dweights.dtype == layer.dbiases.dtype == np.float32
        np.testing.assert_array_equal(found, expected)


PREDICTIONS = np.array([[0.5, 0.25, 0.25], [0.125, 0.75, 0.125]])


class TestCategorical:
    @pytest.mark.parametrize("dtype", [np.uint8, bool, np.int64, np.float32])
    def test_by_hand(self, nn, dtype):
        labels, rows = np.array([1, 2]), np.array([[0, 1, 0], [0, 0, 1]], dtype)
        for targets in (labels, labels.astype(np.uint8), rows):
            found = nn.CategoricalCrossentropy().backward(PREDICTIONS, targets)
            assert found.tolist() == [[0, -2, 0], [0, 0, -4]]

    def test_targets_split_over_classes(self, nn):
        targets = np.array([[0.5, 0.5, 0.0], [0.0, 0.0, 1.0]])
        found = nn.CategoricalCrossentropy().backward(PREDICTIONS, targets)
        assert found.tolist() == [[-0.5, -1, 0], [0, 0, -4]]

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_certainties(self, nn, dtype):
        predictions = np.array([[1, 0], [1, 0]], dtype)
        with np.errstate(all="raise"):
            found = nn.CategoricalCrossentropy().backward(predictions, np.array([0, 1]))
        np.testing.assert_allclose(2 * found, [[-1, 0], [0, -1e7]], rtol=1e-6)
        assert found.dtype == dtype

    @pytest.mark.parametrize(
        ("predictions", "targets", "message"),
        [
            (PREDICTIONS, [0, 3], "expected labels 0 to 2, got 0 to 3"),
            (PREDICTIONS, [[0], [1]], r"got \(2, 1\): labels are targets.reshape"),
            (PREDICTIONS, [0.0, 1.0], "expected integer labels, got float64"),
            (PREDICTIONS, [[1, 1, 0], [0, 0, 1]], r"one-hot rows, .* got the row \[1"),
            (10 * PREDICTIONS, [0, 1], "got 1.25 to 7.5: is the softmax missing"),
        ],
    )
    def test_refusals(self, nn, predictions, targets, message):
        with pytest.raises(ValueError, match=f"CategoricalCrossentropy .*{message}"):
            nn.CategoricalCrossentropy().backward(predictions, np.array(targets))


class TestBinary:
    @pytest.mark.parametrize("dtype", [np.uint8, bool, np.int64, np.float32])
    def test_by_hand(self, nn, dtype):
        predictions = np.array([[0.5, 0.25], [0.75, 0.5]])
        targets = np.array([[1, 0], [1, 1]], dtype)
        found = nn.BinaryCrossentropy().backward(predictions, targets)
        np.testing.assert_allclose(found, [[-0.5, 1 / 3], [-1 / 3, -0.5]], rtol=1e-15)

    def test_targets_between_no_and_yes(self, nn):
        predictions, targets = np.array([[0.5], [0.25]]), np.array([[0.5], [0.5]])
        found = nn.BinaryCrossentropy().backward(predictions, targets)
        np.testing.assert_allclose(found, [[0], [-2 / 3]], atol=1e-15)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_certainties(self, nn, dtype):
        predictions, targets = (
            np.array([[1, 1, 0, 0]], dtype),
            np.array([[1, 0, 1, 0]]),
        )
        with np.errstate(all="raise"):
            found = nn.BinaryCrossentropy().backward(predictions, targets)
        np.testing.assert_allclose(4 * found, [[-1, 1e7, -1e7, 1]], rtol=1e-6)
        assert found.dtype == dtype

    @pytest.mark.parametrize(
        ("predictions", "targets", "message"),
        [
            ([[0.5], [0.5]], [0, 1], r"got \(2,\): use targets.reshape\(2, 1\)"),
            ([[0.5]], [[2]], r"targets from 0 \(no\) to 1 \(yes\), got 2 to 2"),
            ([[5.0]], [[1]], "got 5 to 5: is the sigmoid missing"),
        ],
    )
    def test_refusals(self, nn, predictions, targets, message):
        with pytest.raises(ValueError, match=f"BinaryCrossentropy .*{message}"):
            nn.BinaryCrossentropy().backward(np.array(predictions), np.array(targets))


@pytest.mark.parametrize("name", ["CategoricalCrossentropy", "BinaryCrossentropy"])
class TestEveryLoss:
    targets = np.array([[0, 1, 0], [0, 0, 1]])

    def test_each_sample_has_its_share_of_the_mean(self, nn, name):
        loss = getattr(nn, name)()
        once = loss.backward(PREDICTIONS, self.targets)
        thrice = loss.backward(
            np.tile(PREDICTIONS, (3, 1)), np.tile(self.targets, (3, 1))
        )
        np.testing.assert_allclose(thrice, np.tile(once / 3, (3, 1)), rtol=1e-15)

    def test_changes_neither_predictions_nor_targets(self, nn, name):
        predictions, targets = PREDICTIONS.copy(), self.targets.astype(float)
        getattr(nn, name)().backward(predictions, targets)[:] = 99
        np.testing.assert_array_equal(predictions, PREDICTIONS)
        np.testing.assert_array_equal(targets, self.targets)

    def test_stays_in_single_precision(self, nn, name):
        for targets in (self.targets, self.targets.astype(np.float64)):
            found = getattr(nn, name)().backward(np.float32(PREDICTIONS), targets)
            assert found.dtype == np.float32

    def test_an_empty_batch(self, nn, name):
        found = getattr(nn, name)().backward(np.empty((0, 3)), np.empty((0, 3)))
        assert found.shape == (0, 3)

    def test_a_broken_prediction_shows(self, nn, name):
        predictions = PREDICTIONS.copy()
        predictions[0, 1] = math.nan
        found = getattr(nn, name)().backward(predictions, self.targets)
        assert np.isnan(found).tolist() == [[False, True, False], [False] * 3]


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_one_hot_rows_are_of_the_predictions_type(inside, dtype):
    predictions, rows = np.zeros((2, 3), dtype), [[0, 0, 1], [1, 0, 0]]
    for targets in (np.array([2, 0]), np.array([2, 0], np.uint8), np.array(rows)):
        found = inside._one_hot_like(predictions, targets)
        assert found.tolist() == rows
        assert found.dtype == dtype


def test_a_refused_forward_leaves_the_last_one_in_place(nn):
    layer = nn.Dense(2, 3, dtype=np.float64)
    layer.forward(np.ones((4, 2)))
    with pytest.raises(ValueError, match="each sample has 5 numbers"):
        layer.forward(np.ones((4, 5)))
    layer.backward(np.ones((4, 3)))
    assert layer.dweights.tolist() == [[4, 4, 4]] * 2


def test_a_forward_of_your_own_that_keeps_nothing(nn):
    class Own(nn.Dense):
        def forward(self, inputs):
            self.inputs = inputs
            return np.dot(inputs, self.weights) + self.biases

    layer = Own(2, 3)
    layer.forward(np.ones((4, 2)))
    with pytest.raises(RuntimeError, match=r"self\.outputs"):
        layer.backward(np.ones((4, 3)))
