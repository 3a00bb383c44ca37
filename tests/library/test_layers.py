"""Dense against sums spelled out, and what it says to inputs that don't fit."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

same_library = settings(
    deadline=None,
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def test_forward_by_hand(nn):
    layer = nn.Dense(2, 3, dtype=np.float64)
    layer.weights[:] = [[1, 2, 3], [4, 5, 6]]
    layer.biases[:] = [[0.5, -0.5, 0]]
    outputs = layer.forward(np.array([[1.0, 1.0], [2.0, 0.0], [0.0, -1.0]]))
    np.testing.assert_array_equal(
        outputs, [[5.5, 6.5, 9], [2.5, 3.5, 6], [-3.5, -5.5, -6]]
    )


@same_library
@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32))
def test_forward_is_the_weighted_sum(nn, batch, n_inputs, n_neurons, seed):
    rng = np.random.default_rng(seed)
    layer = nn.Dense(n_inputs, n_neurons, rng=rng, dtype=np.float64)
    layer.biases[:] = rng.standard_normal(layer.biases.shape)
    inputs = rng.standard_normal((batch, n_inputs))
    outputs = layer.forward(inputs)
    assert outputs.shape == (batch, n_neurons)
    for n in range(batch):
        for j in range(n_neurons):
            total = sum(inputs[n, i] * layer.weights[i, j] for i in range(n_inputs))
            assert outputs[n, j] == pytest.approx(
                total + layer.biases[0, j], rel=1e-12, abs=1e-12
            )


def test_shapes_types_and_scale_of_a_fresh_layer(nn):
    layer = nn.Dense(200, 300, rng=0)
    assert layer.weights.shape == (200, 300)
    assert layer.biases.shape == (1, 300)
    assert layer.weights.dtype == layer.biases.dtype == np.float32
    assert not layer.biases.any()
    assert layer.weights.std() == pytest.approx(0.1, rel=0.02)  # sqrt(2 / 200)
    assert layer.weights.mean() == pytest.approx(0, abs=1e-3)
    assert layer.parameter_names == ("weights", "biases")
    assert layer.training is False


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("given", [np.float64, np.float32, np.uint8, np.int64])
def test_outputs_have_the_layers_type_whatever_comes_in(nn, dtype, given):
    layer = nn.Dense(2, 3, rng=0, dtype=dtype)
    assert layer.forward(np.ones((4, 2), dtype=given)).dtype == dtype


def test_float32_and_float64_layers_of_one_seed_agree(nn):
    np.testing.assert_allclose(
        nn.Dense(3, 4, rng=5).weights,
        nn.Dense(3, 4, rng=5, dtype=np.float64).weights,
        rtol=1e-6,
    )


def test_same_seed_same_bits_and_the_global_state_is_left_alone(nn):
    before = np.random.get_state()[1].copy()  # noqa: NPY002 - that it stays as it was is the point
    first, second = nn.Dense(3, 4, rng=7), nn.Dense(3, 4, rng=np.random.default_rng(7))
    assert first.weights.tobytes() == second.weights.tobytes()
    assert nn.Dense(3, 4, rng=8).weights.tobytes() != first.weights.tobytes()
    rng = np.random.default_rng(7)
    assert (
        nn.Dense(3, 4, rng=rng).weights.tobytes()
        != nn.Dense(3, 4, rng=rng).weights.tobytes()
    )
    np.testing.assert_array_equal(before, np.random.get_state()[1])  # noqa: NPY002


def test_forward_changes_neither_inputs_nor_parameters(nn):
    layer, inputs = nn.Dense(2, 2, rng=0), np.ones((3, 2), dtype=np.float32)
    kept = layer.weights.copy()
    layer.forward(inputs)[:] = 99
    assert (inputs == 1).all()
    np.testing.assert_array_equal(layer.weights, kept)
    assert not layer.biases.any()


@pytest.mark.parametrize(
    ("shape", "advice"),
    [
        (
            (4,),
            r"Dense expected inputs of shape \(batch, 4\), got \(4,\): one sample is inputs.reshape\(1, -1\)",
        ),
        ((3, 5), r"got \(3, 5\): each sample has 5 numbers\."),
        (
            (2, 2, 2),
            r"got \(2, 2, 2\): flatten each sample with inputs.reshape\(len\(inputs\), -1\)\.",
        ),
        (
            (3,),
            r"one sample is inputs.reshape\(1, -1\), many samples of one number are inputs.re",
        ),
        ((), r"got \(\): one sample is"),
    ],
)
def test_inputs_that_do_not_fit(nn, shape, advice):
    with pytest.raises(ValueError, match=advice):
        nn.Dense(4, 2).forward(np.zeros(shape))


def test_a_flat_array_for_a_layer_of_one_input_is_a_column(nn):
    with pytest.raises(
        ValueError, match=r"many samples of one number are inputs.reshape\(-1, 1\)"
    ):
        nn.Dense(1, 2).forward(np.zeros(5))


@pytest.mark.parametrize("dtype", [int, np.uint8, bool, complex])
def test_a_type_that_cannot_hold_small_weights(nn, dtype):
    with pytest.raises(ValueError, match="Dense needs a type of float, got "):
        nn.Dense(2, 3, dtype=dtype)


def test_samples_without_features(inside):
    with pytest.raises(ValueError, match=r"got \(3, 0\): each sample has 0 numbers"):
        inside._check_batch(np.empty((3, 0)), owner="Softmax")


@pytest.mark.parametrize("sizes", [(0, 3), (3, 0), (-1, 2)])
def test_sizes_below_one(nn, sizes):
    with pytest.raises(
        ValueError, match=f"at least one input and one neuron, got n_inputs={sizes[0]}"
    ):
        nn.Dense(*sizes)


def test_an_empty_batch_stays_empty(nn):
    assert nn.Dense(2, 3).forward(np.empty((0, 2))).shape == (0, 3)


@pytest.mark.parametrize("half", ["forward", "backward"])
def test_a_layer_without_a_half_says_so(nn, half):
    class Forgetful(nn.Layer):
        pass

    with pytest.raises(
        NotImplementedError, match=f"Forgetful has no {half}: define {half}\\(self"
    ):
        getattr(Forgetful(), half)(np.zeros((1, 1)))
