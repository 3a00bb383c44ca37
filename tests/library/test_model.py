"""The model: what fits together, one vector of parameters, a step, the history, what is printed."""

import copy
import pickle
import re
from itertools import chain, pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import nnfs_lib
from nnfs_lib.history import _as_line


def spiral_model(nn, *, dtype=np.float32, **adam):
    model = nn.Model(
        [
            nn.Dense(2, 8, rng=0, initializer=nn.he_normal, dtype=dtype),
            nn.ReLU(),
            nn.Dense(8, 3, rng=1, dtype=dtype),
            nn.Softmax(),
        ],
        rng=0,
    )
    model.set(
        loss=nn.CategoricalCrossentropy(),
        optimizer=nn.Adam(**adam),
        accuracy=nn.CategoricalAccuracy(),
    )
    return model


def one_weight(nn, weight=3.0, learning_rate=0.25, **options):
    """Return a model of y = w x with SGD, to be worked out by hand."""
    model = nn.Model([nn.Dense(1, 1, initializer=nn.constant(weight), **options)])
    model.set(loss=nn.MeanSquaredError(), optimizer=nn.SGD(learning_rate))
    return model


class TestAdd:
    @pytest.mark.parametrize(
        ("wrong", "got"), [(3, "got 3."), ("Dense", "got 'Dense'.")]
    )
    def test_what_is_no_layer(self, nn, wrong, got):
        expected = "Model.add expected an instance of Layer, "
        with pytest.raises(ValueError, match=f"^{re.escape(expected + got)}$"):
            nn.Model().add(wrong)

    def test_a_class(self, nn):
        with pytest.raises(ValueError, match=r"got the class: call it\.$"):
            nn.Model([nn.ReLU])

    def test_the_same_twice(self, nn):
        model = nn.Model([nn.Dense(2, 3)])
        message = r"^Model has this Dense\(2, 3\) already: make a second one\.$"
        with pytest.raises(ValueError, match=message):
            model.add(model.layers[0])
        assert len(model.layers) == 1

    def test_order(self, nn):
        layers = [nn.Dense(2, 3), nn.ReLU(), nn.Dense(3, 1)]
        assert nn.Model(layers).layers == layers


class TestSet:
    @pytest.mark.parametrize(
        ("name", "kind"),
        [("loss", "Loss"), ("optimizer", "Optimizer"), ("accuracy", "Accuracy")],
    )
    def test_wrong_kinds(self, nn, name, kind):
        message = rf"^Model\.set expected an instance of {kind}, got 'adam'\.$"
        with pytest.raises(ValueError, match=message):
            nn.Model().set(**{name: "adam"})

    def test_nothing_is_set_where_one_is_wrong(self, nn):
        model = nn.Model()
        with pytest.raises(ValueError, match="an instance of Accuracy"):
            model.set(loss=nn.MeanSquaredError(), accuracy=nn.Adam())
        assert model.loss is model.accuracy is None

    def test_none_stays(self, nn):
        model, loss, adam = nn.Model(), nn.MeanSquaredError(), nn.Adam()
        model.set(loss=loss)
        model.set(optimizer=adam)
        assert (model.loss, model.optimizer) == (loss, adam)


def pickled(model):
    """Return the model after a trip through pickle."""
    return pickle.loads(pickle.dumps(model))


class TestFinalize:
    @pytest.mark.parametrize("kinds", [[], ["ReLU"], ["Flatten", "Softmax"]])
    def test_nothing_to_train(self, nn, kinds):
        model = nn.Model([getattr(nn, kind)() for kind in kinds])
        message = r"^Model has nothing to train: add layers, at least one Dense\.$"
        with pytest.raises(RuntimeError, match=message):
            model.finalize()

    def test_two_layers_that_do_not_fit(self, nn):
        model = nn.Model([nn.Dense(2, 64), nn.ReLU(), nn.Dense(32, 3)])
        message = (
            r"^Model: layer 2, Dense\(32, 3\), does not fit behind layer 0, Dense\(2, 64\): "
            r"Dense expected inputs of shape \(batch, 32\), got \(1, 64\): "
        )
        with pytest.raises(ValueError, match=message):
            model.finalize()

    def test_two_types(self, nn):
        model = nn.Model([nn.Dense(2, 3), nn.Dense(3, 1, dtype=np.float64)])
        message = (
            r"^Model needs layers of one dtype, got float32 in layer 0, Dense\(2, 3\) "
            r"and float64 in layer 1, Dense\(3, 1\)\.$"
        )
        with pytest.raises(ValueError, match=message):
            model.finalize()

    @pytest.mark.parametrize(
        ("last", "loss", "plain"),
        [
            (
                "Softmax",
                "SoftmaxCategoricalCrossentropy",
                "CategoricalCrossentropy",
            ),
            ("Sigmoid", "SigmoidBinaryCrossentropy", "BinaryCrossentropy"),
        ],
    )
    def test_softmax_twice(self, nn, last, loss, plain):
        model = nn.Model([nn.Dense(2, 3), getattr(nn, last)()])
        model.set(loss=getattr(nn, loss)(), optimizer=nn.SGD())
        message = (
            rf"^{loss} takes logits: use it without the {last}, or loss={plain}\(\)\.$"
        )
        with pytest.raises(ValueError, match=message):
            model.train(np.ones((4, 2)), np.zeros(4, int), print_every=0)

    @pytest.mark.parametrize(
        ("last", "loss", "ending", "run"),
        [
            (
                "Softmax",
                "CategoricalCrossentropy",
                "SoftmaxCategoricalCrossentropy",
                1,
            ),
            ("Sigmoid", "BinaryCrossentropy", "SigmoidBinaryCrossentropy", 1),
            ("Linear", "MeanSquaredError", "MeanSquaredError", 2),
            ("Sigmoid", "MeanSquaredError", "MeanSquaredError", 2),
            ("Linear", "MeanAbsoluteError", "MeanAbsoluteError", 2),
            (
                "Linear",
                "SoftmaxCategoricalCrossentropy",
                "SoftmaxCategoricalCrossentropy",
                2,
            ),
        ],
    )
    def test_fused_pairs(self, nn, last, loss, ending, run):
        model = nn.Model([nn.Dense(2, 3), getattr(nn, last)()])
        model.set(loss=getattr(nn, loss)())
        model.finalize()
        assert type(model.loss_in_use) is getattr(nn, ending)
        assert len(model.layers_in_use) == run

    @pytest.mark.parametrize("method", ["forward", "backward", None])
    def test_a_softmax_of_ones_own_is_fused_where_it_computes_the_same(
        self, nn, method
    ):
        def own(self, array):
            return getattr(nn.Softmax, method)(self, array)

        kind = type("Own", (nn.Softmax,), {method: own} if method else {})
        model = nn.Model([nn.Dense(2, 3), kind()])
        model.set(loss=nn.CategoricalCrossentropy())
        model.finalize()
        assert (model.loss_in_use is model.loss) == (method is not None)

    def test_calls_in_the_wrong_order(self, nn):
        model = nn.Model([nn.Dense(1, 1)])
        X = np.ones((2, 1), np.float32)
        needs = (
            r"^Model is not ready: call set\(loss=\.\.\., optimizer=\.\.\.\) first\.$"
        )
        with pytest.raises(RuntimeError, match=needs):
            model.step(X, X)
        with pytest.raises(RuntimeError, match=needs):
            model.train(X, X)
        with pytest.raises(RuntimeError, match=r"is not ready: call set\(loss="):
            model.evaluate(X, X)


def assert_views(model):
    """Every parameter, and nothing else, is a part of the one vector; so are gradients."""
    marks = np.arange(model.parameters.size, dtype=model.parameters.dtype)
    model.parameters[:] = marks
    found = [
        getattr(layer, name).ravel()
        for layer in model.layers
        for name in layer.parameter_names
    ]
    assert np.concatenate(found).tolist() == marks.tolist()
    for layer in model.layers:
        for name in layer.parameter_names:
            getattr(layer, name)[...] = -1
    assert (model.parameters == -1).all()


class TestOneVector:
    def test_values_stay(self, nn):
        model = spiral_model(nn)
        before = [array.copy() for pair in model.get_parameters() for array in pair]
        model.finalize()
        assert model.parameters.tolist() == np.concatenate(before, axis=None).tolist()
        assert model.parameters.size == 2 * 8 + 8 + 8 * 3 + 3

    def test_views(self, nn):
        model = spiral_model(nn)
        model.finalize()
        assert_views(model)

    def test_again_is_harmless(self, nn):
        model = spiral_model(nn)
        model.finalize()
        vector = model.parameters
        model.finalize()
        assert model.parameters is vector

    def test_after_weights_were_rebound(self, nn):
        model = spiral_model(nn)
        model.finalize()
        model.layers[2].weights = np.full((8, 3), 7, np.float32)
        model.finalize()
        assert (model.layers[2].weights == 7).all()
        assert np.count_nonzero(model.parameters == 7) == 24
        assert_views(model)

    def test_after_a_copy(self, nn):
        X, y = nn.spiral_data(10, 3, rng=0)
        model = spiral_model(nn)
        model.train(X, y, epochs=3, print_every=0)
        other = copy.deepcopy(model)
        before = model.parameters.copy()
        lines = [
            each.train(X, y, epochs=3, print_every=0).loss for each in (other, model)
        ]
        assert lines[0] == lines[1]
        assert (before != model.parameters).any()
        assert model.parameters.tobytes() == other.parameters.tobytes()
        other.finalize()
        assert_views(other)
        assert (model.parameters != -1).all()

    @pytest.mark.parametrize("twin_of", [copy.deepcopy, pickled])
    def test_a_copy_is_whole_and_apart(self, nn, twin_of):
        X, y = nn.spiral_data(10, 3, rng=0)
        model = spiral_model(nn)
        model.train(X, y, epochs=3, print_every=0)
        answers = model.forward(X)
        twin = twin_of(model)
        assert np.array_equal(twin.forward(X), answers)
        twin.parameters[...] = 0
        assert not twin.layers[0].weights.any()
        assert np.array_equal(model.forward(X), answers)
        assert_views(twin)
        assert_views(model)

    def test_a_copy_of_what_was_not_finalized(self, nn):
        twin = copy.deepcopy(nn.Model([nn.Dense(2, 3, rng=0)]))
        twin.finalize()
        assert_views(twin)

    def test_two_models_never_share_layers(self, nn):
        with pytest.raises(TypeError, match=r"use copy\.deepcopy\(model\)\.$"):
            copy.copy(spiral_model(nn))

    def test_the_vector_can_not_be_given_away(self, nn):
        model = nn.Model([nn.Dense(2, 3, rng=0)])
        before = model.parameters.copy()
        message = r": write model\.parameters\[\.\.\.\] = new\.$"
        with pytest.raises(AttributeError, match=message):
            model.parameters = np.zeros(9, np.float32)
        assert np.array_equal(model.parameters, before)
        model.parameters *= 2
        assert np.array_equal(model.layers[0].weights.ravel(), 2 * before[:6])

    @pytest.mark.parametrize(
        ("last", "loss", "own"),
        [
            ("Sigmoid", "CategoricalCrossentropy", "Softmax"),
            ("ReLU", "CategoricalCrossentropy", "Softmax"),
            ("Linear", "CategoricalCrossentropy", "Softmax"),
            ("Softmax", "BinaryCrossentropy", "Sigmoid"),
            ("Linear", "BinaryCrossentropy", "Sigmoid"),
            (None, "BinaryCrossentropy", "Sigmoid"),
        ],
    )
    def test_a_loss_behind_a_layer_that_does_not_fit(self, nn, last, loss, own):
        layers = [nn.Dense(2, 3, rng=0)]
        if last:
            layers.append(getattr(nn, last)())
        model = nn.Model(layers)
        model.set(loss=getattr(nn, loss)(), optimizer=nn.SGD())
        ends = f"the network ends in {last or 'Dense'}"
        message = rf"^{loss} takes probabilities, {ends}: let it end in {own}\(\)\.$"
        with pytest.raises(ValueError, match=message):
            model.finalize()

    @pytest.mark.parametrize(
        ("last", "loss"),
        [
            ("Softmax", "SigmoidBinaryCrossentropy"),
            ("Sigmoid", "SoftmaxCategoricalCrossentropy"),
        ],
    )
    def test_logits_that_are_none(self, nn, last, loss):
        model = nn.Model([nn.Dense(2, 3, rng=0), getattr(nn, last)()])
        model.set(loss=getattr(nn, loss)(), optimizer=nn.SGD())
        with pytest.raises(
            ValueError, match=f"takes logits: use it without the {last}"
        ):
            model.finalize()

    def test_probabilities_that_do_not_add_up(self, nn):
        class Share(nn.Layer):
            def forward(self, inputs):
                return np.full(inputs.shape, 0.5, inputs.dtype)

        model = nn.Model([nn.Dense(2, 3, rng=0), Share()])
        model.set(loss=nn.CategoricalCrossentropy(), optimizer=nn.SGD())
        with pytest.raises(ValueError, match=r"add up to 1, got \[0\.5 0\.5 0\.5\]\.$"):
            model.finalize()

    def test_a_softmax_of_one_is_always_one(self, nn):
        model = nn.Model([nn.Dense(2, 1, rng=0), nn.Softmax()])
        model.set(loss=nn.CategoricalCrossentropy(), optimizer=nn.SGD())
        with pytest.raises(ValueError, match=r"of two classes or more"):
            model.finalize()

    def test_after_another_layer(self, nn):
        model = nn.Model([nn.Dense(2, 3)])
        model.set(loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.1))
        X = np.ones((4, 2), np.float32)
        model.train(X, np.ones((4, 3)), print_every=0)
        model.add(nn.Dense(3, 1))
        model.set(optimizer=nn.SGD(0.1))
        model.train(X, np.ones((4, 1)), print_every=0)
        assert model.parameters.size == 9 + 4
        assert_views(model)

    def test_after_a_layer_was_taken_away(self, nn):
        model = nn.Model([nn.Dense(2, 3), nn.Dense(3, 1)])
        model.finalize()
        model.layers.pop()
        model.finalize()
        assert model.parameters.size == 9
        assert_views(model)

    @pytest.mark.parametrize(
        ("shape", "dtype"), [((2, 3), np.float64), ((2, 4), np.float32)]
    )
    def test_a_layer_on_its_own_may_change_its_weights(self, nn, shape, dtype):
        model = nn.Model([nn.Dense(2, 3), nn.Dense(3, 3)])
        model.finalize()
        assert model.parameters.size
        layer = model.layers.pop(0)
        layer.weights = np.ones(shape, dtype)
        layer.biases = np.zeros((1, shape[1]), dtype)
        outputs = layer.forward(np.ones((5, 2), dtype))
        layer.backward(np.ones_like(outputs))
        assert layer.dweights.tolist() == np.full(shape, 5).tolist()
        assert layer.dbiases.tolist() == [[5.0] * shape[1]]
        assert {layer.dweights.dtype, layer.dbiases.dtype} == {np.dtype(dtype)}


def by_hand(nn, model, X, y):
    """Return value and gradients of the model's layers, one by one, without the model."""
    layers = copy.deepcopy(model.layers)
    for layer in layers:
        layer.training = True
        for name in layer.parameter_names:
            setattr(layer, f"d{name}_view", None)
    outputs = X
    for layer in layers:
        outputs = layer.forward(outputs)
    value, gradient = (
        model.loss.calculate(outputs, y),
        model.loss.backward(outputs, y),
    )
    for layer in reversed(layers):
        gradient = layer.backward(gradient)
    found = [
        getattr(layer, f"d{n}").ravel()
        for layer in layers
        for n in layer.parameter_names
    ]
    return value, np.concatenate(found)


class TestStep:
    def test_by_hand(self, nn):
        # L = (3 * 2 - 4)^2 = 4, dL/dw = 2 * 2 * 2 = 8, dL/db = 4, rate 0.25.
        model = one_weight(nn)
        model.finalize()
        X, y = np.array([[2.0]], np.float32), np.array([[4.0]], np.float32)
        assert model.gradients(X, y).tolist() == [8.0, 4.0]
        value, outputs = model.step(X, y)
        assert (value, outputs.tolist()) == (4.0, [[6.0]])
        assert model.layers[0].weights.tolist() == [[1.0]]
        assert model.layers[0].biases.tolist() == [[-1.0]]

    @settings(max_examples=25, deadline=None)
    @given(
        sizes=st.lists(st.integers(1, 6), min_size=2, max_size=5),
        batch=st.integers(1, 7),
        seed=st.integers(0, 99),
        activation=st.sampled_from(["ReLU", "Sigmoid", "Linear"]),
        ending=st.sampled_from(["categorical", "binary", "squared"]),
    )
    def test_as_layer_by_layer(self, sizes, batch, seed, activation, ending):
        nn, rng = nnfs_lib, np.random.default_rng(seed)
        sizes = [*sizes, 3]
        model = nn.Model()
        for n_inputs, n_neurons in pairwise(sizes):
            dense = nn.Dense(
                n_inputs,
                n_neurons,
                weight_l2=0.01,
                bias_l1=0.02,
                rng=rng,
                dtype=np.float64,
                # So small that no probability comes near the losses' EPSILON.
                initializer=nn.normal(0.3),
            )
            model.add(dense)
            model.add(getattr(nn, activation)())
        last, loss, y = {
            "categorical": (
                nn.Softmax(),
                nn.CategoricalCrossentropy(),
                rng.integers(3, size=batch),
            ),
            "binary": (nn.Sigmoid(), nn.BinaryCrossentropy(), rng.random((batch, 3))),
            "squared": (nn.Linear(), nn.MeanSquaredError(), rng.random((batch, 3))),
        }[ending]
        model.layers[-1] = last
        model.set(loss=loss, optimizer=nn.SGD(0.1))
        model.finalize()
        X = rng.standard_normal((batch, sizes[0]))
        value, gradients = by_hand(nn, model, X, y)
        before = model.parameters.copy()
        np.testing.assert_allclose(
            model.gradients(X, y), gradients, rtol=1e-7, atol=1e-10
        )
        np.testing.assert_array_equal(model.parameters, before)
        found, _ = model.step(X, y)
        assert found == pytest.approx(value, rel=1e-9)
        np.testing.assert_allclose(
            model.parameters, before - 0.1 * gradients, rtol=1e-7, atol=1e-10
        )

    def test_no_gradient_of_the_networks_own_input(self, nn):
        class Watched(nn.Dense):
            calls: tuple[str, ...] = ()

            def backward(self, doutputs):
                self.calls += ("backward",)
                return super().backward(doutputs)

        class Halves(Watched):
            def keep_gradients(self, doutputs):
                self.calls += ("keep",)
                super().keep_gradients(doutputs)

            def backward(self, doutputs):
                return super().backward(doutputs)

        class NoWayBack(nn.Layer):
            def forward(self, inputs):
                return inputs

        for kind, called in ((Watched, ("backward",)), (Halves, ("keep",))):
            first, second = kind(2, 3), Halves(3, 1)
            model = nn.Model([NoWayBack(), first, second])
            model.set(loss=nn.MeanSquaredError(), optimizer=nn.SGD())
            model.step(np.ones((4, 2), np.float32), np.ones((4, 1)))
            # A backward of one's own is called even where nobody needs what it returns,
            # unless it was written in two halves.
            assert first.calls == called
            assert second.calls == ("backward", "keep")

    def test_a_layer_of_ones_own(self, nn):
        class Scale(nn.Layer):
            """outputs = inputs * factors, with gradients in new arrays every time."""

            parameter_names = ("factors",)

            def __init__(self, size):
                self.factors = np.full((size,), 2, np.float32)

            def forward(self, inputs):
                self.inputs = inputs
                return inputs * self.factors

            def backward(self, doutputs):
                self.dfactors = (doutputs * self.inputs).sum(axis=0)
                return doutputs * self.factors

        dense = nn.Dense(1, 2, initializer=nn.constant(1.0))
        scale = Scale(2)
        model = nn.Model([dense, scale])
        model.set(loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.5))
        model.finalize()
        # outputs (2, 2), errors (2, 1): dL/doutputs (2, 1); dfactors the same, as inputs
        # of the scale are 1; the dense layer's is (4, 2) for weights and biases.
        X, y = np.ones((1, 1), np.float32), np.array([[0.0, 1.0]])
        assert model.gradients(X, y).tolist() == [4, 2, 4, 2, 2, 1]
        assert model.step(X, y)[0] == 2.5
        assert scale.factors.tolist() == [1.0, 1.5]
        assert dense.weights.tolist() == [[-1.0, 0.0]]
        assert_views(model)

    def test_gradients_are_written_where_they_belong(self, nn):
        model = spiral_model(nn)
        X, y = nn.spiral_data(5, 3, rng=0)
        first = model.gradients(X, y)
        kept = [model.layers[0].dweights, model.layers[2].dbiases]
        model.train(X, y, print_every=0)
        assert model.layers[0].dweights is kept[0]  # written into, not made anew
        assert model.layers[2].dbiases is kept[1]
        assert first.base is None  # what was handed out stays as it was


class Watching(nnfs_lib.Linear):
    """Notes what comes by, and whether the model said that it trains."""

    def __init__(self):
        self.seen = []

    def forward(self, inputs):
        self.seen.append((self.training, inputs[:, 0].tolist()))
        return super().forward(inputs)


class TestWhatALayerSees:
    def seen(self, epochs, batch_size):
        nn = nnfs_lib
        model = nn.Model([Watching(), nn.Dense(1, 1)], rng=0)
        model.set(loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.01))
        X = np.arange(20, dtype=np.float32).reshape(-1, 1) / 20
        model.train(X, X, epochs=epochs, batch_size=batch_size, print_every=0)
        # What is seen outside of training: samples of zeros, by which finalize checks that all
        # fit, and the first sample, on which the loss and the accuracy are tried out.
        seen = model.layers[0].seen
        assert {*chain(*(values for training, values in seen if not training))} == {0.0}
        return X[:, 0].tolist(), [values for training, values in seen if training]

    @pytest.mark.parametrize("batch_size", [None, 20, 100])
    def test_a_full_batch_keeps_its_order(self, batch_size):
        samples, seen = self.seen(3, batch_size)
        assert seen == [samples] * 3

    def test_small_ones_are_shuffled_every_epoch(self):
        samples, seen = self.seen(2, 8)
        assert [len(values) for values in seen] == [8, 8, 4] * 2
        first, second = list(chain(*seen[:3])), list(chain(*seen[3:]))
        assert sorted(first) == sorted(second) == samples
        assert first != second
        assert samples not in (first, second)

    def test_dropout_drops_while_training(self, nn):
        model = nn.Model([nn.Dense(2, 50), nn.Dropout(0.5, rng=0), nn.Dense(50, 1)])
        model.set(loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.01))
        model.train(np.ones((20, 2)), np.ones((20, 1)), print_every=0)
        assert np.mean(model.layers[1].mask == 0) == pytest.approx(0.5, abs=0.1)


class TestHistory:
    def test_the_values_before_the_update(self, nn):
        # y = w x + b at 3 and 0: losses 4, then w = 1, b = -1: (2 - 1 - 4)^2 = 9.
        model = one_weight(nn, weight_l2=0.5)
        X, y = np.array([[2.0]], np.float32), np.array([[4.0]], np.float32)
        history = model.train(X, y, epochs=1, print_every=0)
        assert history.data_loss == [4.0]
        assert history.regularization_loss == [4.5]
        assert history.loss == [8.5]
        assert history.learning_rate == [0.25]
        # dL/dw = 8 + 2 * 0.5 * 3 = 11.
        assert model.parameters.tolist() == [0.25, -1.0]

    def test_lists_and_lengths(self, nn):
        X, y = nn.spiral_data(10, 3, rng=0)
        history = spiral_model(nn).train(X, y, epochs=4, print_every=0)
        for name in (
            "loss",
            "data_loss",
            "regularization_loss",
            "accuracy",
            "learning_rate",
        ):
            values = getattr(history, name)
            assert type(values) is list
            assert [type(value) for value in values] in ([float] * 4, [int] * 4)
        assert history.val_loss == history.val_accuracy == []
        assert history.interrupted is False

    def test_what_was_not_measured(self, nn):
        X = np.ones((4, 1), np.float32)
        history = one_weight(nn).train(X, X, epochs=2, print_every=0)
        assert history.accuracy == []

    def test_decay(self, nn):
        model = one_weight(nn)
        model.set(optimizer=nn.SGD(1e-3, decay=1.0))
        X = np.ones((4, 1), np.float32)
        history = model.train(X, X, epochs=2, batch_size=2, print_every=0)
        # Steps 0 to 3; of an epoch its last.
        assert history.learning_rate == [5e-4, 2.5e-4]

    def test_every_sample_counts_once(self, nn):
        # Nothing moves, so batches of 2, 2 and 1 must give the mean of all five.
        model = one_weight(nn, weight=1.0, learning_rate=1e-30)
        X = np.zeros((5, 1), np.float32)
        y = np.array([[0], [1], [2], [3], [4]], np.float32)
        history = model.train(X, y, batch_size=2, print_every=0)
        assert history.loss == [pytest.approx((0 + 1 + 4 + 9 + 16) / 5)]

    def test_same_seed_same_bits(self, nn):
        X, y = nn.spiral_data(10, 3, rng=0)
        runs = [spiral_model(nn) for _ in range(2)]
        lists = [run.train(X, y, epochs=3, batch_size=7, print_every=0) for run in runs]
        assert lists[0].loss == lists[1].loss
        assert runs[0].parameters.tobytes() == runs[1].parameters.tobytes()


class TestPrinting:
    def epochs(self, out):
        return [
            int(found) for found in re.findall(r"^epoch +(\d+):", out, re.MULTILINE)
        ]

    @pytest.mark.parametrize(
        ("epochs", "every", "printed"),
        [
            (3, 1, [1, 2, 3]),
            (7, 3, [1, 3, 6, 7]),
            (5, 100, [1, 5]),
            (1, 1, [1]),
            (4, 0, []),
        ],
    )
    def test_which_epochs(self, nn, capsys, epochs, every, printed):
        X, y = nn.spiral_data(5, 3, rng=0)
        spiral_model(nn).train(X, y, epochs=epochs, print_every=every)
        captured = capsys.readouterr()
        assert self.epochs(captured.out) == printed
        assert captured.err == ""
        assert captured.out.count("\n") == len(printed)

    def test_a_line(self, nn, capsys):
        X, y = np.array([[2.0]], np.float32), np.array([[4.0]], np.float32)
        one_weight(nn).train(X, y)
        assert capsys.readouterr().out == "epoch 1: loss 4.000, learning rate 0.25\n"

    @pytest.mark.parametrize(
        ("value", "shown"),
        [
            (0.6621, "0.662"),
            (1.0986, "1.099"),
            (0.000412345, "0.000412"),
            (0.05, "0.05"),
            (1.234567e9, "1.23e+09"),
            (12345.6, "1.23e+04"),
            (-0.0012344, "-0.00123"),
            (0.0, "0"),
        ],
    )
    def test_numbers_keep_their_size(self, value, shown):
        record = {"loss": value, "data_loss": value, "regularization_loss": 0.0}
        line = _as_line(1, 1, record | {"val_loss": value, "learning_rate": 0.01})
        assert line == (
            f"epoch 1: loss {shown}, validation loss {shown}, learning rate 0.01"
        )

    def test_a_line_with_all(self, nn, capsys):
        X, y = np.array([[2.0]], np.float32), np.array([[4.0]], np.float32)
        model = one_weight(nn, weight_l2=0.5)
        model.set(accuracy=nn.RegressionAccuracy())
        model.train(X, y, epochs=10, print_every=20, validation_data=(X, y))
        # After the step w = 0.25, b = -1: (0.5 - 1 - 4)^2 = 20.25.
        assert capsys.readouterr().out.splitlines()[0] == (
            "epoch  1: loss 8.500 (data 4.000 + regularization 4.500), accuracy 0.000, "
            "validation loss 20.250, validation accuracy 0.000, learning rate 0.25"
        )


class TestErrorsInTrain:
    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"epochs": 0}, r"^epochs is a whole number from 1 on, got 0\.$"),
            ({"epochs": 1.5}, r"^epochs is a whole number from 1 on, got 1\.5\.$"),
            ({"batch_size": 0}, r"^batch_size is a whole number from 1 on, got 0\.$"),
            (
                {"print_every": -1},
                r"^print_every is a whole number from 0 on, got -1\.$",
            ),
        ],
    )
    def test_counts(self, nn, options, message):
        X = np.ones((4, 1), np.float32)
        model = one_weight(nn)
        with pytest.raises(ValueError, match=message):
            model.train(X, X, **options)
        assert model.layers[0].weights.tolist() == [[3.0]]

    def test_the_training_flag_comes_back(self, nn):
        model = spiral_model(nn)
        X, y = nn.spiral_data(5, 3, rng=0)
        model.layers[1].training = True
        with pytest.raises(ValueError, match="expected labels 0 to 2"):
            model.train(X, y + 1, print_every=0)
        assert [layer.training for layer in model.layers] == [False, True, False, False]
        with pytest.raises(ValueError, match="expected labels 0 to 2"):
            model.evaluate(X, y + 1)
        assert [layer.training for layer in model.layers] == [False, True, False, False]

    def test_a_wrong_batch_moves_nothing(self, nn):
        model = spiral_model(nn)
        X, y = nn.spiral_data(5, 3, rng=0)
        before = [array.copy() for pair in model.get_parameters() for array in pair]
        with pytest.raises(ValueError, match="expected labels"):
            model.train(X, y + 1, print_every=0)
        after = [array for pair in model.get_parameters() for array in pair]
        assert all(np.array_equal(*pair) for pair in zip(before, after, strict=True))
        assert model.optimizer.steps_done == 0


class Impatient(nnfs_lib.MeanSquaredError):
    """A loss whose reader presses Ctrl-C in the third step."""

    calls = 0

    def value_and_gradient(self, predictions, targets):
        self.calls += 1
        if self.calls == 3:
            raise KeyboardInterrupt
        return super().value_and_gradient(predictions, targets)


def test_interrupted(capsys):
    nn = nnfs_lib
    model = one_weight(nn, learning_rate=1e-3)
    model.set(loss=Impatient())
    X = np.ones((4, 1), np.float32)
    history = model.train(X, X, epochs=10)
    assert history.interrupted
    assert len(history.loss) == len(history.learning_rate) == 2
    assert capsys.readouterr().out.count("\n") == 2
    assert not model.layers[0].training
    assert model.optimizer.steps_done == 2
    assert len(model.train(X, X, epochs=3, print_every=0).loss) == 3


def test_interrupted_at_once():
    class AtOnce(Impatient):
        calls = 2

    model = one_weight(nnfs_lib)
    model.set(loss=AtOnce())
    X = np.ones((4, 1), np.float32)
    history = model.train(X, X, epochs=2, print_every=0)
    assert (history.interrupted, history.loss) == (True, [])


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("inputs", [np.float32, np.float64])
def test_the_dtype_of_the_layers_is_kept(nn, dtype, inputs):
    model = spiral_model(nn, dtype=dtype, decay=0.1)
    model.layers.insert(2, nn.Dropout(0.5, rng=0))
    X, y = nn.spiral_data(10, 3, rng=0)
    X = X.astype(inputs)
    model.train(X, y, epochs=2, batch_size=8, print_every=0, validation_data=(X, y))
    assert model.predict(X).dtype == dtype
    assert model.parameters.dtype == model.gradients(X, y).dtype == dtype
    assert {memory.dtype for memory in model.optimizer.memory.values()} == {
        np.dtype(dtype)
    }
    assert {layer.outputs.dtype for layer in model.layers} == {np.dtype(dtype)}


class TestSetParameters:
    def test_round_trip_of_copies(self, nn):
        model, other = spiral_model(nn), spiral_model(nn)
        kept = model.get_parameters()
        other.layers[0].weights[:] = 5
        other.set_parameters(kept)
        kept[0][0][:] = 9
        for mine, yours in zip(
            model.get_parameters(), other.get_parameters(), strict=True
        ):
            assert all(np.array_equal(*pair) for pair in zip(mine, yours, strict=True))
        assert (model.layers[0].weights != 9).all()

    @pytest.mark.parametrize(
        ("change", "message"),
        [
            (
                lambda p: p[:1],
                r"^Model expected the parameters of 2 layers, got those of 1\.$",
            ),
            (
                lambda p: [p[0], p[1][:1]],
                r"^Dense\(8, 3\) expected weights, biases, got 1\.$",
            ),
            (
                lambda p: [p[0], (p[1][0].T, p[1][1])],
                r"^Dense\(8, 3\) expected weights of shape \(8, 3\), got float32 of shape \(3, 8\)\.$",
            ),
            (
                lambda p: [p[0], (p[1][0], p[1][1].astype(str))],
                r"^Dense\(8, 3\) expected biases of shape \(1, 3\), got <U32 of shape \(1, 3\)\.$",
            ),
        ],
    )
    def test_what_does_not_fit_changes_nothing(self, nn, change, message):
        model = spiral_model(nn)
        before = np.concatenate(
            [a for p in model.get_parameters() for a in p], axis=None
        )
        wrong = [tuple(array + 1 for array in pair) for pair in model.get_parameters()]
        with pytest.raises(ValueError, match=message):
            model.set_parameters(change(wrong))
        after = np.concatenate(
            [a for p in model.get_parameters() for a in p], axis=None
        )
        assert before.tobytes() == after.tobytes()


class TestShortcuts:
    """A subclass that redefines what a shortcut replaces is asked, wherever it stands."""

    def train(self, nn, layers, loss):
        model = nn.Model(layers)
        model.set(loss=loss, optimizer=nn.SGD(0.1))
        return model.train(*nn.sine_data(20), epochs=2, print_every=0), model

    @pytest.mark.parametrize("place", [0, 1])
    def test_backward_of_a_layer(self, nn, place):
        class Frozen(nn.Dense):
            def backward(self, doutputs):
                dinputs = super().backward(doutputs)
                self.dweights[:], self.dbiases[:] = 0, 0
                return dinputs

        kinds = [nn.Dense, nn.Dense]
        kinds[place] = Frozen
        layers = [kinds[0](1, 3, rng=0), kinds[1](3, 1, rng=1)]
        before = [layer.weights.copy() for layer in layers]
        self.train(nn, layers, nn.MeanSquaredError())
        still = [
            np.array_equal(layer.weights, old)
            for layer, old in zip(layers, before, strict=True)
        ]
        assert still == [place == 0, place == 1]

    def test_the_first_layer_spares_a_product(self, nn):
        class Quick(nn.Dense):
            def keep_gradients(self, doutputs):
                super().keep_gradients(doutputs)
                self.weights = None  # what the product would need

        model = nn.Model([Quick(1, 1, rng=0)])
        model.set(loss=nn.MeanSquaredError())
        X = np.ones((2, 1), np.float32)
        assert model.gradients(X, X).size == 2

    @pytest.mark.parametrize("method", ["forward", "backward"])
    def test_a_loss(self, nn, method):
        calls = []

        def own(self, predictions, targets):
            calls.append(method)
            return getattr(nn.MeanSquaredError, method)(self, predictions, targets)

        Mine = type("Mine", (nn.MeanSquaredError,), {method: own})
        history, _ = self.train(nn, [nn.Dense(1, 1, rng=0)], Mine())
        plain, _ = self.train(nn, [nn.Dense(1, 1, rng=0)], nn.MeanSquaredError())
        assert len(calls) >= 2  # a call for each step
        np.testing.assert_allclose(history.loss, plain.loss, rtol=1e-6)

    def test_a_copy_trains_itself(self, nn):
        _, model = self.train(nn, [nn.Dense(1, 1, rng=0)], nn.MeanSquaredError())
        before = model.parameters.copy()
        other = copy.deepcopy(model)
        other.train(*nn.sine_data(20), epochs=3, print_every=0)
        np.testing.assert_array_equal(model.parameters, before)
        assert not np.array_equal(other.parameters, before)


class TestWhatStandsInFront:
    """How many numbers the layers before the first Dense take, nobody can tell from outside."""

    def train(self, nn, layers):
        model = nn.Model(layers)
        model.set(loss=nn.CategoricalCrossentropy(), optimizer=nn.SGD(0.1))
        model.train(*nn.spiral_data(10, 3, rng=0), epochs=2, print_every=0)
        return model

    def test_a_layer_that_makes_more_features(self, nn):
        class Squares(nn.Layer):
            def forward(self, inputs):
                self.outputs = np.concatenate([inputs, np.square(inputs)], axis=1)
                return self.outputs

        self.train(nn, [Squares(), nn.Dense(4, 3, rng=0), nn.Softmax()])

    @pytest.mark.parametrize("shape", [(1, 2), (2,), ()])
    def test_a_trainable_layer(self, nn, inside, shape):
        class Gain(nn.Layer):
            parameter_names = ("gain",)

            def __init__(self):
                self.gain = np.ones(shape, np.float32)

            def forward(self, inputs):
                inside._check_batch(inputs, 2, owner="Gain")
                self.inputs, self.outputs = inputs, inputs * self.gain
                return self.outputs

            def backward(self, doutputs):
                both = doutputs * self.inputs
                self.dgain = both.sum() if shape == () else both.sum(0).reshape(shape)
                return doutputs * self.gain

        model = self.train(nn, [Gain(), nn.Dense(2, 3, rng=0), nn.Softmax()])
        assert not np.array_equal(model.layers[0].gain, np.ones(shape))

    def test_none_that_is_dense(self, nn):
        class Bias(nn.Layer):
            parameter_names = ("bias",)

            def __init__(self):
                self.bias = np.zeros((1, 2), np.float32)

            def forward(self, inputs):
                self.outputs = inputs + self.bias
                return self.outputs

            def backward(self, doutputs):
                self.dbias = doutputs.sum(axis=0, keepdims=True)
                return doutputs

        model = nn.Model([Bias()])
        model.set(loss=nn.MeanSquaredError(), optimizer=nn.SGD(0.1))
        X = np.ones((4, 2), np.float32)
        history = model.train(X, 2 * X, epochs=3, print_every=0)
        assert history.loss[2] < history.loss[0]


def test_mode_is_put_back_even_where_it_was_not_yet_reached(nn, inside):
    class Late(nn.ReLU):
        @property
        def training(self):
            return False

        @training.setter
        def training(self, value):
            if value:
                raise KeyboardInterrupt

    layers = [nn.Dense(2, 2, rng=0), Late()]
    with pytest.raises(KeyboardInterrupt), inside._training_mode(layers, True):
        pass
    assert not layers[0].training


def test_an_optimizer_of_a_network_that_grew_says_so(nn):
    X, y = nn.spiral_data(5, 3, rng=0)
    model = nn.Model([nn.Dense(2, 3, rng=0), nn.Softmax()])
    model.set(loss=nn.CategoricalCrossentropy(), optimizer=nn.Adam(0.01))
    model.train(X, y, print_every=0)
    model.layers[:1] = [nn.Dense(2, 7, rng=1), nn.ReLU(), nn.Dense(7, 3, rng=2)]
    with pytest.raises(ValueError, match=r"^Adam has moved other arrays so far: every"):
        model.train(X, y, print_every=0)


def test_an_optimizer_of_another_network_is_not_saved(nn, tmp_path):
    model = nn.Model([nn.Dense(2, 3, rng=0), nn.Softmax()])
    optimizer = nn.Adam(0.01)
    memories = {name: np.zeros(5, np.float32) for name in ("means", "squares")}
    optimizer.set_state({"steps_done": 1, **memories})
    model.set(loss=nn.CategoricalCrossentropy(), optimizer=optimizer)
    said = (
        "^Model can't be saved, its optimizer has moved another number of parameters: "
        "give the model an optimizer of its own"
    )
    with pytest.raises(ValueError, match=said):
        model.save(tmp_path / "m.npz", include_optimizer=True)
    assert list(tmp_path.iterdir()) == []
