"""ReLU, Sigmoid, Tanh, Softmax and Linear: known values, identities, and numbers of any size."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

same_library = settings(
    deadline=None,
    max_examples=60,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
scores = arrays(
    np.float64,
    st.tuples(st.integers(1, 5), st.integers(1, 5)),
    elements=st.floats(-1e300, 1e300),
)


@pytest.mark.parametrize("name", ["ReLU", "Sigmoid", "Tanh", "Softmax", "Linear"])
class TestEvery:
    def test_is_a_layer_without_parameters(self, nn, name):
        activation = getattr(nn, name)()
        assert isinstance(activation, nn.Layer)
        assert activation.parameter_names == ()

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_keeps_the_type_and_shape(self, nn, name, dtype):
        outputs = getattr(nn, name)().forward(
            np.linspace(-3, 3, 12, dtype=dtype).reshape(4, 3)
        )
        assert outputs.dtype == dtype
        assert outputs.shape == (4, 3)

    def test_leaves_its_input_alone(self, nn, name):
        inputs = np.array([[-2.0, 0.0, 3.0]])
        kept = inputs.copy()
        outputs = getattr(nn, name)().forward(inputs)
        if name != "Linear":  # which hands on what it gets
            outputs[:] = 7
        np.testing.assert_array_equal(inputs, kept)

    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_any_size_of_number_gives_a_number(self, nn, name, dtype):
        largest = np.finfo(dtype).max
        inputs = np.array(
            [[1000, -1000, 0], [largest, -largest, 0], [-largest, -largest, -largest]],
            dtype,
        )
        with np.errstate(all="raise", under="ignore"):
            assert np.isfinite(getattr(nn, name)().forward(inputs)).all()


def test_tanh_by_hand(nn):
    # e^(2 ln 2) = 4, so tanh(ln 2) = (4 - 1) / (4 + 1).
    inputs = np.array([[0, math.log(2), -math.log(2), math.inf]])
    np.testing.assert_allclose(
        nn.Tanh().forward(inputs), [[0, 0.6, -0.6, 1]], rtol=1e-15
    )
    twice = 2 * nn.Sigmoid().forward(2 * inputs) - 1
    np.testing.assert_allclose(nn.Tanh().forward(inputs), twice, atol=1e-15)


def test_relu_by_hand(nn):
    outputs = nn.ReLU().forward(np.array([[-3.0, -0.0, 0.0, 2.5]]))
    np.testing.assert_array_equal(outputs, [[0, 0, 0, 2.5]])


def test_sigmoid_by_hand(nn):
    inputs = np.array([[0.0, math.log(3), -math.log(3), math.inf, -math.inf]])
    np.testing.assert_allclose(
        nn.Sigmoid().forward(inputs), [[0.5, 0.75, 0.25, 1, 0]], rtol=1e-15
    )


def test_sigmoid_keeps_the_digits_of_small_probabilities(nn):
    np.testing.assert_allclose(
        nn.Sigmoid().forward(np.array([[-40.0]])), math.exp(-40), rtol=1e-12
    )


@same_library
@given(scores)
def test_sigmoid_of_the_opposite_is_the_rest(nn, inputs):
    sigmoid = nn.Sigmoid()
    np.testing.assert_allclose(
        sigmoid.forward(-inputs), 1 - sigmoid.forward(inputs), atol=1e-15
    )


def test_softmax_by_hand(nn):
    inputs = np.log([[1.0, 2.0, 5.0], [3.0, 3.0, 4.0]])
    np.testing.assert_allclose(
        nn.Softmax().forward(inputs),
        [[0.125, 0.25, 0.625], [0.3, 0.3, 0.4]],
        rtol=1e-14,
    )


def test_softmax_of_infinite_logits(nn):
    inputs = np.array(
        [[math.inf, 0, 0], [-math.inf, 0, 0], [math.inf, math.inf, 0], [-math.inf] * 3]
    )
    with np.errstate(all="raise", under="ignore"):
        outputs = nn.Softmax().forward(inputs)
    np.testing.assert_allclose(
        outputs, [[1, 0, 0], [0, 0.5, 0.5], [0.5, 0.5, 0], [1 / 3] * 3]
    )


@same_library
@given(scores)
def test_softmax_gives_probabilities_in_the_order_of_the_scores(nn, inputs):
    outputs = nn.Softmax().forward(inputs)
    np.testing.assert_allclose(outputs.sum(axis=1), 1, rtol=1e-12)
    assert (outputs >= 0).all()
    largest = np.take_along_axis(outputs, inputs.argmax(axis=1)[:, None], axis=1)[:, 0]
    np.testing.assert_array_equal(largest, outputs.max(axis=1))


@same_library
@given(arrays(np.float64, (3, 4), elements=st.floats(-50, 50)), st.floats(-500, 500))
def test_softmax_does_not_see_a_shift(nn, inputs, shift):
    softmax = nn.Softmax()
    np.testing.assert_allclose(
        softmax.forward(inputs + shift), softmax.forward(inputs), rtol=1e-9
    )


def test_softmax_of_z_and_zero_is_the_sigmoid(nn):
    z = np.linspace(-20, 20, 41).reshape(-1, 1)
    pair = np.hstack([z, np.zeros_like(z)])
    np.testing.assert_allclose(
        nn.Softmax().forward(pair)[:, :1], nn.Sigmoid().forward(z), rtol=1e-12
    )


@pytest.mark.parametrize("dtype", [np.uint8, np.int8, np.int64, bool, np.float16])
@pytest.mark.parametrize("name", ["Sigmoid", "Softmax"])
def test_scores_of_any_type_are_taken_as_floats(nn, name, dtype):
    scores = np.array([[0, 1, 100], [3, 3, 0]]).astype(dtype)
    with np.errstate(all="raise", under="ignore"):
        outputs = getattr(nn, name)().forward(scores)
    expected = getattr(nn, name)().forward(scores.astype(np.float64))
    assert outputs.dtype in (np.float32, np.float64)
    np.testing.assert_allclose(outputs, expected, rtol=1e-6, atol=1e-30)


def test_lists_are_taken_as_arrays(nn):
    assert nn.Sigmoid().forward([[0]]).tolist() == [[0.5]]
    assert nn.Softmax().forward([[1, 1]]).tolist() == [[0.5, 0.5]]


def test_as_float_copies_only_where_it_must(inside):
    for dtype in (np.float32, np.float64):
        array = np.ones(3, dtype=dtype)
        assert inside._as_float(array) is array
    assert inside._as_float(np.ones(3, dtype=np.uint8)).dtype == np.float32


def test_softmax_takes_integers(nn):
    outputs = nn.Softmax().forward(np.array([[200, 199]], dtype=np.uint8))
    np.testing.assert_allclose(
        outputs, [[1 / (1 + math.exp(-1)), 1 / (1 + math.e)]], rtol=1e-6
    )


def test_softmax_of_a_flat_array(nn):
    message = r"Softmax expected inputs of shape \(batch, classes\), got \(3,\): one sample is"
    with pytest.raises(ValueError, match=message):
        nn.Softmax().forward(np.zeros(3))


class TestLinear:
    @pytest.mark.parametrize("shape", [(1, 1), (4, 3), (0, 2)])
    def test_changes_nothing(self, nn, shape):
        layer, inputs = nn.Linear(), np.linspace(-2, 3, math.prod(shape)).reshape(shape)
        np.testing.assert_array_equal(layer.forward(inputs), inputs)
        np.testing.assert_array_equal(layer.backward(2 * inputs), 2 * inputs)

    def test_passes_what_is_infinite_or_not_a_number(self, nn):
        inputs = np.array([[math.inf, -math.inf, math.nan, -0.0]])
        np.testing.assert_array_equal(nn.Linear().forward(inputs), inputs)

    def test_copies_only_where_it_must(self, nn):
        inputs = np.ones((2, 3), np.float32)
        assert nn.Linear().forward(inputs) is inputs

    @pytest.mark.parametrize("dtype", [np.uint8, np.int64, bool, np.float16])
    def test_hands_on_floats(self, nn, dtype):
        outputs = nn.Linear().forward(np.array([[0, 1, 100]]).astype(dtype))
        assert outputs.dtype in (np.float32, np.float64)
        assert outputs.tolist() == [[0, 1, 1 if dtype is bool else 100]]

    def test_lists(self, nn):
        layer = nn.Linear()
        assert layer.forward([[1, 2]]).tolist() == [[1, 2]]
        assert layer.backward([[3, 4]]).tolist() == [[3, 4]]
