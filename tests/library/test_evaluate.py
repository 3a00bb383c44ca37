"""Evaluation and prediction: batched as whole, and nothing is changed by them."""

import math
import tracemalloc

import numpy as np
import pytest


def classifier(nn):
    model = nn.Model(
        [
            nn.Dense(2, 8, rng=0, initializer=nn.he_normal, weight_l2=0.1),
            nn.ReLU(),
            nn.Dropout(0.5, rng=1),
            nn.Dense(8, 3, rng=2, initializer=nn.he_normal),
            nn.Softmax(),
        ],
        rng=3,
    )
    model.set(
        loss=nn.CategoricalCrossentropy(),
        optimizer=nn.Adam(0.01),
        accuracy=nn.CategoricalAccuracy(),
    )
    return model


def line(nn):
    """Return y = x, untrained: what it predicts is known."""
    model = nn.Model([nn.Dense(1, 1, initializer=nn.constant(1.0))])
    model.set(loss=nn.MeanSquaredError(), accuracy=nn.RegressionAccuracy())
    return model


@pytest.mark.parametrize("size", [1, 2, 7, 13, 29, 30, 31, 1000])
class TestBatchedAsWhole:
    def test_classes(self, nn, size):
        X, y = nn.spiral_data(10, 3, rng=0)
        model = classifier(nn)
        whole, parts = model.evaluate(X, y), model.evaluate(X, y, batch_size=size)
        assert parts.accuracy == whole.accuracy
        assert parts.loss == pytest.approx(whole.loss, rel=1e-6)

    def test_predictions(self, nn, size):
        X, _ = nn.spiral_data(10, 3, rng=0)
        model = classifier(nn)
        parts = model.predict(X, batch_size=size)
        assert parts.shape == (30, 3)
        np.testing.assert_allclose(parts, model.predict(X), rtol=1e-5)

    def test_accuracy_of_a_regression(self, nn, size):
        # Precision is std / 250 of all targets: 5 / 250 = 0.02. In batches of their own,
        # zeros would have a precision of 0, and nothing near them would be right.
        y = np.repeat(np.array([[-5.0], [5.0]], np.float32), 15, axis=0)
        X = y + np.float32(0.01)
        X[:3] += 1
        loss, accuracy = line(nn).evaluate(X, y, batch_size=size)
        assert accuracy == 27 / 30
        assert loss == pytest.approx((3 * 1.01**2 + 27 * 0.01**2) / 30, rel=1e-4)


def test_by_hand(nn):
    X = np.array([[1.0], [2.0], [3.0]], np.float32)
    y = np.array([[1.0], [4.0], [3.0]], np.float32)
    found = line(nn).evaluate(X, y)
    assert found.loss == pytest.approx(4 / 3)
    assert found.accuracy == 2 / 3
    assert found == (found.loss, found.accuracy)


def test_without_penalties(nn):
    model = nn.Model([nn.Dense(1, 1, initializer=nn.constant(1.0), weight_l2=5.0)])
    model.set(loss=nn.MeanSquaredError())
    X = np.array([[1.0]], np.float32)
    assert model.evaluate(X, X + 1).loss == 1.0


def test_no_accuracy_is_nan(nn):
    model = nn.Model([nn.Dense(1, 1)])
    model.set(loss=nn.MeanSquaredError())
    assert math.isnan(model.evaluate(np.ones((2, 1)), np.ones((2, 1))).accuracy)


def test_yes_or_no_is_counted_on_probabilities(nn):
    # Logits 0.2 and 3 are both a yes, 0.55 and 0.95: on logits above 0.5 only one would be.
    model = nn.Model([nn.Dense(1, 1, initializer=nn.constant(1.0)), nn.Sigmoid()])
    model.set(
        loss=nn.BinaryCrossentropy(),
        accuracy=nn.BinaryAccuracy(),
        optimizer=nn.SGD(1e-9),
    )
    X, y = np.array([[0.2], [3.0]], np.float32), np.array([[1], [1]])
    found = model.evaluate(X, y)
    assert found.accuracy == 1.0
    expected = (math.log(1 + math.exp(-0.2)) + math.log(1 + math.exp(-3))) / 2
    assert found.loss == pytest.approx(expected, rel=1e-6)
    assert model.train(X, y, print_every=0).accuracy == [1.0]


def state_of(model):
    return (
        model.parameters.tobytes(),
        {name: memory.tobytes() for name, memory in model.optimizer.memory.items()},
        model.optimizer.steps_done,
        model.rng.bit_generator.state,
        model.layers[2].rng.bit_generator.state,
        [layer.training for layer in model.layers],
    )


@pytest.mark.parametrize("flag", [False, True])
def test_nothing_changes(nn, flag, capsys):
    X, y = nn.spiral_data(10, 3, rng=0)
    model = classifier(nn)
    model.train(X, y, epochs=2, batch_size=8, print_every=0)
    model.layers[2].training = flag
    before = state_of(model)
    first = model.evaluate(X, y, batch_size=4), model.predict(X).tobytes()
    assert (model.evaluate(X, y, batch_size=4), model.predict(X).tobytes()) == first
    assert state_of(model) == before
    assert capsys.readouterr() == ("", "")


def test_validation_data_changes_no_bit_of_the_training(nn):
    X, y = nn.spiral_data(10, 3, rng=0)
    other = nn.spiral_data(7, 3, rng=1)
    runs = [classifier(nn), classifier(nn)]
    plain = runs[0].train(X, y, epochs=4, batch_size=8, print_every=0)
    watched = runs[1].train(
        X, y, epochs=4, batch_size=8, print_every=0, validation_data=other
    )
    assert plain.loss == watched.loss
    assert runs[0].parameters.tobytes() == runs[1].parameters.tobytes()
    assert len(watched.val_loss) == len(watched.val_accuracy) == 4
    last = runs[1].evaluate(*other, batch_size=8)
    assert (watched.val_loss[-1], watched.val_accuracy[-1]) == last


def test_validation_data_without_an_accuracy(nn):
    X = np.ones((4, 1), np.float32)
    model = nn.Model([nn.Dense(1, 1)])
    model.set(loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.1))
    history = model.train(X, X, epochs=2, print_every=0, validation_data=(X, X))
    assert len(history.val_loss) == 2
    assert history.val_accuracy == history.accuracy == []


@pytest.mark.parametrize("size", [None, 2])
def test_predictions_are_the_callers_own(nn, size):
    X = np.array([[1.0], [2.0], [3.0]], np.float32)
    model = nn.Model([nn.Dense(1, 1, initializer=nn.constant(1.0)), nn.Linear()])
    first = model.predict(X, batch_size=size)
    first[:] = 9
    again = model.predict(X, batch_size=size)
    assert again.tolist() == [[1.0], [2.0], [3.0]]
    again[:] = 9
    assert X.tolist() == [[1.0], [2.0], [3.0]]
    assert first.tolist() == [[9.0]] * 3


def test_predictions_of_layers_that_only_look_are_no_views(nn):
    model = nn.Model([nn.Linear()])
    X = np.ones((2, 1), np.float32)
    assert not np.shares_memory(model.predict(X), X)


def test_nothing_is_dropped(nn):
    model = nn.Model([nn.Dropout(0.9, rng=0), nn.Linear()])
    model.layers[0].training = True
    assert (model.predict(np.ones((50, 4), np.float32)) == 1).all()
    assert model.layers[0].training


class TestErrors:
    def test_wrong_features(self, nn):
        message = r"^Dense expected inputs of shape \(batch, 2\), got \(4, 3\)"
        with pytest.raises(ValueError, match=message):
            classifier(nn).predict(np.ones((4, 3)))

    def test_no_samples(self, nn):
        message = r"^X and y need at least one sample, got none\.$"
        with pytest.raises(ValueError, match=message):
            classifier(nn).predict(np.ones((0, 2)))
        with pytest.raises(ValueError, match=message):
            classifier(nn).evaluate(np.ones((0, 2)), np.ones(0, int))

    @pytest.mark.parametrize("wrong", [0, 1.5])
    def test_batch_sizes(self, nn, wrong):
        message = rf"^batch_size is a whole number from 1 on, got {wrong}\.$"
        with pytest.raises(ValueError, match=message):
            classifier(nn).predict(np.ones((4, 2)), batch_size=wrong)


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (np.ones((3, 2)), r"^validation_data is a pair: \(X, y\)\.$"),
        ((np.ones((3, 2)), np.zeros(2, int)), "X and y need one length"),
        ((np.ones((3, 5)), np.zeros(3, int)), r"expected inputs of shape \(batch, 2\)"),
        ((np.ones((3, 2)), np.zeros((3, 1))), "expected targets of shape"),
        ((np.ones((3, 2)), np.array([0, 1, 3])), "labels 0 to 2, got 0 to 3"),
    ],
)
def test_validation_data_that_do_not_fit_are_refused_before_a_step(nn, bad, message):
    model = nn.Model([nn.Dense(2, 3, rng=0), nn.Softmax()])
    model.set(loss=nn.CategoricalCrossentropy(), optimizer=nn.SGD())
    before = model.get_parameters()
    with pytest.raises(ValueError, match=message):
        model.train(
            np.ones((4, 2)), np.zeros(4, int), validation_data=bad, print_every=0
        )
    assert model.optimizer.steps_done == 0
    assert np.array_equal(model.get_parameters()[0][0], before[0][0])


@pytest.mark.parametrize(
    ("place", "wrong", "message"),
    [
        (0, 3, r"labels 0 to 2, got 0 to 3: there are 3 classes\.$"),
        (199, 3, r"labels 0 to 2, got 0 to 3: there are 3 classes\.$"),
        (120, -1, r"labels 0 to 2, got -1 to 2: there are 3 classes\.$"),
    ],
)
def test_one_wrong_target_is_refused_before_a_step(nn, place, wrong, message):
    X, y = np.ones((200, 2)), np.arange(200) % 3
    y[place] = wrong
    model = classifier(nn)
    model.finalize()
    before, drawn = model.parameters.copy(), model.layers[2].rng.bit_generator.state
    with pytest.raises(ValueError, match=message):
        model.train(X, y, batch_size=10, print_every=0)
    assert model.optimizer.steps_done == 0
    np.testing.assert_array_equal(model.parameters, before)
    assert model.layers[2].rng.bit_generator.state == drawn


def test_the_accuracy_sees_every_target_before_a_step(nn):
    class Even(nn.Accuracy):
        def compare(self, predictions, targets):
            if (np.asarray(targets) % 2).any():
                raise ValueError("Even wants even labels.")
            return np.ones(len(targets))

    model = classifier(nn)
    model.set(accuracy=Even())
    with pytest.raises(ValueError, match="even labels"):
        model.train(
            np.ones((40, 2)), np.repeat([0, 1], [39, 1]), batch_size=5, print_every=0
        )
    assert model.optimizer.steps_done == 0


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("name", ["X", "y"])
def test_numbers_that_are_not_finite_are_refused_before_a_step(nn, name, bad):
    data = dict(zip("Xy", nn.sine_data(60), strict=True))
    data[name][50, 0] = bad
    model = nn.Model([nn.Dense(1, 1, rng=0)])
    model.set(loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.1))
    before = model.layers[0].weights.copy()
    message = (
        rf"^{name} has to hold finite numbers, got {bad}, the first in sample 50\.$"
    )
    with pytest.raises(ValueError, match=message):
        model.train(data["X"], data["y"], batch_size=16, print_every=0)
    with pytest.raises(ValueError, match=message):
        model.train(
            *nn.sine_data(60), validation_data=(data["X"], data["y"]), print_every=0
        )
    np.testing.assert_array_equal(model.layers[0].weights, before)


@pytest.mark.parametrize("bad", [0.2, 5, "X, y", np.ones((2, 3))])
def test_validation_data_that_are_no_pair(nn, bad):
    X, y = nn.spiral_data(5, 3, rng=0)
    with pytest.raises(ValueError, match=r"^validation_data is a pair: \(X, y\)\.$"):
        classifier(nn).train(X, y, validation_data=bad, print_every=0)


@pytest.mark.parametrize("accuracy", [False, True])
def test_room_for_a_batch_and_not_for_all_outputs(nn, accuracy):
    n, outputs = 40_000, 200
    model = nn.Model([nn.Dense(1, outputs, rng=0), nn.Softmax()])
    model.set(loss=nn.CategoricalCrossentropy(), optimizer=nn.SGD(0.1))
    if accuracy:
        model.set(accuracy=nn.CategoricalAccuracy())
    X, y = np.zeros((n, 1), np.float32), np.zeros(n, int)
    model.finalize()
    tracemalloc.start()
    model._try_out((X, y))
    if not accuracy:
        model.train(X, y, batch_size=1000, print_every=0)
        model.evaluate(X, y, batch_size=1000)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * n * outputs  # what all outputs take once, in bytes


def test_a_sample_of_more_than_a_million_outputs(nn):
    model = nn.Model([nn.Dense(1, 1_000_001, rng=0)])
    model.set(loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.1))
    y = np.ones((2, 1_000_001), np.float32)
    y[1, -1] = np.nan
    X = np.ones((2, 1), np.float32)
    with pytest.raises(ValueError, match="finite numbers, got nan"):
        model.train(X, y, print_every=0)
    y[1, -1] = 1
    history = model.train(X, y, print_every=0)
    assert history.loss[0] == pytest.approx(
        1 + 2, rel=0.01
    )  # the variance of He's weights
