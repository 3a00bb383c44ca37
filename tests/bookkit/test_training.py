"""The playground's training: it learns, it repeats itself, and it survives any setting."""

import math

import numpy as np
import pytest

import nnfs_lib
from bookkit.toys import TOYS, toy_data
from bookkit.training import OPTIMIZERS, Training


def trained(epochs: int, **settings: object) -> Training:
    training = Training(**settings)
    training.advance(epochs)
    return training


def bits(training: Training) -> list[bytes]:
    """Return all parameters, as bytes."""
    return [
        getattr(layer, name).tobytes()
        for layer in training.layers
        for name in layer.parameter_names
    ]


class TestItLearns:
    @pytest.mark.parametrize("activation", ["ReLU", "Sigmoid"])
    @pytest.mark.parametrize("data", ["circles", "moons", "xor"])
    def test_the_easy_ones(self, data, activation):
        found = trained(500, data=data, activation=activation).measure()
        assert found["accuracy"] > 0.95
        assert found["test_accuracy"] > 0.95

    @pytest.mark.parametrize(
        ("data", "chance"), [("spiral 3", 1 / 3), ("spiral 2", 0.5)]
    )
    def test_spirals(self, data, chance):
        training = Training(data=data, width=16)
        assert training.measure()["loss"] > 0.9 * -math.log(chance)
        training.advance(400)
        found = training.measure()
        assert found["accuracy"] > 0.85
        assert found["test_accuracy"] > 0.75
        assert found["loss"] < 0.3

    def test_sine(self):
        training = trained(500, data="sine", depth=3, width=16, learning_rate=0.01)
        assert training.measure()["loss"] < 0.01
        assert training.measure()["test_loss"] < 0.01

    @pytest.mark.parametrize("optimizer", OPTIMIZERS)
    def test_with_every_optimizer(self, optimizer):
        training = Training(data="circles", optimizer=optimizer)
        before = training.measure()["loss"]
        training.advance(200)
        assert training.measure()["loss"] < 0.9 * before

    def test_no_hidden_layer_draws_only_lines(self):
        training = trained(300, data="circles", depth=0)
        assert [type(layer) for layer in training.layers] == [nnfs_lib.Dense]
        assert training.measure()["accuracy"] < 0.65
        assert training.hidden(training.X_test) == []


class TestItRepeatsItself:
    @pytest.mark.parametrize(
        "settings", [{}, {"dropout": 0.2}, {"data": "sine", "l1": 0.01}], ids=str
    )
    def test_same_settings_same_bits(self, settings):
        first, again = trained(20, **settings), trained(20, **settings)
        assert bits(first) == bits(again)
        assert first.measure() == again.measure()
        assert bits(first) != bits(trained(20, seed=1, **settings))

    def test_the_data_are_the_same_for_every_seed(self):
        first, other = Training(noise=0.1), Training(noise=0.1, seed=1)
        expected = toy_data("spiral 3", noise=0.1)
        for training in (first, other):
            assert training.X_train.tobytes() == expected[0].tobytes()
            assert training.y_test.tobytes() == expected[3].tobytes()

    def test_in_pieces_as_in_one_and_looking_changes_nothing(self):
        at_once, in_pieces = trained(30, dropout=0.3), Training(dropout=0.3)
        for epochs in (1, 0, 9, 20):
            in_pieces.advance(epochs)
            in_pieces.measure()
            in_pieces.predict(in_pieces.X_test)
            in_pieces.hidden(in_pieces.X_test)
        assert bits(in_pieces) == bits(at_once)
        assert in_pieces.epoch == at_once.epoch == 30

    def test_dropout_leaves_the_start_as_it_is(self):
        assert bits(Training(dropout=0.5)) == bits(Training())


class TestTheNetwork:
    def test_layers(self):
        training = Training(depth=2, width=5, dropout=0.25)
        kinds = [nnfs_lib.Dense, nnfs_lib.ReLU, nnfs_lib.Dropout]
        assert [type(layer) for layer in training.layers] == [
            *kinds * 2,
            nnfs_lib.Dense,
        ]
        shapes = [layer.weights.shape for layer in training.layers[::3]]
        assert shapes == [(2, 5), (5, 5), (5, 3)]
        assert training.layers[2].rate == training.layers[5].rate == 0.25
        assert training.layers[2].rng is training.layers[5].rng  # no two drop alike

    @pytest.mark.parametrize(
        ("activation", "start"),
        [("ReLU", nnfs_lib.he_normal), ("Sigmoid", nnfs_lib.glorot_uniform)],
    )
    def test_start(self, activation, start):
        training = Training(activation=activation, depth=1, seed=5)
        rng = np.random.default_rng(5)
        for layer in training.layers[::2]:
            expected = start(layer.weights.shape, rng, np.float32)
            np.testing.assert_array_equal(layer.weights, expected)
            assert not layer.biases.any()

    def test_one_epoch_of_sgd_by_hand(self):
        training = Training(data="moons", depth=0, optimizer="SGD", learning_rate=0.5)
        (layer,) = training.layers
        X, y = training.X_train.astype(float), training.y_train
        scores = np.exp(X @ layer.weights)
        slopes = scores / scores.sum(axis=1, keepdims=True) - np.eye(2)[y]
        expected = layer.weights - 0.5 * X.T @ slopes / len(X)
        training.advance(1)
        np.testing.assert_allclose(layer.weights, expected, rtol=1e-5, atol=1e-7)

    def test_optimizers_get_the_learning_rate(self):
        for name in OPTIMIZERS:
            training = Training(optimizer=name, learning_rate=0.07)
            assert training.optimizer.learning_rate == 0.07
        assert Training(optimizer="SGD").optimizer.momentum == 0
        assert Training(optimizer="SGD with momentum").optimizer.momentum == 0.9

    @pytest.mark.parametrize("penalty", ["l1", "l2"])
    def test_penalties_shrink_weights(self, penalty):
        free, paying = (
            trained(100, data="circles", **s) for s in ({}, {penalty: 0.01})
        )
        sizes = [
            sum(np.abs(layer.weights).sum() for layer in training.layers[::2])
            for training in (free, paying)
        ]
        assert sizes[1] < 0.8 * sizes[0]

    def test_dropout_only_while_it_trains(self):
        training = Training(dropout=0.5)
        seen = []
        loss = training.loss.backward
        training.loss.backward = lambda logits, y: (
            seen.append([layer.training for layer in training.layers]),
            loss(logits, y),
        )[1]
        training.advance(1)
        assert seen == [[True] * len(training.layers)]
        assert not any(layer.training for layer in training.layers)
        assert training.measure() == training.measure()


class TestWhatItSays:
    @pytest.mark.parametrize("data", TOYS)
    def test_predictions(self, data):
        training = trained(10, data=data)
        predictions = training.predict(training.X_test)
        assert predictions.dtype == np.float32
        if data == "sine":
            errors = predictions - training.y_test
            found = {"test_loss": float(np.mean(errors**2))}
        else:
            np.testing.assert_allclose(predictions.sum(axis=1), 1, rtol=1e-5)
            right = predictions[np.arange(len(predictions)), training.y_test]
            labels = predictions.argmax(axis=1)
            found = {
                "test_loss": -float(np.mean(np.log(right))),
                "test_accuracy": float(np.mean(labels == training.y_test)),
            }
        measured = training.measure()
        assert list(measured) == ["loss", "accuracy", "test_loss", "test_accuracy"]
        assert {type(value) for value in measured.values()} == {float}
        for name, value in found.items():
            assert measured[name] == pytest.approx(value, rel=1e-4)

    def test_hidden(self):
        training = trained(5, depth=2, width=4, dropout=0.5)
        X = np.array([[0.5, -0.25], [0.1, 0.9]])
        first, second = training.hidden(X)
        dense = training.layers[::3]
        expected = np.maximum(X @ dense[0].weights + dense[0].biases, 0)
        np.testing.assert_allclose(first, expected, rtol=1e-5, atol=1e-7)
        expected = np.maximum(expected @ dense[1].weights + dense[1].biases, 0)
        np.testing.assert_allclose(second, expected, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("optimizer", OPTIMIZERS)
@pytest.mark.parametrize(("data", "n_outputs"), [("spiral 3", 3), ("sine", 1)])
def test_a_run_that_diverges_warns_of_nothing(data, n_outputs, optimizer):
    training = trained(30, data=data, optimizer=optimizer, learning_rate=1e30)
    assert not math.isfinite(training.measure()["loss"])
    X = training.X_test
    assert training.predict(X).shape == (len(X), n_outputs)
    assert [outputs.shape for outputs in training.hidden(X)] == [(len(X), 8)] * 2


class OwnDense(nnfs_lib.Dense):
    """What a reader writes in chapter 4."""

    def forward(self, inputs):
        self.inputs = inputs
        return np.dot(inputs, self.weights) + self.biases

    def backward(self, doutputs):
        self.dweights = np.dot(self.inputs.T, doutputs)
        self.dbiases = doutputs.sum(axis=0, keepdims=True)
        return np.dot(doutputs, self.weights.T)


class Tanh(nnfs_lib.Layer):
    def forward(self, inputs):
        self.outputs = np.tanh(inputs)
        return self.outputs

    def backward(self, doutputs):
        return doutputs * (1 - self.outputs**2)


class TestLayersOfAReader:
    def test_dense(self):
        training, expected = trained(10, dense=OwnDense), trained(10)
        assert type(training.layers[0]) is type(training.layers[-1]) is OwnDense
        # They add up in another order than the library: the last digits differ.
        for mine, theirs in zip(
            training.layers[::2], expected.layers[::2], strict=True
        ):
            np.testing.assert_allclose(mine.weights, theirs.weights, atol=1e-5)
            np.testing.assert_allclose(mine.biases, theirs.biases, atol=1e-5)

    def test_dense_with_bits_of_its_own_repeats_them(self):
        assert bits(trained(20, dense=OwnDense)) == bits(trained(20, dense=OwnDense))

    def test_activation(self):
        training = trained(500, data="circles", activation=Tanh)
        assert [type(layer) for layer in training.layers[1::2]] == [Tanh] * 2
        assert training.measure()["accuracy"] > 0.95

    def test_one_that_fails_leaves_training_mode_off(self):
        class Half(nnfs_lib.Layer):
            def forward(self, inputs):
                return np.array(inputs)

        training = Training(activation=Half)
        with pytest.raises(NotImplementedError, match="Half has no backward: define"):
            training.advance(1)
        assert not any(layer.training for layer in training.layers)
        assert training.epoch == 0


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"data": "spirals"}, r"no data set 'spirals': take one of \['spiral 3'"),
        ({"noise": -1}, "Noise is zero or more, got -1"),
        ({"depth": -1}, "depth is a whole number from 0 up, got -1"),
        ({"depth": 1.5}, r"depth is a whole number from 0 up, got 1\.5"),
        ({"width": 0}, "width is a whole number from 1 up, got 0"),
        ({"activation": "relu"}, r"no activation 'relu': take one of \['ReLU', 'Sig"),
        ({"activation": dict}, "no activation <class 'dict'>: .* of your own, a Layer"),
        ({"optimizer": "adam"}, r"no optimizer 'adam': take one of \['SGD', 'SGD w"),
        ({"learning_rate": 0}, "Adam needs a learning_rate > 0, got 0"),
        ({"l1": -0.1}, r"l1 is zero or more, got -0\.1: 0 is none"),
        ({"l2": math.nan}, "l2 is zero or more, got nan"),
        ({"dropout": -0.1, "depth": 0}, r"dropout is zero or more, got -0\.1"),
        ({"dropout": 1}, "dropout is the share dropped, below 1, got 1: 0.1 drops"),
    ],
)
def test_bad_settings(settings, message):
    with pytest.raises(ValueError, match=message):
        Training(**settings)


def test_bad_epochs():
    with pytest.raises(ValueError, match="epochs is a whole number from 0 up, got -1"):
        Training().advance(-1)


def test_sizes_of_numpys_own_type():
    assert bits(Training(depth=np.int64(1), width=np.int8(3))) == bits(
        Training(depth=1, width=3)
    )
