"""L1 and L2: what weights and biases cost by hand, their gradients over any shape, and refusals."""

import math
import re

import numpy as np
import pytest
from differences import slope
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

STRENGTHS = ["weight_l1", "weight_l2", "bias_l1", "bias_l2"]
same_library = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
sizes = st.integers(1, 5)
seeds = st.integers(0, 2**32)
strengths = st.sampled_from([0.0, 0.0, 1e-4, 0.03, 0.5, 2.0])


def away_from_zero(rng, *shape):
    """Return numbers of either sign where |x| has no kink."""
    return rng.choice([-1.0, 1.0], shape) * rng.uniform(0.05, 3, shape)


def by_hand(nn, dtype=np.float64):
    """Return a layer of two inputs and two neurons, every strength another one."""
    layer = nn.Dense(
        2, 2, weight_l1=0.5, weight_l2=0.25, bias_l1=2.0, bias_l2=0.125, dtype=dtype
    )
    layer.weights[:] = [[3, -1], [0, 2]]
    layer.biases[:] = [[-2, 4]]
    return layer


class TestPenalty:
    def test_by_hand(self, inside):
        array = np.array([[3.0, -4.0], [0.0, 1.0]])
        assert inside._penalty(array, 0.5, 0.0) == 0.5 * 8
        assert inside._penalty(array, 0.0, 0.25) == 0.25 * 26
        assert inside._penalty(array, 0.5, 0.25) == 4 + 6.5
        assert inside._penalty(array, 0.0, 0.0) == 0.0

    @pytest.mark.parametrize("l1", [0, 0.5])
    @pytest.mark.parametrize("l2", [0, 0.5])
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_is_a_float(self, inside, l1, l2, dtype):
        assert type(inside._penalty(np.ones((2, 3), dtype), l1, l2)) is float

    @pytest.mark.parametrize("shape", [(), (0, 3), (4,), (2, 3), (2, 3, 2)])
    def test_of_any_shape(self, inside, shape):
        array = np.full(shape, -3.0)
        assert inside._penalty(array, 0.5, 0.25) == array.size * (1.5 + 2.25)

    def test_of_a_view(self, inside):
        array = np.array([[1.0, -2.0, 3.0], [-4.0, 5.0, -6.0]])
        assert inside._penalty(array.T, 1, 2) == 21 + 2 * 91
        assert inside._penalty(array[:, ::2], 1, 2) == 14 + 2 * 62

    def test_of_many_small_weights_in_single_precision(self, inside):
        weights = 0.01 * np.random.default_rng(0).standard_normal((300, 500))
        weights = weights.astype(np.float32)
        numbers = [float(number) for number in weights.ravel()]
        l1 = math.fsum(abs(number) for number in numbers)
        l2 = math.fsum(number * number for number in numbers)
        assert inside._penalty(weights, 1, 0) == pytest.approx(l1, rel=1e-5)
        assert inside._penalty(weights, 0, 1) == pytest.approx(l2, rel=1e-5)

    def test_leaves_the_array_alone(self, inside):
        array = np.array([[1.0, -2.0]])
        inside._penalty(array, 1, 1)
        inside._penalty_gradient(array, 1, 1)[:] = 99
        assert array.tolist() == [[1, -2]]


class TestPenaltyGradient:
    def test_by_hand(self, inside):
        array = np.array([[3.0, -4.0], [0.5, -0.25]])
        l1 = inside._penalty_gradient(array, 0.5, 0.0)
        assert l1.tolist() == [[0.5, -0.5], [0.5, -0.5]]
        l2 = inside._penalty_gradient(array, 0.0, 0.25)
        assert l2.tolist() == [[1.5, -2], [0.25, -0.125]]
        both = inside._penalty_gradient(array, 0.5, 0.25)
        assert both.tolist() == [[2, -2.5], [0.75, -0.625]]

    def test_pulls_not_at_zero(self, inside):
        found = inside._penalty_gradient(
            np.array([0.0, -0.0, 1e-300, -1e-300]), 0.5, 0.25
        )
        assert found.tolist() == [0, 0, 0.5, -0.5]

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_keeps_the_type(self, inside, dtype):
        found = inside._penalty_gradient(np.ones((2, 3), dtype), 0.1, 0.2)
        assert found.dtype == dtype
        np.testing.assert_allclose(found, 0.5, rtol=1e-6)

    @same_library
    @given(st.lists(sizes, min_size=1, max_size=3), seeds, strengths, strengths)
    def test_is_the_slope_of_the_penalty(self, inside, shape, seed, l1, l2):
        array = away_from_zero(np.random.default_rng(seed), *shape)
        found = inside._penalty_gradient(array, l1, l2)
        expected = slope(lambda: inside._penalty(array, l1, l2), array)
        np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)


class TestDense:
    def test_regularization_loss_by_hand(self, nn):
        expected = 0.5 * 6 + 0.25 * 14 + 2.0 * 6 + 0.125 * 20
        assert by_hand(nn).regularization_loss() == expected

    @pytest.mark.parametrize(
        ("strength", "expected"),
        [("weight_l1", 6), ("weight_l2", 14), ("bias_l1", 6), ("bias_l2", 20)],
    )
    def test_each_strength_alone(self, nn, strength, expected):
        layer = nn.Dense(2, 2, **{strength: 0.5}, dtype=np.float64)
        layer.weights[:], layer.biases[:] = [[3, -1], [0, 2]], [[-2, 4]]
        assert layer.regularization_loss() == 0.5 * expected

    def test_backward_by_hand(self, nn):
        layer = by_hand(nn)
        layer.forward(np.array([[1, -1], [2, 0]]))
        dinputs = layer.backward(np.array([[1, 0], [0.5, 2]]))
        # Without the penalties: [[2, 4], [-1, 0]] and [[1.5, 2]]. dinputs have none.
        assert layer.dweights.tolist() == [
            [2 + 0.5 + 1.5, 4 - 0.5 - 0.5],
            [-1 + 0 + 0, 0 + 0.5 + 1],
        ]
        assert layer.dbiases.tolist() == [[1.5 - 2 - 0.5, 2 + 2 + 1]]
        assert dinputs.tolist() == [[3, 0], [-0.5, 4]]

    @same_library
    @given(sizes, sizes, sizes, seeds, st.lists(strengths, min_size=4, max_size=4))
    def test_gradients(self, nn, batch, n_inputs, n_neurons, seed, values):
        rng = np.random.default_rng(seed)
        penalties = dict(zip(STRENGTHS, values, strict=True))
        layer = nn.Dense(n_inputs, n_neurons, **penalties, dtype=np.float64)
        layer.weights[:] = away_from_zero(rng, n_inputs, n_neurons)
        layer.biases[:] = away_from_zero(rng, 1, n_neurons)
        inputs = rng.standard_normal((batch, n_inputs))
        doutputs = rng.standard_normal((batch, n_neurons))
        layer.forward(inputs)
        found = {"inputs": layer.backward(doutputs)}
        found |= {"weights": layer.dweights, "biases": layer.dbiases}

        def loss():
            weighted = float(np.sum(layer.forward(inputs) * doutputs))
            return weighted + layer.regularization_loss()

        arrays = {"inputs": inputs, "weights": layer.weights, "biases": layer.biases}
        for name, array in arrays.items():
            expected = slope(loss, array)
            np.testing.assert_allclose(
                found[name], expected, rtol=1e-7, atol=1e-8, err_msg=name
            )

    def test_costs_nothing_by_default(self, nn):
        layer = nn.Dense(3, 4, rng=0)
        assert [getattr(layer, name) for name in STRENGTHS] == [0, 0, 0, 0]
        loss = layer.regularization_loss()
        assert type(loss) is float
        assert loss == 0

    def test_zero_weights_stay_where_they_are(self, nn):
        layer = nn.Dense(2, 2, weight_l1=1, weight_l2=1, bias_l1=1, bias_l2=1)
        layer.weights[:] = 0
        layer.forward(np.zeros((3, 2)))
        layer.backward(np.zeros((3, 2)))
        assert not layer.dweights.any()
        assert not layer.dbiases.any()

    def test_an_empty_batch_has_penalties_alone(self, nn):
        layer = by_hand(nn)
        layer.forward(np.empty((0, 2)))
        assert layer.backward(np.empty((0, 2))).shape == (0, 2)
        assert layer.dweights.tolist() == [[2, -1], [0, 1.5]]
        assert layer.dbiases.tolist() == [[-2.5, 3]]

    def test_backward_adds_them_once(self, nn):
        layer = by_hand(nn)
        layer.forward(np.ones((1, 2)))
        layer.backward(np.ones((1, 2)))
        kept = layer.dweights.copy(), layer.dbiases.copy()
        layer.backward(np.ones((1, 2)))
        np.testing.assert_array_equal(layer.dweights, kept[0])
        np.testing.assert_array_equal(layer.dbiases, kept[1])
        assert layer.weights.tolist() == [[3, -1], [0, 2]]
        assert layer.biases.tolist() == [[-2, 4]]

    @pytest.mark.parametrize("strength", [0.1, np.float64(0.1), np.float32(0.1)])
    def test_stays_in_single_precision(self, nn, strength):
        layer = nn.Dense(3, 4, rng=0, **dict.fromkeys(STRENGTHS, strength))
        layer.biases[:] = 1
        outputs = layer.forward(np.ones((2, 3)))
        dinputs = layer.backward(np.ones((2, 4)))
        arrays = (outputs, dinputs, layer.dweights, layer.dbiases)
        assert {array.dtype for array in arrays} == {np.dtype(np.float32)}
        assert type(layer.regularization_loss()) is float

    @pytest.mark.parametrize("name", STRENGTHS)
    @pytest.mark.parametrize("value", [-0.1, -math.inf, math.inf, math.nan])
    def test_strengths_that_make_no_sense(self, nn, name, value):
        message = f"Dense needs {name} of 0, for none, or more, got {value}."
        rng = np.random.default_rng(0)
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            nn.Dense(2, 3, **{name: value}, rng=rng)
        assert rng.random() == np.random.default_rng(0).random()  # nothing was drawn

    def test_strengths_are_named(self, nn):
        with pytest.raises(TypeError, match="positional"):
            nn.Dense(2, 3, 0.1)


class TestStrengths:
    @pytest.mark.parametrize("l1", [0, 1, 0.5, np.float32(0.5), np.int64(2), 1e300])
    def test_are_floats(self, inside, l1):
        found = inside._strength("weight_l1", l1)
        assert found == l1
        assert type(found) is float

    @pytest.mark.parametrize("name", ["weight_l1", "weight_l2", "bias_l1", "bias_l2"])
    def test_the_message_names_the_one(self, nn, name):
        with pytest.raises(ValueError, match=f"^Dense needs {name} of 0, .* got -1"):
            nn.Dense(2, 3, **{name: -1})


class TestSizes:
    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, "float32"])
    def test_that_fit(self, inside, dtype):
        assert inside._check_sizes(1, 1, dtype) is None

    @pytest.mark.parametrize("sizes", [(0, 3), (3, 0), (-1, 2)])
    def test_below_one(self, inside, sizes):
        got = "n_inputs={}, n_neurons={}".format(*sizes)
        message = f"Dense needs at least one input and one neuron, got {got}."
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            inside._check_sizes(*sizes, np.float32)

    @pytest.mark.parametrize("dtype", [np.int64, np.uint8, bool, np.complex64])
    def test_other_types(self, inside, dtype):
        message = f"Dense needs a type of float, got {np.dtype(dtype)}."
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            inside._check_sizes(2, 3, dtype)


class TestCheckLayer:
    inputs = np.random.default_rng(1).standard_normal((4, 2))

    @pytest.mark.parametrize("name", STRENGTHS)
    def test_judges_penalties(self, nn, name):
        layer = nn.Dense(2, 3, **{name: 0.5}, rng=0, dtype=np.float64)
        layer.weights[:] = [[1, -0.5, 0.25], [-2, 0.75, 1]]
        layer.biases[:] = [[0.5, -1, 2]]
        errors = nn.check_layer(layer, self.inputs)
        assert errors.keys() == {"dinputs", "dweights", "dbiases"}
        assert max(errors.values()) < 1e-7

    @pytest.mark.parametrize("factor", [0.0, 0.99, 2.0, -1.0])
    def test_a_loss_and_gradients_that_disagree(self, nn, factor):
        class Wrong(nn.Dense):
            def regularization_loss(self):
                return factor * nn.Dense.regularization_loss(self)

        layer = Wrong(2, 3, weight_l2=0.5, rng=0, dtype=np.float64)
        layer.weights[:] = [[1, -0.5, 0.25], [-2, 0.75, 1]]
        with pytest.raises(AssertionError, match=r"^dweights\[\d, \d\] is "):
            nn.check_layer(layer, self.inputs)


def test_a_layer_costs_nothing_unless_it_says_so(nn):
    class Own(nn.Layer):
        pass

    layers = Own(), nn.ReLU(), nn.Sigmoid(), nn.Softmax(), nn.Linear(), nn.Dropout(0.5)
    for layer in layers:
        loss = layer.regularization_loss()
        assert type(loss) is float
        assert loss == 0


@pytest.mark.parametrize("sizes", [(2.5, 3), (2, 3.0), (np.nan, 3), ("2", 3)])
def test_sizes_that_are_no_whole_numbers(nn, sizes):
    shown = f"n_inputs={sizes[0]!r}, n_neurons={sizes[1]!r}"
    message = re.escape(f"Dense needs whole numbers, got {shown}.")
    with pytest.raises(ValueError, match=f"^{message}$"):
        nn.Dense(*sizes)


def test_sizes_of_numpy(nn):
    assert nn.Dense(np.int64(2), np.uint8(3)).weights.shape == (2, 3)
