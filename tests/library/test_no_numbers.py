"""What is no number: words, gaps, sparse matrices, iterators, text for a rate. Each error's advice works."""

import math
import re

import numpy as np
import pytest

X = np.random.default_rng(0).standard_normal((6, 2)).astype(np.float32)
LABELS = np.array([0, 1, 2, 0, 1, 2])


class Sparse:
    """Stands for scipy.sparse: NumPy makes one object of it."""

    shape = X.shape

    def toarray(self):
        return X


class Opaque:
    """Something of which NumPy makes one object, and that has no way out."""


def model_for(nn, loss="CategoricalCrossentropy"):
    last = nn.Softmax() if loss.startswith("C") else nn.Sigmoid()
    outputs = 3 if loss.startswith("C") else 1
    model = nn.Model([nn.Dense(2, outputs, rng=0), last])
    model.set(loss=getattr(nn, loss)(), optimizer=nn.Adam(0.01))
    return model


def message_of(function, *arguments, **options):
    """Return the words of the ValueError that the call must end in."""
    with pytest.raises(ValueError, match=r"\w") as caught:
        function(*arguments, **options)
    return str(caught.value)


def train(nn, inputs, targets, loss="CategoricalCrossentropy"):
    return model_for(nn, loss).train(inputs, targets, print_every=0)


class TestInputs:
    def test_a_masked_array(self, nn):
        spoilt = X.copy()
        spoilt[::2, 0] = -9999
        masked = np.ma.masked_equal(spoilt, -9999)
        words = message_of(train, nn, masked, LABELS)
        assert words == (
            "The network expected X of real numbers, got a masked array: "
            "fill its gaps first, X.filled(0)."
        )
        train(nn, masked.filled(0), LABELS)
        train(nn, np.ma.array(X), LABELS)  # without a gap nothing is lost

    def test_a_masked_array_for_a_layer_a_loss_and_an_accuracy(self, nn):
        masked = np.ma.masked_equal(np.array([[0.5, 0.25, 0.25]]), 0.5)
        labels = np.ma.masked_equal(np.array([1]), 1)
        dense = nn.Dense(3, 2, rng=0)
        loss, accuracy = nn.CategoricalCrossentropy(), nn.CategoricalAccuracy()
        for call in (
            lambda: dense.forward(masked),
            lambda: nn.Softmax().forward(masked),
            lambda: nn.Sigmoid().forward(masked),
            lambda: nn.Tanh().forward(masked),
            lambda: loss.forward(masked, np.array([1])),
            lambda: loss.forward(masked.filled(0.5), labels),
            lambda: loss.backward(masked.filled(0.5), labels),
            lambda: accuracy.compare(masked.filled(0.5), labels),
            lambda: nn.SoftmaxCategoricalCrossentropy().forward(masked, [1]),
        ):
            assert "a masked array: fill its gaps first" in message_of(call)

    def test_a_sparse_matrix(self, nn):
        words = message_of(train, nn, Sparse(), LABELS)
        assert words.endswith("got a sparse matrix: use X.toarray().")
        train(nn, Sparse().toarray(), LABELS)

    def test_an_object_that_no_array_can_be_made_of(self, nn):
        words = message_of(train, nn, Opaque(), LABELS)
        assert words.endswith("got Opaque: make an array of numbers of it first.")

    def test_pairs_from_zip(self, nn):
        words = message_of(train, nn, zip(X, LABELS, strict=True), LABELS)
        assert "got an iterator: use np.array(list(X)), of pairs X, y = map(" in words
        pairs = zip(X, LABELS, strict=True)
        inputs, labels = map(np.array, zip(*pairs, strict=True))
        train(nn, inputs, labels)

    def test_a_generator(self, nn):
        assert "np.array(list(X))" in message_of(train, nn, (row for row in X), LABELS)
        train(nn, np.array(list(iter(X))), LABELS)

    def test_words_that_are_numbers_and_words_that_are_not(self, nn):
        assert "use np.array(X, dtype=float)" in message_of(
            train, nn, X.astype(str), LABELS
        )
        train(nn, np.array(X.astype(str), dtype=float), LABELS)
        words = np.array([["a", "b"]] * 6)
        advice = "number them, np.unique(X, return_inverse=True)[1]"
        assert advice in message_of(train, nn, words, LABELS)
        numbers = np.unique(words, return_inverse=True)[1].reshape(words.shape)
        train(nn, numbers, LABELS)

    def test_none_in_a_column(self, nn):
        gaps = X.astype(object)
        gaps[4, 1] = None
        words = message_of(train, nn, gaps, LABELS)
        full = re.search(r"full = (.*) says which to keep", words)[1]
        full = eval(full, {"np": np, "X": gaps})
        assert full.tolist() == [True] * 4 + [False, True]
        # What is left is an array of objects still, and the next advice is for that.
        assert "use np.array(X, dtype=float)" in message_of(
            train, nn, gaps[full], LABELS[full]
        )
        train(nn, np.array(gaps[full], dtype=float), LABELS[full])

    def test_rows_of_different_lengths(self, nn):
        words = message_of(nn.Dense(2, 1, rng=0).forward, [[1.0, 2.0], [3.0]])
        assert words == (
            "Dense expected inputs of one shape for all samples, got rows of different "
            "lengths."
        )

    @pytest.mark.parametrize("numbers", [[[1, 2]], [[True, False]], [[0.5, 1.5]]])
    def test_lists_of_numbers_are_fine(self, nn, numbers):
        assert nn.Dense(2, 3, rng=0).forward(numbers).shape == (1, 3)


class TestTargets:
    def test_labels_that_are_words(self, nn):
        words = np.array(["shoe", "shirt", "bag"])[LABELS]
        for call in (
            lambda: train(nn, X, words),
            lambda: nn.CategoricalCrossentropy().forward(np.full((6, 3), 1 / 3), words),
            lambda: nn.CategoricalAccuracy().compare(np.full((6, 3), 1 / 3), words),
        ):
            said = message_of(call)
            name = re.search(r"np\.unique\((\w+), return_inverse=True\)\[1\]", said)[1]
            assert name in ("y", "targets")
        train(nn, X, np.unique(words, return_inverse=True)[1])

    def test_yes_and_no(self, nn):
        answers = np.where(LABELS > 0, "yes", "no").reshape(-1, 1)
        for loss in ("BinaryCrossentropy", "SigmoidBinaryCrossentropy"):
            call = getattr(nn, loss)().forward
            said = message_of(call, np.full((6, 1), 0.5), answers)
            assert "number them, np.unique(targets, return_inverse=True)[1]" in said
        assert "np.unique(y" in message_of(train, nn, X, answers, "BinaryCrossentropy")
        numbers = np.unique(answers, return_inverse=True)[1].reshape(-1, 1)
        assert numbers.ravel().tolist() == [0, 1, 1, 0, 1, 1]
        train(nn, X, numbers, "BinaryCrossentropy")

    def test_none_among_the_targets(self, nn):
        gaps = (LABELS > 0).reshape(-1, 1).astype(object)
        gaps[4] = None
        said = message_of(train, nn, X, gaps, "BinaryCrossentropy")
        assert "The network expected y of real numbers, got None: leave such" in said
        full = np.not_equal(gaps, None).reshape(len(gaps), -1).all(axis=1)
        train(nn, X[full], np.array(gaps[full], dtype=float), "BinaryCrossentropy")

    @pytest.mark.parametrize(
        ("labels", "advice"),
        [
            ([0.0, 2.0], "use targets.astype(int)"),
            ([0.5, 1.0], "a label is a whole number"),
        ],
    )
    def test_labels_that_are_floats(self, nn, labels, advice):
        call = nn.CategoricalCrossentropy().forward
        said = message_of(call, np.full((2, 3), 1 / 3), np.array(labels))
        assert said.endswith(f"expected integer labels, got float64: {advice}.")


class TestSettings:
    @pytest.mark.parametrize("name", ["SGD", "Adagrad", "RMSprop", "Adam"])
    @pytest.mark.parametrize("value", ["0.01", None, [0.1], 1j, True])
    def test_rates_that_are_no_numbers(self, nn, name, value):
        said = message_of(getattr(nn, name), value)
        assert said.startswith(
            f"{name} needs a number for learning_rate, got {value!r}"
        )
        end = (
            "use float(learning_rate)."
            if isinstance(value, str)
            else "leave it out for the usual one."
        )
        assert said.endswith(end)
        said = message_of(getattr(nn, name), 0.1, decay=value)
        assert said.startswith(f"{name} needs a number for decay, got {value!r}")

    def test_the_advice_for_text(self, nn):
        assert nn.Adam(float("0.01")).learning_rate == 0.01
        assert nn.Adam().learning_rate == 0.001

    @pytest.mark.parametrize(
        ("name", "setting"),
        [
            ("SGD", "momentum"),
            ("RMSprop", "rho"),
            ("Adam", "beta_1"),
            ("Adam", "beta_2"),
            ("Adagrad", "epsilon"),
        ],
    )
    def test_other_settings(self, nn, name, setting):
        said = message_of(getattr(nn, name), 0.1, **{setting: "0.9"})
        assert f"{name} needs a number for {setting}, got '0.9'" in said

    @pytest.mark.parametrize("kind", [np.float32, np.float64, np.array, float])
    def test_numbers_of_any_kind_are_fine(self, nn, kind):
        rate = nn.SGD(kind(0.5)).learning_rate
        assert (rate, type(rate)) == (0.5, float)

    @pytest.mark.parametrize("value", ["0.5", None, [0.5]])
    def test_dropout(self, nn, value):
        said = message_of(nn.Dropout, value)
        assert said == (
            f"Dropout needs a rate from 0 to below 1, got {value!r}: 0.1 drops a tenth."
        )

    def test_counts_that_are_floats(self, nn):
        assert message_of(nn.spiral_data, 100.0, 3) == (
            "spiral_data needs whole numbers, got samples=100.0, classes=3: use int(...)."
        )
        said = message_of(nn.sine_data, 2.5)
        assert said == "sine_data needs whole numbers, got samples=2.5."

    @pytest.mark.parametrize("value", ["a", None, [0.5], 1j, math.inf])
    @pytest.mark.parametrize("name", ["weight_l1", "weight_l2", "bias_l1", "bias_l2"])
    def test_strengths(self, nn, name, value):
        said = message_of(nn.Dense, 2, 3, **{name: value})
        assert said == f"Dense needs {name} of 0, for none, or more, got {value!r}."

    @pytest.mark.parametrize(
        "value", ["a", None, [0.5], 1j, math.inf, -math.inf, math.nan]
    )
    def test_rescaling(self, nn, value):
        said = message_of(nn.Rescaling, value)
        assert said == f"Rescaling needs a finite scale, got {value!r}."
        said = message_of(nn.Rescaling, 1, value)
        assert said == f"Rescaling needs a finite offset, got {value!r}."
        layer = nn.Rescaling(np.float32(0.5), -2)
        assert (layer.scale, layer.offset) == (0.5, -2.0)
        assert {type(layer.scale), type(layer.offset)} == {float}

    @pytest.mark.parametrize("value", ["a", None, [0.5]])
    def test_initializers(self, nn, value):
        said = message_of(nn.normal, value)
        assert said == f"normal needs a finite scale of 0 or more, got {value!r}."

    @pytest.mark.parametrize("value", ["a", None, 1j])
    def test_constants(self, nn, value):
        assert (
            message_of(nn.constant, value) == f"constant needs a number, got {value!r}."
        )
        assert nn.spiral_data(int(100.0), 3)[0].shape == (300, 2)
