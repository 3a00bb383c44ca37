"""The lab *What lets deep networks learn*: every number by hand, by differences, and as PyTorch has it."""

import copy
import json
import math

import deep as golden
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from optimizers import START, flat, gradient

import nnfs_lib as nn
from bookkit.equations import oracles
from nnfs_lib.labs import deep as lab
from nnfs_lib.labs.deep import (
    BatchNorm,
    CosineDecay,
    ExponentialDecay,
    Huber,
    LeakyReLU,
    Nesterov,
    RAdam,
    Softplus,
    StepDecay,
    Warmup,
    deep_layers,
    signal_sizes,
)

KEPT = json.loads(golden.FILE.read_text(encoding="utf-8"))
ADVICE = "run tests/golden/deep.py, its first lines say how"
TOLERANCE = {"rtol": 1e-11, "atol": 1e-11}
without_deadline = settings(deadline=None, max_examples=30)
FLOATS = st.sampled_from([np.float32, np.float64])


def trained_norm(features, *, training, seed=0, dtype=np.float64, **options):
    """Return a BatchNorm whose every number is drawn."""
    rng = np.random.default_rng(seed)
    layer = BatchNorm(features, dtype=dtype, **options)
    for name in (*layer.parameter_names, *layer.state):
        getattr(layer, name)[:] = rng.uniform(0.5, 2, (1, features))
    layer.training = training
    return layer


# -- batch normalization


def test_by_hand():
    layer = BatchNorm(2, epsilon=1e-12, dtype=np.float64)
    layer.scale[:], layer.shift[:] = [[2, 1]], [[1, 0]]
    layer.training = True
    X = np.array([[2.0, 80], [4, 60], [5, 50], [6, 40], [8, 20]])
    outputs = layer.forward(X)
    expected = [[-2, 1.5], [0, 0.5], [1, 0], [2, -0.5], [4, -1.5]]
    np.testing.assert_allclose(outputs, expected, atol=1e-9)
    np.testing.assert_allclose(layer.running_mean, [[0.5, 5]])
    np.testing.assert_allclose(layer.running_variance, [[1.4, 0.9 + 0.1 * 500]])
    first = np.zeros((5, 2))
    first[0, 0] = 1
    dinputs = layer.backward(first)
    np.testing.assert_allclose(dinputs[:, 0], [0.35, -0.35, -0.2, -0.05, 0.25])
    np.testing.assert_allclose(layer.dscale, [[-1.5, 0]], atol=1e-12)
    np.testing.assert_allclose(layer.dshift, [[1, 0]])


def test_outside_of_training_a_prediction_is_the_samples_own():
    layer = trained_norm(3, training=False)
    X = np.random.default_rng(1).standard_normal((6, 3))
    before = [getattr(layer, name).copy() for name in layer.state]
    together = layer.forward(X)
    alone = np.concatenate([layer.forward(row[np.newaxis]) for row in X])
    np.testing.assert_array_equal(together, alone)
    for name, old in zip(layer.state, before, strict=True):
        np.testing.assert_array_equal(getattr(layer, name), old)


SHAPES = st.one_of(
    st.tuples(st.integers(2, 6), st.integers(1, 5)),
    st.tuples(st.integers(1, 2), *[st.integers(2, 3)] * 2, st.integers(1, 3)),
    st.tuples(st.integers(2, 3), st.integers(1, 3), st.integers(1, 3)),
)


@without_deadline
@given(SHAPES, st.booleans(), st.integers(0, 999))
def test_its_gradients_are_what_differences_say(shape, training, seed):
    layer = trained_norm(shape[-1], training=training, seed=seed, epsilon=0.01)
    X, doutputs = np.random.default_rng(seed).standard_normal((2, *shape))
    X = 2 * X + 1
    layer.forward(X)
    found = {
        "X": layer.backward(doutputs),
        "scale": layer.dscale,
        "shift": layer.dshift,
    }
    for name, array in (("X", X), ("scale", layer.scale), ("shift", layer.shift)):
        expected = oracles.slope(lambda: np.sum(layer.forward(X) * doutputs), array)
        size = max(1, np.abs(expected).max())
        np.testing.assert_allclose(found[name], expected, atol=1e-7 * size, rtol=0)


@pytest.mark.parametrize("training", [True, False])
def test_the_books_judge_accepts_it_in_both_modes(training):
    X = np.random.default_rng(5).standard_normal((7, 3))
    errors = nn.check_layer(trained_norm(3, training=training), X)
    assert errors.keys() == {"dinputs", "dscale", "dshift"}


@without_deadline
@given(SHAPES, st.integers(0, 999))
def test_any_axes_but_the_last_are_rows(shape, seed):
    X, doutputs = np.random.default_rng(seed).standard_normal((2, *shape))
    pictures, rows = (trained_norm(shape[-1], training=True) for _ in range(2))
    outputs = pictures.forward(X)
    flat_outputs = rows.forward(X.reshape(-1, shape[-1]))
    np.testing.assert_array_equal(outputs, flat_outputs.reshape(shape))
    dinputs = rows.backward(doutputs.reshape(-1, shape[-1]))
    np.testing.assert_array_equal(pictures.backward(doutputs), dinputs.reshape(shape))


def test_of_two_samples_no_slope_comes_back():
    layer = BatchNorm(4, epsilon=1e-12, dtype=np.float64)
    layer.training = True
    outputs = layer.forward(np.random.default_rng(0).standard_normal((2, 4)))
    np.testing.assert_allclose(np.abs(outputs), 1)
    dinputs = layer.backward(np.random.default_rng(1).standard_normal((2, 4)))
    assert np.abs(dinputs).max() < 1e-9


def test_a_feature_that_never_changes_becomes_its_shift():
    layer = BatchNorm(2)
    layer.training = True
    layer.shift[:] = [[3, 4]]
    outputs = layer.forward(np.full((5, 2), 7.0))
    np.testing.assert_allclose(outputs, [[3, 4]] * 5, atol=1e-6)
    assert np.isfinite(layer.backward(np.ones((5, 2)))).all()


@pytest.mark.parametrize("mean", [0, 1000])
def test_many_rows_in_single_precision(mean):
    rng = np.random.default_rng(0)
    X = (mean + rng.standard_normal((200_000, 3))).astype(np.float32)
    layer = BatchNorm(3, momentum=0.0)
    layer.training = True
    outputs = layer.forward(X)
    exact = X.astype(np.float64)
    np.testing.assert_allclose(
        layer.running_mean[0], exact.mean(axis=0), atol=3e-5 * max(mean, 1)
    )
    np.testing.assert_allclose(layer.running_variance[0], exact.var(axis=0), rtol=1e-3)
    assert outputs.dtype == np.float32


@without_deadline
@given(FLOATS, st.booleans())
def test_the_type_stays(dtype, training):
    layer = trained_norm(3, training=training, dtype=dtype, momentum=np.float64(0.9))
    for X in (
        np.ones((4, 3)),
        np.arange(12).reshape(4, 3),
        np.ones((4, 3), np.float32),
    ):
        assert layer.forward(X).dtype == dtype
        assert layer.backward(np.ones((4, 3))).dtype == dtype
        names = [*layer.parameter_names, *layer.state, "dscale", "dshift"]
        assert {getattr(layer, name).dtype for name in names} == {np.dtype(dtype)}


@pytest.mark.parametrize("name", golden.NORMS)
def test_it_is_pytorchs(name):
    (shape, epsilon, momentum), arrays = golden.NORMS[name], golden.draw(name)
    options = {"epsilon": epsilon, "momentum": momentum, "dtype": np.float64}
    layer = BatchNorm(shape[-1], **options)
    layer.scale[:], layer.shift[:] = arrays["scale"], arrays["shift"]
    layer.training = True
    layer.forward(arrays["first"])
    for mode in ("training", "evaluation"):
        layer.training = mode == "training"
        found = {
            "outputs": layer.forward(arrays["second"]),
            "dinputs": layer.backward(arrays["doutputs"]),
            "dscale": layer.dscale,
            "dshift": layer.dshift,
        }
        for key, array in found.items():
            expected = KEPT["norms"][name][mode][key]
            np.testing.assert_allclose(array.ravel(), expected, **TOLERANCE)
    for key in layer.state:
        expected = KEPT["norms"][name][key]
        np.testing.assert_allclose(getattr(layer, key)[0], expected, **TOLERANCE)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"features": 0}, "a whole number from 1 on for features, got 0"),
        ({"features": 2.0}, "a whole number from 1 on for features, got 2.0"),
        ({"features": True}, "a whole number from 1 on for features, got True"),
        ({"features": 2, "momentum": 1}, "momentum from 0 to below 1, got 1"),
        ({"features": 2, "momentum": "0.9"}, "momentum from 0 to below 1, got '0.9'"),
        ({"features": 2, "epsilon": 0}, "epsilon above 0, got 0"),
        ({"features": 2, "epsilon": np.nan}, "epsilon above 0, got nan"),
        ({"features": 2, "epsilon": np.inf}, "epsilon above 0, got inf"),
        ({"features": 2, "dtype": int}, "needs a type of float, got int64"),
    ],
)
def test_a_norm_that_makes_no_sense_is_refused(options, message):
    with pytest.raises(ValueError, match=message):
        BatchNorm(**options)


@pytest.mark.parametrize(
    ("X", "message"),
    [
        (np.ones((4, 2)), r"shape \(batch, \.\.\., 3\), got \(4, 2\): the features"),
        (np.ones(3), r"got \(3,\)"),
        (
            np.ones((1, 3)),
            "at least 2 samples while training, got 1: take a batch_size",
        ),
        (np.ones((0, 3)), "at least 2 samples while training, got 0"),
        ([["a", "b", "c"]] * 2, "of real numbers, got <U1"),
    ],
)
def test_inputs_that_cannot_be_normalized_are_refused(X, message):
    layer = BatchNorm(3)
    layer.training = True
    with pytest.raises(ValueError, match=f"BatchNorm .*{message}"):
        layer.forward(X)
    assert not layer.running_mean.any()


def test_one_sample_outside_of_training_is_welcome():
    assert BatchNorm(3).forward(np.ones((1, 3))).shape == (1, 3)


# -- networks


def norm_model(learning_rate=0.01, optimizer=nn.Adam, **options):
    """Return a small network with batch normalization, ready to train."""
    layers = deep_layers(2, 3, depth=3, width=8, batch_norm=True, rng=0, **options)
    model = nn.Model([*layers, nn.Softmax()], rng=1)
    model.set(loss=nn.CategoricalCrossentropy(), optimizer=optimizer(learning_rate))
    model.set(accuracy=nn.CategoricalAccuracy())
    return model


X, LABELS = nn.spiral_data(20, 3, rng=0)


def train(model, epochs):
    return model.train(X, LABELS, epochs=epochs, batch_size=20, print_every=0)


CLASSES = [
    *(BatchNorm, LeakyReLU, Softplus, Huber, Nesterov, RAdam),
    *(StepDecay, ExponentialDecay, CosineDecay, Warmup),
]


@pytest.mark.parametrize("activation", [LeakyReLU, Softplus, lambda: LeakyReLU(0.2)])
def test_it_is_saved_and_loaded_running_numbers_included(tmp_path, activation):
    model = norm_model(activation=activation)
    train(model, 4)
    model.save(tmp_path / "model.npz")
    loaded = nn.Model.load(tmp_path / "model.npz", layers=CLASSES)
    np.testing.assert_array_equal(loaded.predict(X), model.predict(X))
    norms = [layer for layer in loaded.layers if isinstance(layer, BatchNorm)]
    assert len(norms) == 3
    assert norms[0].running_mean.any()
    assert {norm.features for norm in norms} == {8}


SCHEDULES = {
    "step": StepDecay(0.02, steps=7, factor=0.5),
    "exponential": ExponentialDecay(0.02, steps=7, factor=0.5),
    "cosine": CosineDecay(0.02, steps=25, end=0.001),
    "warmup": Warmup(0.02, steps=20),
    "nested": Warmup(CosineDecay(0.02, steps=10), steps=13),
}


@pytest.mark.parametrize("optimizer", [nn.SGD, nn.Adam, Nesterov, RAdam])
@pytest.mark.parametrize("schedule", SCHEDULES)
def test_it_goes_on_in_the_middle_of_a_schedule(tmp_path, schedule, optimizer):
    whole = norm_model(SCHEDULES[schedule], optimizer)
    half = copy.deepcopy(whole)
    together = train(whole, 8)
    first = train(half, 5)
    half.save(tmp_path / "half.npz", include_optimizer=True)
    resumed = nn.Model.load(tmp_path / "half.npz", layers=CLASSES)
    assert resumed.optimizer.steps_done == 15
    second = train(resumed, 3)
    np.testing.assert_array_equal(resumed.parameters, whole.parameters)
    np.testing.assert_array_equal(resumed.predict(X), whole.predict(X))
    assert first.learning_rate + second.learning_rate == together.learning_rate
    # three steps an epoch; the history has the last one's rate
    expected = [SCHEDULES[schedule](3 * epoch + 2) for epoch in range(8)]
    assert together.learning_rate == expected


def test_a_batch_of_one_ends_a_training_in_words():
    model = norm_model()
    with pytest.raises(ValueError, match="leaves no batch of one, or drop the last"):
        model.train(X[:41], LABELS[:41], batch_size=20, print_every=0)


def test_a_deep_network_has_what_was_asked_for():
    layers = deep_layers(5, 2, depth=3, width=4, activation=nn.Tanh, batch_norm=True)
    names = [type(layer).__name__ for layer in layers]
    assert names == ["Dense", "BatchNorm", "Tanh"] * 3 + ["Dense"]
    sizes = [layer.weights.shape for layer in layers if isinstance(layer, nn.Dense)]
    assert sizes == [(5, 4), (4, 4), (4, 4), (4, 2)]
    (alone,) = deep_layers(5, 2, depth=0)
    assert alone.weights.shape == (5, 2)
    first, again, other = (deep_layers(5, 2, rng=seed)[0].weights for seed in (0, 0, 1))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


@pytest.mark.parametrize("batch_norm", [False, True])
def test_the_sizes_of_signals_are_what_differences_say(batch_norm):
    layers = deep_layers(
        *(2, 3),
        depth=3,
        width=4,
        activation=nn.Tanh,
        batch_norm=batch_norm,
        rng=0,
        dtype=np.float64,
    )
    kept = copy.deepcopy(layers)
    loss = nn.SoftmaxCategoricalCrossentropy()
    points, labels = X[:6].astype(np.float64), LABELS[:6]
    forward, backward = signal_sizes(layers, loss, points, labels)
    assert len(forward) == len(backward) == 3
    signals = [points]
    for layer in copy.deepcopy(layers):
        layer.training = True
        signals.append(layer.forward(signals[-1]))
    ends = [place for place, layer in enumerate(layers) if isinstance(layer, nn.Dense)]
    for place, size, slope in zip(ends[1:], forward, backward, strict=True):
        activations = signals[place]
        assert size == pytest.approx(np.sqrt(np.mean(activations**2)))

        def value(place=place, activations=activations):
            outputs = activations
            for layer in layers[place:]:
                layer.training = True
                outputs = layer.forward(outputs)
            return loss.calculate(outputs, labels)

        gradients = nn.numerical_gradient(value, activations)
        assert slope == pytest.approx(np.sqrt(np.mean(gradients**2)), rel=1e-5)
    signal_sizes(kept, loss, points, labels)  # leaves the layers as they are
    assert not any(layer.training for layer in kept)
    assert not any(np.any(getattr(layer, "running_mean", 0)) for layer in kept)


# -- activations and the loss


@pytest.mark.parametrize(
    ("name", "layer"),
    [
        ("LeakyReLU", LeakyReLU()),
        ("LeakyReLU, 0.2", LeakyReLU(0.2)),
        ("Softplus", Softplus()),
    ],
)
def test_an_activation_is_pytorchs(name, layer):
    inputs = np.array([golden.POINTS])
    outputs = layer.forward(inputs)
    slopes = layer.backward(np.ones_like(inputs))
    np.testing.assert_allclose(
        outputs[0], KEPT["activations"][name]["outputs"], rtol=1e-9
    )
    np.testing.assert_allclose(
        slopes[0], KEPT["activations"][name]["slopes"], rtol=1e-9
    )


@without_deadline
@given(
    st.sampled_from([LeakyReLU, Softplus]),
    st.sampled_from([(4, 3), (2, 3, 2, 2), (1, 1)]),
    st.integers(0, 999),
)
def test_an_activations_gradient_is_what_differences_say(kind, shape, seed):
    rng = np.random.default_rng(seed)
    inputs = rng.choice([-1, 1], shape) * rng.uniform(0.1, 3, shape)
    nn.check_layer(kind(), inputs, rng=seed)


@without_deadline
@given(FLOATS, st.sampled_from([LeakyReLU, Softplus]))
def test_an_activation_keeps_its_type_and_never_overflows(dtype, kind):
    layer, ends = kind(), np.array([[-1e4, -1000, 0, 1000, 1e4]], dtype)
    outputs = layer.forward(ends)
    slopes = layer.backward(np.ones_like(ends))
    assert outputs.dtype == slopes.dtype == dtype
    assert np.isfinite([outputs, slopes]).all()
    assert layer.forward(np.array([[1, 2]])).dtype.kind == "f"


@pytest.mark.parametrize("slope", [-0.1, 1, "a", None, np.nan])
def test_a_slope_that_makes_no_sense_is_refused(slope):
    with pytest.raises(
        ValueError, match="LeakyReLU needs slope from 0 to below 1, got"
    ):
        LeakyReLU(slope)


@pytest.mark.parametrize("layer", [LeakyReLU(), Softplus(), BatchNorm(3)])
def test_backward_says_what_is_missing(layer):
    layer = copy.deepcopy(layer)
    name = type(layer).__name__
    with pytest.raises(RuntimeError, match=f"{name}.backward came before forward"):
        layer.backward(np.ones((2, 3)))
    layer.forward(np.ones((2, 3)))
    expected = rf"{name} expected doutputs of the outputs' shape \(2, 3\), got \(3, 2\)"
    with pytest.raises(ValueError, match=expected):
        layer.backward(np.ones((3, 2)))
    with pytest.raises(
        ValueError, match=f"{name} expected inputs of real numbers, got"
    ):
        layer.forward(np.array([["a"] * 3] * 2))


def test_huber_by_hand():
    loss = Huber()
    predictions, targets = np.array([[0.5, 3.0]]), np.zeros((1, 2))
    assert loss.forward(predictions, targets).tolist() == [(0.125 + 2.5) / 2]
    assert loss.backward(predictions, targets).tolist() == [[0.25, 0.5]]


@pytest.mark.parametrize("delta", [0.5, 1.0, 2.0])
def test_huber_is_pytorchs(delta):
    kept, both = KEPT["huber"][str(delta)], golden.errors()
    assert Huber(delta).calculate(*both) == pytest.approx(kept["value"], rel=1e-12)
    found = Huber(delta).backward(*both)
    np.testing.assert_allclose(found.ravel(), kept["gradient"], **TOLERANCE)


@without_deadline
@given(st.integers(1, 5), st.integers(1, 4), st.integers(0, 999))
def test_hubers_gradient_is_what_differences_say(batch, outputs, seed):
    rng = np.random.default_rng(seed)
    delta = rng.uniform(0.3, 2)
    # from 0 to 3 deltas, and none at the place where the square ends
    errors = delta * rng.choice([0.5, 2.0], (batch, outputs)) * rng.uniform(0.2, 1.5)
    targets = rng.standard_normal((batch, outputs))
    nn.check_loss(
        Huber(delta), targets + rng.choice([-1, 1], errors.shape) * errors, targets
    )


def test_huber_bears_any_error_and_keeps_its_type():
    predictions, targets = np.array([[1e30]], np.float32), np.array([[-3]])
    assert Huber().forward(predictions, targets).dtype == np.float32
    assert Huber().calculate(predictions, targets) == pytest.approx(1e30)
    assert Huber().backward(predictions, targets).dtype == np.float32


@pytest.mark.parametrize(
    ("predictions", "targets", "message"),
    [
        (
            np.ones((3, 1)),
            np.ones(3),
            r"got \(3, 1\) and \(3,\): use targets.reshape\(3, 1\)",
        ),
        (np.ones((3, 2)), np.ones((3, 1)), "one target for each output"),
        (np.ones(3), np.ones(3), r"shape \(batch, outputs\), got \(3,\) and \(3,\)"),
        (np.ones((1, 1)), [["a"]], "Huber expected targets of real numbers, got <U1"),
    ],
)
def test_huber_never_broadcasts(predictions, targets, message):
    for method in (Huber().forward, Huber().backward, Huber().calculate):
        with pytest.raises(ValueError, match=message):
            method(predictions, targets)


@pytest.mark.parametrize("delta", [0, -1, "1", np.inf])
def test_a_delta_that_makes_no_sense_is_refused(delta):
    with pytest.raises(ValueError, match="Huber needs delta above 0, got"):
        Huber(delta)


def test_a_model_trains_and_saves_with_huber(tmp_path):
    points, targets = nn.sine_data(20)
    model = nn.Model([nn.Dense(1, 8, rng=0), Softplus(), nn.Dense(8, 1, rng=1)])
    model.set(loss=Huber(0.5), optimizer=RAdam(0.01))
    history = model.train(points, targets, epochs=30, print_every=0)
    assert history.loss[-1] < history.loss[0]
    model.save(tmp_path / "model.npz")
    loaded = nn.Model.load(tmp_path / "model.npz", layers=CLASSES)
    assert loaded.loss.delta == 0.5


# -- optimizers and schedules


@pytest.mark.parametrize("case", golden.WALKS)
def test_an_optimizer_goes_where_pytorchs_does(case):
    name, arguments = golden.WALKS[case]
    kept = KEPT["walks"][case]
    assert kept["arguments"] == arguments, ADVICE
    optimizer = getattr(lab, name)(**arguments)
    arrays = [np.array(array) for array in START]
    for step in range(1, golden.STEPS[-1] + 1):
        optimizer.step(list(zip(arrays, gradient(*arrays), strict=True)))
        if step in golden.STEPS:
            expected = kept["positions"][str(step)]
            np.testing.assert_allclose(flat(*arrays), expected, rtol=1e-9)


def test_what_is_kept_is_the_scripts():
    assert list(KEPT["norms"]) == list(golden.NORMS), ADVICE
    assert list(KEPT["walks"]) == list(golden.WALKS), ADVICE


def test_radam_divides_from_the_sixth_step_on():
    optimizer = RAdam()
    trusts = []
    for optimizer.steps_done in range(8):
        trusts.append(optimizer.trust())
    assert trusts[:5] == [0] * 5
    assert 0 < trusts[5] < trusts[6] < trusts[7] < 1
    optimizer.steps_done = 10**6
    assert optimizer.trust() == pytest.approx(1)


def test_nesterov_without_momentum_is_sgd():
    places = []
    for optimizer in (Nesterov(0.1, momentum=0.0), nn.SGD(0.1)):
        place = np.array([1.0, -2.0])
        for _ in range(5):
            optimizer.step([(place, place.copy())])
        places.append(place)
    np.testing.assert_array_equal(*places)


@pytest.mark.parametrize("kind", [Nesterov, RAdam])
def test_an_optimizer_keeps_single_precision(kind):
    place = np.ones(3, np.float32)
    optimizer = kind(np.float64(0.1))
    for _ in range(8):
        optimizer.step([(place, place.copy())])
    assert place.dtype == np.float32
    assert {memory.dtype for memory in optimizer.memory.values()} == {place.dtype}


def test_schedules_by_hand():
    assert [StepDecay(0.8, steps=2, factor=0.5)(t) for t in range(5)] == [
        *(0.8, 0.8, 0.4, 0.4, 0.2)
    ]
    exponential = ExponentialDecay(0.8, steps=2, factor=0.25)
    np.testing.assert_allclose([exponential(t) for t in range(4)], [0.8, 0.4, 0.2, 0.1])
    cosine = CosineDecay(0.4, steps=4, end=0.2)
    root = 0.3 + 0.1 * math.sqrt(0.5)
    np.testing.assert_allclose(
        [cosine(t) for t in range(7)], [0.4, root, 0.3, 0.6 - root, 0.2, 0.2, 0.2]
    )
    np.testing.assert_allclose(
        [Warmup(0.3, steps=3)(t) for t in range(5)], [0.1, 0.2, 0.3, 0.3, 0.3]
    )
    inner = StepDecay(0.4, steps=1, factor=0.5)
    np.testing.assert_allclose(
        [Warmup(inner, steps=2)(t) for t in range(5)],
        [0.2, 0.4, 0.4, 0.2, 0.1],
    )


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (
            lambda: StepDecay(0, steps=1, factor=0.5),
            "StepDecay needs learning_rate above 0",
        ),
        (lambda: StepDecay(1, steps=0, factor=0.5), "StepDecay needs a whole number"),
        (
            lambda: StepDecay(1, steps=1, factor=1),
            "StepDecay needs factor above 0 to below 1",
        ),
        (lambda: ExponentialDecay("1", steps=1, factor=0.5), "got '1'"),
        (
            lambda: CosineDecay(0.1, steps=1.5),
            "whole number from 1 on for steps, got 1.5",
        ),
        (
            lambda: CosineDecay(0.1, steps=5, end=0.1),
            "CosineDecay needs end from 0 to below 0.1",
        ),
        (lambda: Warmup(-1, steps=5), "Warmup needs learning_rate above 0, got -1"),
        (
            lambda: Warmup(CosineDecay(1, steps=1), steps="5"),
            "Warmup needs a whole number",
        ),
    ],
)
def test_a_schedule_that_makes_no_sense_is_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()


@without_deadline
@given(st.integers(1, 50), st.integers(0, 200), st.floats(1e-6, 10))
def test_a_rate_is_a_plain_float_and_never_above_the_first(steps, step, rate):
    cosine = CosineDecay(np.float64(rate), steps=steps)
    for schedule in (
        cosine,
        Warmup(cosine, steps=steps),
        Warmup(np.float32(rate), steps=steps),
        StepDecay(rate, steps=steps, factor=0.5),
        ExponentialDecay(rate, steps=np.int64(steps), factor=0.5),
    ):
        found = schedule(step)
        assert type(found) is float
        assert 0 <= found <= rate * (1 + 1e-6)
