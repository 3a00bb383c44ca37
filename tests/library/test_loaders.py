"""`train` and `evaluate` take a loader, which gives batches, in the place of X and y."""

import numpy as np
import pytest


def classifier(nn, rate=0.05):
    model = nn.Model(
        [nn.Dense(2, 8, rng=1), nn.ReLU(), nn.Dense(8, 3, rng=2), nn.Softmax()], rng=3
    )
    model.set(
        loss=nn.CategoricalCrossentropy(),
        optimizer=nn.Adam(rate),
        accuracy=nn.CategoricalAccuracy(),
    )
    return model


@pytest.fixture
def spiral(nn):
    return nn.spiral_data(20, 3, rng=0)


class Shuffled:
    """A loader that shuffles as the model itself does."""

    def __init__(self, nn, X, y, batch_size):
        self.batches = nn.batches
        self.parts = X, y, batch_size
        self.rng = np.random.default_rng(3)

    def __iter__(self):
        return iter(self.batches(*self.parts, self.rng))


def test_the_same_batches_train_the_same_network(nn, spiral):
    X, y = spiral
    with_arrays, with_loader = classifier(nn), classifier(nn)
    more = {"epochs": 3, "validation_data": (X, y), "print_every": 0}
    one = with_arrays.train(X, y, batch_size=16, **more)
    other = with_loader.train(Shuffled(nn, X, y, 16), **more)
    assert (one.loss, one.accuracy) == (other.loss, other.accuracy)
    assert other.val_loss == pytest.approx(one.val_loss, rel=1e-6)
    np.testing.assert_array_equal(with_arrays.parameters, with_loader.parameters)


def test_a_list_of_batches_is_a_loader(nn, spiral):
    X, y = spiral
    batches = [(X[:16], y[:16]), (X[16:40], y[16:40]), (X[40:], y[40:])]
    model = classifier(nn)
    history = model.train(batches, epochs=2, print_every=0)
    assert model.optimizer.steps_done == 6
    assert len(history.loss) == len(history.accuracy) == 2
    found = model.evaluate(batches)
    expected = model.evaluate(X, y)
    assert found.loss == pytest.approx(expected.loss, rel=1e-6)
    assert found.accuracy == expected.accuracy


def test_the_loss_of_an_epoch_is_a_mean_over_samples(nn, spiral):
    X, y = spiral
    model = classifier(nn, rate=1e-30)
    parts = [(X[:50], y[:50]), (X[50:], y[50:])]
    expected = model.evaluate(X, y)
    history = model.train(parts, print_every=0)
    assert history.loss[0] == pytest.approx(expected.loss, rel=1e-6)
    assert history.accuracy == [expected.accuracy]


GIVES = r"^Without y, X is a loader, which gives batches \(X, y\)"


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda X, y: X, " again each .*, got ndarray"),
        (lambda X, y: iter([(X, y)]), " again each .*, got list_iterator"),
        (lambda X, y: 3, " again each .*, got int"),
        (lambda X, y: [], ", got none"),
        (lambda X, y: [X], ", got ndarray for a batch"),
        (lambda X, y: [(X, y, y)], ", got tuple for a batch"),
    ],
)
def test_what_is_no_loader_is_refused_before_the_first_step(nn, spiral, make, said):
    model = classifier(nn)
    before = model.parameters.copy()
    with pytest.raises(ValueError, match=GIVES + said):
        model.train(make(*spiral), print_every=0)
    with pytest.raises(ValueError, match=GIVES + said):
        model.evaluate(make(*spiral))
    np.testing.assert_array_equal(model.parameters, before)
    assert model.optimizer.steps_done == 0


def test_a_loader_has_a_batch_size_of_its_own(nn, spiral):
    with pytest.raises(ValueError, match=r"^A loader has a batch size of its own: "):
        classifier(nn).train([spiral], batch_size=4, print_every=0)


def test_a_batch_is_looked_at_before_its_step(nn, spiral):
    X, y = spiral
    model = classifier(nn)
    with pytest.raises(ValueError, match="sample 0"):
        model.train([(X * np.nan, y)], print_every=0)
    with pytest.raises(ValueError, match="labels"):
        model.train([(X, y + 7)], print_every=0)
    assert model.optimizer.steps_done == 0


def test_a_loader_that_runs_dry_says_so(nn, spiral):
    class Once:
        times = 0

        def __iter__(self):
            self.times += 1
            return iter([spiral] if self.times < 2 else [])

    model = classifier(nn)
    with pytest.raises(ValueError, match=GIVES + ", got none"):
        model.train(Once(), epochs=9, print_every=0)
    assert len(model.history.loss) == 1
