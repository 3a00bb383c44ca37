"""The lab *Sequences*: states, gradients through time, and every word it says."""

import json
import math

import numpy as np
import pytest
import recurrent as golden
from hypothesis import given, settings
from hypothesis import strategies as st

import nnfs_lib as nn
from nnfs_lib.labs.recurrent import (
    RNN,
    ClippedAdam,
    EveryStep,
    LastStep,
    adding,
    scaled_rnn,
    slopes_over_time,
    waves,
)

KEPT = json.loads(golden.FILE.read_text(encoding="utf-8"))
OWN = [RNN, EveryStep, LastStep, ClippedAdam]
sizes = st.integers(1, 4)


def normal(*shape, seed=0):
    return np.random.default_rng(seed).standard_normal(shape)


class TestRNN:
    def test_two_steps_by_hand(self):
        layer = RNN(1, 1, dtype=np.float64)
        layer.weights[:], layer.state_weights[:], layer.biases[:] = 2.0, -1.0, 0.5
        found = layer.forward([[[0.25], [0.0], [1.0]]])
        first = math.tanh(1.0)
        second = math.tanh(0.5 - first)
        third = math.tanh(2.5 - second)
        np.testing.assert_allclose(found.ravel(), [first, second, third], rtol=1e-12)

    @settings(max_examples=20, deadline=None)
    @given(sizes, st.integers(1, 7), sizes, sizes)
    def test_every_gradient_through_time(self, batch, time, n_inputs, n_neurons):
        layer = RNN(n_inputs, n_neurons, rng=1, dtype=np.float64)
        layer.biases[:] = normal(1, n_neurons)
        errors = nn.check_layer(layer, normal(batch, time, n_inputs))
        assert set(errors) == {"dinputs", "dweights", "dstate_weights", "dbiases"}

    @pytest.mark.parametrize("kept", KEPT["layers"], ids=lambda each: str(each["size"]))
    @pytest.mark.parametrize(
        ("dtype", "near"), [(np.float64, 1e-10), (np.float32, 1e-5)]
    )
    def test_pytorch_says_the_same(self, kept, dtype, near):
        arrays = golden.draw(kept["size"])
        layer = RNN(*kept["size"][2:], dtype=dtype)
        for name in layer.parameter_names:
            getattr(layer, name)[...] = arrays[name]
        found = {"outputs": layer.forward(arrays["inputs"])}
        found["dinputs"] = layer.backward(arrays["doutputs"])
        found |= {f"d{n}": getattr(layer, f"d{n}") for n in layer.parameter_names}
        for name, array in found.items():
            assert array.dtype == dtype
            np.testing.assert_allclose(array, kept[name], rtol=near, atol=near)

    def test_the_first_state_is_zero_in_every_batch(self):
        layer, X = RNN(2, 3, rng=0), normal(4, 5, 2).astype(np.float32)
        first = layer.forward(X).copy()
        layer.forward(X[:2] * 9)
        np.testing.assert_array_equal(layer.forward(X), first)

    @pytest.mark.parametrize(
        ("inputs", "words"),
        [
            (
                np.ones((4, 3)),
                r"\(batch, time, 2\), got \(4, 3\): numbers in a row are",
            ),
            (np.ones((4, 2)), r"got \(4, 2\): one sequence is inputs\[np\.newaxis\]"),
            (np.ones((4, 5, 3)), r"got \(4, 5, 3\): each step has 3 numbers\.$"),
            (np.ones((4, 0, 2)), r"^RNN expected one step or more"),
            (np.full((1, 1, 2), "a"), r"^RNN expected sequences of numbers, got <U1"),
        ],
    )
    def test_what_is_no_sequence(self, inputs, words):
        with pytest.raises(ValueError, match=words):
            RNN(2, 3).forward(inputs)

    def test_backward_first(self):
        with pytest.raises(RuntimeError, match=r"^RNN\.backward came before forward"):
            RNN(2, 3).backward(np.ones((1, 1, 3)))

    def test_slopes_of_another_shape(self):
        layer = RNN(2, 3)
        layer.forward(np.ones((4, 5, 2)))
        words = r"outputs' shape \(4, 5, 3\), got \(4, 3\)"
        with pytest.raises(ValueError, match=words):
            layer.backward(np.ones((4, 3)))

    @pytest.mark.parametrize("numbers", [(0, 3), (2, -1), (2.5, 3)])
    def test_sizes_that_are_none(self, numbers):
        with pytest.raises(ValueError, match="needs"):
            RNN(*numbers)

    def test_both_weights_come_from_one_generator(self):
        one, other = RNN(3, 3, rng=0), RNN(3, 3, rng=0)
        assert one.state_weights.tobytes() == other.state_weights.tobytes()
        assert not np.array_equal(one.weights, one.state_weights)


class TestSteps:
    @settings(max_examples=10, deadline=None)
    @given(sizes, sizes, sizes, sizes)
    def test_a_dense_layer_at_every_step(self, batch, time, n_inputs, n_neurons):
        layer = EveryStep(n_inputs, n_neurons, rng=0, dtype=np.float64, weight_l2=0.1)
        X = normal(batch, time, n_inputs)
        found = layer.forward(X)
        for t in range(time):
            expected = X[:, t] @ layer.weights + layer.biases
            np.testing.assert_allclose(found[:, t], expected, rtol=1e-12)
        nn.check_layer(layer, X)

    def test_slopes_of_other_steps(self):
        layer = EveryStep(2, 1, dtype=np.float64)
        with pytest.raises(RuntimeError, match=r"^EveryStep\.backward came before"):
            layer.backward(np.ones((3, 4, 1)))
        layer.forward(normal(3, 4, 2))
        words = r"^EveryStep expected doutputs of shape \(3, 4, 1\), got \(4, 3, 1\)"
        with pytest.raises(ValueError, match=words):
            layer.backward(np.ones((4, 3, 1)))

    def test_the_last_step_alone(self):
        layer, X = LastStep(), normal(3, 4, 2)
        np.testing.assert_array_equal(layer.forward(X), X[:, 3])
        nn.check_layer(layer, X)
        with pytest.raises(ValueError, match=r"LastStep expected inputs of shape"):
            layer.forward(X[0])


def writer(seed=0, dtype=np.float32):
    rng = np.random.default_rng(seed)
    layers = [
        RNN(1, 6, rng=rng, dtype=dtype),
        EveryStep(6, 1, rng=rng, dtype=dtype),
        nn.Flatten(),
    ]
    model = nn.Model(layers, rng=rng)
    model.set(loss=nn.MeanSquaredError(), optimizer=ClippedAdam(0.01, limit=0.5))
    return model


class TestModels:
    @pytest.mark.parametrize("dtype", [np.float32, np.float64])
    def test_resuming_equals_never_stopping(self, tmp_path, dtype):
        X, y = waves(20, 9, rng=0)
        model = writer(dtype=dtype)
        model.train(X, y, epochs=3, batch_size=8, print_every=0)
        model.save(tmp_path / "m", include_optimizer=True)
        other = nn.Model.load(tmp_path / "m", layers=OWN)
        assert other.optimizer.limit == 0.5
        for each in (model, other):
            each.train(X, y, epochs=3, batch_size=8, print_every=0)
        assert model.parameters.dtype == dtype
        assert model.parameters.tobytes() == other.parameters.tobytes()
        assert model.history == other.history

    def test_a_file_may_not_name_them_by_itself(self, tmp_path):
        writer().save(tmp_path / "m")
        with pytest.raises(ValueError, match="'RNN', no known Layer"):
            nn.Model.load(tmp_path / "m")

    def test_the_gradient_of_all_parameters(self):
        X, y = waves(3, 5, rng=0)
        model = writer(dtype=np.float64)
        found = model.gradients(X, y)
        nn.check_gradient(
            lambda: model.loss.calculate(model.predict(X), y), model.parameters, found
        )

    def test_one_answer_behind_the_last_step(self):
        X, y = adding(30, 6, rng=0)
        model = nn.Model([RNN(2, 8, rng=0), LastStep(), nn.Dense(8, 1, rng=1)])
        model.set(loss=nn.MeanSquaredError(), optimizer=ClippedAdam(0.01))
        losses = model.train(X, y, epochs=300, print_every=0).loss
        assert losses[-1] < 0.2 * losses[0]


class TestClippedAdam:
    @pytest.mark.parametrize("gradient", [[0.3, 0.4], [3.0, -4.0], [0.0, 0.0]])
    def test_no_longer_than_its_limit(self, gradient):
        array, plain = np.zeros(2), np.zeros(2)
        length = math.hypot(*gradient)
        taken = np.array(gradient) / max(length, 1)
        clipped = ClippedAdam(0.1, limit=1.0)
        clipped.step([(array, np.array(gradient))])
        nn.Adam(0.1).step([(plain, taken)])
        np.testing.assert_allclose(array, plain, rtol=1e-9)
        means = clipped.get_state()["means"]
        np.testing.assert_allclose(means, (1 - clipped.beta_1) * taken, rtol=1e-9)

    def test_the_gradient_stays(self):
        gradient = np.array([30.0, 40.0])
        ClippedAdam(0.1).step([(np.zeros(2), gradient)])
        assert gradient.tolist() == [30.0, 40.0]

    @pytest.mark.parametrize("limit", [0, -1.0, math.inf, math.nan])
    def test_what_is_no_limit(self, limit):
        with pytest.raises(ValueError, match=r"^ClippedAdam needs a limit above 0"):
            ClippedAdam(limit=limit)


class TestData:
    def test_waves(self):
        X, y = waves(50, 40, rng=0)
        assert (X.shape, y.shape, X.dtype, y.dtype) == (
            (50, 40, 1),
            (50, 40),
            np.float32,
            np.float32,
        )
        np.testing.assert_allclose(X[:, :, 0] ** 2 + y**2, 1, atol=1e-6)
        # sin(a + 0.2) = sin(a) cos(0.2) + cos(a) sin(0.2)
        turned = X[:, :-1, 0] * math.cos(0.2) + y[:, :-1] * math.sin(0.2)
        np.testing.assert_allclose(X[:, 1:, 0], turned, atol=1e-6)

    @pytest.mark.parametrize("steps", [2, 5, 8])
    def test_adding(self, steps):
        X, y = adding(200, steps, rng=0)
        numbers, marks = X[:, :, 0], X[:, :, 1]
        assert X.dtype == y.dtype == np.float32
        assert y.shape == (200, 1)
        assert (marks[:, : steps // 2].sum(axis=1) == 1).all()
        assert (marks[:, steps // 2 :].sum(axis=1) == 1).all()
        np.testing.assert_allclose(y[:, 0], (numbers * marks).sum(axis=1), rtol=1e-6)
        assert (marks.sum(axis=0) > 0).all()  # every step is marked somewhere

    def test_the_same_seed_the_same_sequences(self):
        for make in (waves, adding):
            one, other = (make(3, 4, rng=5) for _ in range(2))
            assert [each.tobytes() for each in one] == [e.tobytes() for e in other]


class TestReach:
    @pytest.mark.parametrize("radius", [0.5, 1.2])
    def test_the_largest_eigenvalue(self, radius):
        layer = scaled_rnn(8, radius, rng=3)
        found = np.abs(np.linalg.eigvals(layer.state_weights)).max()
        assert found == pytest.approx(radius)

    def test_by_differences(self):
        layer, X = scaled_rnn(3, 0.9), normal(2, 4, 1)
        sizes = slopes_over_time(layer, X)
        slope = np.random.default_rng(0).standard_normal((2, 3))
        assert sizes[-1] == pytest.approx(math.sqrt(np.mean(slope**2)))
        # The slope along the state before the last step, by the last step alone.
        state = layer.states[:, 3].copy()

        def weighted():
            sums = X[:, 3] @ layer.weights + state @ layer.state_weights
            return float(np.sum(np.tanh(sums + layer.biases) * slope))

        expected = nn.gradients.numerical_gradient(weighted, state)
        assert sizes[-2] == pytest.approx(math.sqrt(np.mean(expected**2)), rel=1e-6)
