"""Saved files: back bit for bit, and whatever else a file holds is refused, before it harms."""

import copy
import hashlib
import importlib
import io
import json
import math
import os
import pickle
import stat
import struct
import time
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

import nnfs_lib

FILES = Path(__file__).with_name("files")
OPTIMIZERS = ["SGD", "Adagrad", "RMSprop", "Adam"]


def spiral_model(nn, optimizer=None):
    """Return a model with dropout; its dropouts share one generator, the model has another."""
    shared = np.random.default_rng(5)
    model = nn.Model(
        [
            nn.Dense(
                2, 6, weight_l1=1e-4, weight_l2=1e-3, rng=0, initializer=nn.he_normal
            ),
            nn.ReLU(),
            nn.Dropout(0.2, rng=shared),
            nn.Dense(6, 5, bias_l1=1e-4, bias_l2=1e-3, rng=1, initializer=nn.he_normal),
            nn.Sigmoid(),
            nn.Dropout(0.1, rng=shared),
            nn.Dense(5, 3, rng=2, initializer=nn.he_normal),
            nn.Softmax(),
        ],
        rng=3,
    )
    model.set(
        loss=nn.CategoricalCrossentropy(),
        optimizer=optimizer or nn.Adam(0.01, decay=0.01),
        accuracy=nn.CategoricalAccuracy(),
    )
    return model


def numbers_of(model):
    return [array.tobytes() for several in model.get_parameters() for array in several]


def unzipped(content):
    """Return text and the members of a file, by name."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    return json.loads(members.pop("text.json")), members


def with_checksum(content):
    """Return an archive whose comment of 64 characters is the right checksum."""
    body = content[:-64]
    return body + hashlib.sha256(body).hexdigest().encode()


def zipped(text, members, *, compression=zipfile.ZIP_STORED):
    """Return a file with any text and members, and a checksum that is right."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        archive.comment = b"0" * 64
        if text is not None:
            raw = text if isinstance(text, bytes) else json.dumps(text).encode()
            archive.writestr("text.json", raw)
        for name, content in members.items():
            archive.writestr(name, content)
    return with_checksum(file.getvalue())


def as_saved(saved):
    """Return the parameters that the saved model has, read by NumPy alone."""
    with np.load(io.BytesIO(saved[1]), allow_pickle=False) as arrays:
        return [arrays[name] for name in arrays.files if name != "text.json"]


def npy(array, **options):
    file = io.BytesIO()
    np.save(file, array, **options)
    return file.getvalue()


def npy_claiming(header, content=b""):
    """Return an .npy file of version 1.0 with any header."""
    raw = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(raw)) + raw + content


class TestParameters:
    def test_bit_for_bit(self, nn, tmp_path):
        model, other = spiral_model(nn), spiral_model(nn)
        X, y = nn.spiral_data(8, 3, rng=0)
        model.train(X, y, epochs=2, print_every=0)
        model.save_parameters(tmp_path / "p.npz")
        assert numbers_of(other) != numbers_of(model)
        other.load_parameters(tmp_path / "p.npz")
        assert numbers_of(other) == numbers_of(model)

    def test_numpy_reads_them(self, nn, tmp_path):
        model = spiral_model(nn)
        model.save_parameters(tmp_path / "p.npz")
        with np.load(tmp_path / "p.npz", allow_pickle=False) as arrays:
            assert np.array_equal(arrays["1.0"], model.layers[3].weights)

    def test_same_bytes_every_time(self, nn, tmp_path):
        for name in "ab":
            spiral_model(nn).save_parameters(tmp_path / name)
        assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()

    @pytest.mark.parametrize("trained", [False, True])
    def test_what_is_of_another_shape(self, nn, tmp_path, trained):
        nn.Model([nn.Dense(2, 6), nn.Dense(6, 5), nn.Dense(5, 4)]).save_parameters(
            tmp_path / "p"
        )
        model = spiral_model(nn)
        if trained:
            model.finalize()
        before = numbers_of(model)
        message = (
            r"p can't be loaded, nothing has changed: Dense\(5, 3\) expected weights of shape "
            r"\(5, 3\), got float32 of shape \(5, 4\)\.$"
        )
        with pytest.raises(ValueError, match=message):
            model.load_parameters(tmp_path / "p")
        assert numbers_of(model) == before

    def test_another_number_of_layers(self, nn, tmp_path):
        nn.Model([nn.Dense(2, 6)]).save_parameters(tmp_path / "p")
        message = r"it is of another model: 2 arrays, the model has 6\.$"
        with pytest.raises(ValueError, match=message):
            spiral_model(nn).load_parameters(tmp_path / "p")

    def test_a_model_is_no_parameters(self, nn, tmp_path):
        model = spiral_model(nn)
        model.save(tmp_path / "m")
        model.save_parameters(tmp_path / "p")
        with pytest.raises(ValueError, match=r"it holds 'model', not 'parameters'\.$"):
            model.load_parameters(tmp_path / "m")
        with pytest.raises(ValueError, match=r"it holds 'parameters', not 'model'\.$"):
            nn.Model.load(tmp_path / "p")

    def test_no_file(self, nn, tmp_path):
        with pytest.raises(FileNotFoundError):
            nn.Model.load(tmp_path / "nothing")


class TestModels:
    def test_what_comes_back(self, nn, tmp_path):
        X, y = nn.spiral_data(8, 3, rng=0)
        model = spiral_model(nn)
        model.train(X, y, epochs=2, print_every=0)
        model.save(tmp_path / "m")
        other = nn.Model.load(tmp_path / "m")
        assert [type(a) for a in other.layers] == [type(a) for a in model.layers]
        assert numbers_of(other) == numbers_of(model)
        assert other.predict(X).tobytes() == model.predict(X).tobytes()
        assert other.evaluate(X, y) == model.evaluate(X, y)
        assert other.regularization_loss() == model.regularization_loss()
        assert other.optimizer is None
        with pytest.raises(RuntimeError, match="is not ready"):
            other.train(X, y)

    @pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
    @pytest.mark.parametrize(
        ("ending", "loss", "accuracy"),
        [
            ("Softmax", "CategoricalCrossentropy", "CategoricalAccuracy"),
            ("Linear", "SoftmaxCategoricalCrossentropy", "CategoricalAccuracy"),
            ("Sigmoid", "BinaryCrossentropy", "BinaryAccuracy"),
            ("Linear", "SigmoidBinaryCrossentropy", None),
            ("Linear", "MeanSquaredError", "RegressionAccuracy"),
            ("ReLU", "MeanAbsoluteError", "RegressionAccuracy"),
            ("Tanh", "MeanSquaredError", "RegressionAccuracy"),
        ],
    )
    def test_all_kinds(self, nn, tmp_path, dtype, ending, loss, accuracy):
        layers = [
            nn.Flatten(),
            nn.Rescaling(1 / 255, -0.5),
            nn.Dense(4, 3, dtype=dtype, rng=0),
        ]
        model = nn.Model([*layers, getattr(nn, ending)()])
        model.set(
            loss=getattr(nn, loss)(), accuracy=accuracy and getattr(nn, accuracy)()
        )
        model.save(tmp_path / "m")
        other = nn.Model.load(tmp_path / "m")
        pictures = np.arange(20, dtype=np.uint8).reshape(5, 2, 2)
        assert other.predict(pictures).tobytes() == model.predict(pictures).tobytes()
        assert {array.dtype for array in other.get_parameters()[0]} == {np.dtype(dtype)}
        assert (type(other.loss), type(other.accuracy)) == (
            type(model.loss),
            type(model.accuracy),
        )

    def test_every_class_is_in_these_tests(self):
        source = Path(__file__).read_text(encoding="utf-8")
        known = importlib.import_module("nnfs_lib.saving")._CLASSES
        assert [name for name in known if name not in source] == []

    @pytest.mark.parametrize("name", OPTIMIZERS)
    @pytest.mark.parametrize("options", [{}, {"decay": 0.1}])
    def test_resuming_equals_never_stopping(self, nn, tmp_path, name, options):
        X, y = nn.spiral_data(8, 3, rng=0)
        for more in [{}, {"momentum": 0.9}] if name == "SGD" else [{}]:
            optimizer = getattr(nn, name)(0.05, **options, **more)
            model = spiral_model(nn, optimizer)
            model.train(X, y, epochs=3, batch_size=7, print_every=0)
            model.save(tmp_path / "m", include_optimizer=True)
            other = nn.Model.load(tmp_path / "m")
            on = [
                each.train(X, y, epochs=3, batch_size=7, print_every=0)
                for each in (model, other)
            ]
            assert on[0] == on[1]
            assert numbers_of(model) == numbers_of(other)
            assert other.layers[2].rng is other.layers[5].rng
            assert other.rng is not other.layers[2].rng

    def test_settings_of_the_optimizer(self, nn, tmp_path):
        model = spiral_model(nn, nn.Adam(0.5, 0.25, 1e-3, 0.125, 0.75))
        model.save(tmp_path / "m", include_optimizer=True)
        adam = nn.Model.load(tmp_path / "m").optimizer
        assert type(adam) is nn.Adam
        found = (adam.learning_rate, adam.decay, adam.epsilon, adam.beta_1, adam.beta_2)
        assert found == (0.5, 0.25, 1e-3, 0.125, 0.75)

    def test_a_generator_that_all_share(self, nn, tmp_path):
        rng = np.random.default_rng(0)
        model = nn.Model([nn.Dense(2, 3), nn.Dropout(0.5, rng=rng)], rng=rng)
        model.set(loss=nn.MeanSquaredError(), optimizer=nn.SGD())
        model.save(tmp_path / "m", include_optimizer=True)
        other = nn.Model.load(tmp_path / "m")
        assert other.rng is other.layers[1].rng
        assert other.rng.random(5).tolist() == rng.random(5).tolist()

    def test_a_generator_that_some_share(self, nn, tmp_path):
        model = spiral_model(nn)
        model.layers[2].rng = model.rng  # the last dropout keeps its own
        X, y = nn.spiral_data(8, 3, rng=0)
        model.train(X, y, epochs=2, batch_size=5, print_every=0)
        model.save(tmp_path / "m", include_optimizer=True)
        loaded = nn.Model.load(tmp_path / "m")
        assert loaded.layers[2].rng is loaded.rng
        assert loaded.layers[5].rng is not loaded.rng
        for each in (model, loaded):
            each.train(X, y, epochs=2, batch_size=5, print_every=0)
        assert numbers_of(loaded) == numbers_of(model)

    def test_saving_draws_nothing(self, nn, tmp_path):
        model = spiral_model(nn)
        before = [each.rng.bit_generator.state for each in (model, model.layers[2])]
        model.save(tmp_path / "m", include_optimizer=True)
        assert before == [
            each.rng.bit_generator.state for each in (model, model.layers[2])
        ]


def own_classes(nn):
    """Return a layer, a loss, an accuracy and an optimizer as a reader would write them."""

    class Scale(nn.Layer):
        parameter_names = ("factors",)
        settings = ("features", "word", "flag")
        state = ("seen",)

        def __init__(self, features, word=None, flag=True):
            self.features, self.word, self.flag = features, word, flag
            self.factors = np.ones((1, features), np.float32)
            self.seen = np.zeros(2, np.int64)

        def forward(self, inputs):
            self.inputs = inputs
            if self.training:
                self.seen = self.seen + np.array([1, len(inputs)])
            self.outputs = inputs * self.factors
            return self.outputs

        def backward(self, doutputs):
            self.dfactors = np.sum(doutputs * self.inputs, axis=0, keepdims=True)
            return doutputs * self.factors

    class HalfSquares(nn.MeanSquaredError):
        settings = ("share",)

        def __init__(self, share=0.5):
            self.share = share

        def forward(self, predictions, targets):
            return self.share * super().forward(predictions, targets)

        def backward(self, predictions, targets):
            return self.share * super().backward(predictions, targets)

    class Within(nn.Accuracy):
        settings = ("limit",)

        def __init__(self, limit):
            self.limit = limit

        def compare(self, predictions, targets):
            return (np.abs(predictions - targets) < self.limit).all(axis=1)

    class ClippedAdam(nn.Adam):
        settings = (*nn.Adam.settings, "limit")

        def __init__(self, *args, limit=1.0, **options):
            super().__init__(*args, **options)
            self.limit = limit

        def step(self, parameters):
            limits = -self.limit, self.limit
            super().step([(array, np.clip(d, *limits)) for array, d in parameters])

    return Scale, HalfSquares, Within, ClippedAdam


class TestClassesOfOnesOwn:
    def make(self, nn, word="a"):
        Scale, HalfSquares, Within, ClippedAdam = own = own_classes(nn)
        model = nn.Model(
            [nn.Dense(1, 4, rng=0), Scale(4, word), nn.Tanh(), nn.Dense(4, 1, rng=1)],
            rng=2,
        )
        optimizer = ClippedAdam(0.01, decay=1e-3, limit=0.02)
        model.set(loss=HalfSquares(0.25), optimizer=optimizer, accuracy=Within(0.1))
        return model, own

    @pytest.mark.parametrize("word", ["a", None])
    def test_resuming_equals_never_stopping(self, nn, tmp_path, word):
        model, own = self.make(nn, word)
        X, y = nn.sine_data(20)
        model.train(X, y, epochs=3, batch_size=6, print_every=0)
        model.save(tmp_path / "m", include_optimizer=True)
        other = nn.Model.load(tmp_path / "m", layers=own)
        assert [type(layer) for layer in other.layers] == [
            type(layer) for layer in model.layers
        ]
        assert (type(other.loss), other.loss.share) == (own[1], 0.25)
        assert (type(other.accuracy), other.accuracy.limit) == (own[2], 0.1)
        assert (type(other.optimizer), other.optimizer.limit) == (own[3], 0.02)
        assert (other.layers[1].word, other.layers[1].flag) == (word, True)
        assert other.layers[1].seen.tolist() == model.layers[1].seen.tolist()
        histories = [
            each.train(X, y, epochs=3, batch_size=6, print_every=0)
            for each in (model, other)
        ]
        assert histories[0] == histories[1]
        assert numbers_of(model) == numbers_of(other)
        assert other.layers[1].seen.tolist() == model.layers[1].seen.tolist()

    def test_nobody_handed_them_in(self, nn, tmp_path):
        model, own = self.make(nn)
        model.save(tmp_path / "m")
        for some, missing in (
            ((), "Scale', no known Layer"),
            (own[:1], "HalfSquares', no known Loss"),
            (own[:2], "Within', no known Accuracy"),
        ):
            with pytest.raises(ValueError, match=rf"it names '{missing}: .*layers="):
                nn.Model.load(tmp_path / "m", layers=some)
        assert nn.Model.load(tmp_path / "m", layers=own[:3]).optimizer is None

    def test_one_of_another_kind(self, nn, tmp_path):
        model, own = self.make(nn)
        model.save(tmp_path / "m")
        wrong = type("Scale", (nn.MeanSquaredError,), {"settings": own[0].settings})
        with pytest.raises(ValueError, match="it names 'Scale', no known Layer"):
            nn.Model.load(tmp_path / "m", layers=[wrong, *own[1:]])

    def test_names_of_the_book_are_the_books(self, nn, tmp_path):
        nn.Model([nn.Dense(2, 3)]).save(tmp_path / "m")
        other = type("Dense", (nn.Dense,), {})
        model = nn.Model.load(tmp_path / "m", layers=[other])
        assert type(model.layers[0]) is nn.Dense

    @pytest.mark.parametrize(
        "change",
        [
            {"features": 5},  # other arrays than the class makes from it
            {"features": "4"},
            {"features": [4]},
            {"features": None},
            {"features": {}},
            {"other": 1},
            {"flag": [True]},
        ],
    )
    def test_settings_in_a_file_that_lie(self, nn, tmp_path, change):
        model, own = self.make(nn)
        model.save(tmp_path / "m")
        text, members = unzipped((tmp_path / "m").read_bytes())
        text["layers"][1]["settings"] |= change
        (tmp_path / "m").write_bytes(zipped(text, members))
        with pytest.raises(ValueError, match="can't be loaded, nothing has changed: "):
            nn.Model.load(tmp_path / "m", layers=own)

    @pytest.mark.parametrize("name", ["1.seen", "1.factors"])
    def test_arrays_that_are_missing(self, nn, tmp_path, name):
        model, own = self.make(nn)
        model.save(tmp_path / "m")
        text, members = unzipped((tmp_path / "m").read_bytes())
        del members[f"{name}.npy"]
        (tmp_path / "m").write_bytes(zipped(text, members))
        with pytest.raises(ValueError, match="Scale has other arrays than"):
            nn.Model.load(tmp_path / "m", layers=own)

    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda layer: setattr(layer, "features", 5), r"of shape \(1, 5\)"),
            (lambda layer: setattr(layer, "word", ["a"]), "can't be made of"),
            (lambda layer: setattr(layer, "flag", print), "its flag is a function"),
            (lambda layer: delattr(layer, "word"), "no attribute 'word'"),
            (lambda layer: setattr(layer, "seen", np.array(["a"])), "got <U1"),
        ],
    )
    def test_what_would_not_come_back_is_not_saved(self, nn, tmp_path, change, reason):
        model, _ = self.make(nn)
        change(model.layers[1])
        message = rf"^Model can't be saved, Scale would not come back: .*{reason}"
        with pytest.raises(ValueError, match=message):
            model.save(tmp_path / "m")
        assert [*tmp_path.iterdir()] == []

    @pytest.mark.parametrize("inner", [0.25, "Halving"])
    def test_a_schedule_and_one_within_it(self, nn, tmp_path, inner):
        class Halving:
            settings = ("rate", "steps")

            def __init__(self, rate, steps):
                self.rate, self.steps = rate, steps

            def __call__(self, step):
                return self.rate * 0.5 ** (step // self.steps)

        class Warmup:
            settings = ("after", "steps")

            def __init__(self, after, steps):
                self.after, self.steps = after, steps

            def __call__(self, step):
                rate = self.after(step) if callable(self.after) else self.after
                return rate * min(1, (step + 1) / self.steps)

        schedule = Warmup(Halving(0.25, 4) if inner == "Halving" else inner, 3)
        X, y = nn.spiral_data(5, 3, rng=0)
        model = spiral_model(nn, nn.Adam(schedule))
        model.train(X, y, epochs=4, print_every=0)
        model.save(tmp_path / "m", include_optimizer=True)
        with pytest.raises(ValueError, match=r"no known object: a class of your own"):
            nn.Model.load(tmp_path / "m", layers=[Halving])
        loaded = nn.Model.load(tmp_path / "m", layers=[Warmup, Halving])
        found = [each.train(X, y, epochs=5, print_every=0) for each in (model, loaded)]
        assert found[0] == found[1]
        assert found[0].learning_rate == [schedule(step) for step in range(4, 9)]
        assert numbers_of(model) == numbers_of(loaded)

    def test_a_schedule_that_is_a_function_is_not_saved(self, nn, tmp_path):
        model = spiral_model(nn, nn.Adam(lambda step: 0.1))
        said = (
            "^Model can't be saved, Adam would not come back: its learning_rate is a "
        )
        with pytest.raises(ValueError, match=f"{said}function: make it a class"):
            model.save(tmp_path / "m", include_optimizer=True)
        assert [*tmp_path.iterdir()] == []

    def test_what_a_layer_remembers_goes_with_its_parameters(self, nn, tmp_path):
        model, _ = self.make(nn)
        X, y = nn.sine_data(3)
        model.train(X, y, epochs=2, print_every=0)
        seen = model.layers[1].seen.copy()
        assert seen.any()
        kept = model.get_parameters()
        model.save_parameters(tmp_path / "p")
        model.train(X, y, epochs=1, print_every=0)
        assert not np.array_equal(model.layers[1].seen, seen)
        model.set_parameters(kept)
        assert np.array_equal(model.layers[1].seen, seen)
        model.layers[1].seen[...] = 0
        model.load_parameters(tmp_path / "p")
        assert np.array_equal(model.layers[1].seen, seen)

    def test_a_dense_layer_of_ones_own(self, nn, tmp_path):
        class Scaled(nn.Dense):
            settings = (*nn.Dense.settings, "scale")

            def __init__(self, *sizes, scale=1.0, **options):
                super().__init__(*sizes, **options)
                self.scale = scale

        model = nn.Model([Scaled(2, 3, scale=3.0, weight_l2=0.5, dtype=np.float64)])
        model.save(tmp_path / "m")
        (layer,) = nn.Model.load(tmp_path / "m", layers=[Scaled]).layers
        assert (type(layer), layer.scale, layer.weight_l2) == (Scaled, 3.0, 0.5)
        assert layer.weights.tobytes() == model.layers[0].weights.tobytes()
        assert layer.weights.dtype == np.float64


class TestFilesOfTheFirstVersion:
    """Written when the book's optimizers and models were other classes inside."""

    def test_a_model(self, nn):
        model = nn.Model.load(FILES / "model-version-1.npz")
        assert [type(layer).__name__ for layer in model.layers] == [
            *("Dense", "ReLU", "Dropout", "Dense", "Sigmoid", "Dropout"),
            *("Dense", "Softmax"),
        ]
        assert (model.layers[0].weight_l1, model.layers[0].weight_l2) == (1e-4, 1e-3)
        assert model.layers[2].rng is model.layers[5].rng
        assert model.optimizer.get_state()["steps_done"] == 12
        X, y = nn.spiral_data(8, 3, rng=0)
        losses = model.train(X, y, epochs=3, batch_size=7, print_every=0).loss
        expected = [1.2160812999291966, 1.0997978351181372, 1.1193162211569025]
        assert losses == pytest.approx(expected, rel=1e-4)

    def test_its_parameters(self, nn):
        model = spiral_model(nn)
        model.load_parameters(FILES / "parameters-version-1.npz")
        whole = nn.Model.load(FILES / "model-version-1.npz")
        assert numbers_of(model) == numbers_of(whole)

    @pytest.mark.parametrize("name", ["model", "parameters"])
    def test_they_are_written_as_then(self, nn, tmp_path, name):
        content = (FILES / f"{name}-version-1.npz").read_bytes()
        model = nn.Model.load(FILES / "model-version-1.npz")
        if name == "model":
            model.save(tmp_path / "m", include_optimizer=True)
        else:
            model.save_parameters(tmp_path / "m")
        assert (tmp_path / "m").read_bytes() == content


def test_saving_does_not_read_the_file_back(nn, tmp_path, monkeypatch):
    """What is written can be read: these tests see to that, and not every save."""
    monkeypatch.setattr(np.lib.format, "read_array_header_1_0", None)
    spiral_model(nn).save(tmp_path / "m", include_optimizer=True)
    monkeypatch.undo()
    assert nn.Model.load(tmp_path / "m").optimizer is not None


class TestWhatCannotBeSaved:
    def test_layers_of_ones_own(self, nn, tmp_path):
        class Own(nn.ReLU):
            pass

        model = nn.Model([nn.Dense(2, 3), Own()])
        message = (
            r"^Model can't be saved, Own would not come back: it doesn't say how it is made: give "
            r"the class settings, the names of its constructor's arguments, or \(\)$"
        )
        with pytest.raises(ValueError, match=message):
            model.save(tmp_path / "m")
        assert [*tmp_path.iterdir()] == []

    def test_a_namesake(self, nn, tmp_path):
        model = nn.Model([nn.Dense(2, 3), type("ReLU", (nn.ReLU,), {})()])
        with pytest.raises(
            ValueError,
            match="ReLU would not come back: another class is called ReLU, too",
        ):
            model.save(tmp_path / "m")

    def test_no_optimizer(self, nn, tmp_path):
        message = (
            r"^Model has no optimizer to save: leave include_optimizer out, or call "
            r"set\(optimizer=\.\.\.\)\.$"
        )
        with pytest.raises(RuntimeError, match=message):
            nn.Model([nn.Dense(2, 3)]).save(tmp_path / "m", include_optimizer=True)

    def test_other_generators(self, nn, tmp_path):
        model = spiral_model(nn)
        model.rng = np.random.Generator(np.random.MT19937(0))
        message = r"^Only generators of default_rng can be saved, got MT19937\.$"
        with pytest.raises(ValueError, match=message):
            model.save(tmp_path / "m", include_optimizer=True)


class TestWriting:
    def crash(self, *_):
        raise OSError("the disk is full")

    @pytest.mark.parametrize("where", ["fsync", "replace"])
    def test_a_failed_save_leaves_the_old_file(self, nn, tmp_path, monkeypatch, where):
        path = tmp_path / "m"
        path.write_bytes(b"old")
        if where == "fsync":
            monkeypatch.setattr(os, "fsync", self.crash)
        else:
            monkeypatch.setattr(Path, "replace", self.crash)
        with pytest.raises(OSError, match="the disk is full"):
            spiral_model(nn).save(path)
        assert path.read_bytes() == b"old"
        assert [each.name for each in tmp_path.iterdir()] == ["m"]

    def test_a_folder_that_is_not_there(self, nn, tmp_path):
        with pytest.raises(FileNotFoundError):
            spiral_model(nn).save(tmp_path / "no/m")

    @pytest.mark.skipif(os.name != "posix", reason="permissions are those of Unix")
    @pytest.mark.parametrize(
        ("umask", "expected"), [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)]
    )
    def test_permissions_follow_the_umask(self, nn, tmp_path, umask, expected):
        before = os.umask(umask)
        try:
            spiral_model(nn).save_parameters(tmp_path / "p")
        finally:
            os.umask(before)
        assert stat.S_IMODE((tmp_path / "p").stat().st_mode) == expected

    def test_names_as_text(self, nn, tmp_path):
        model = spiral_model(nn)
        model.save(str(tmp_path / "m"))
        assert numbers_of(nn.Model.load(str(tmp_path / "m"))) == numbers_of(model)


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Return the bytes of a trained model with its optimizer, and of its parameters."""
    folder = tmp_path_factory.mktemp("saved")
    model = spiral_model(nnfs_lib)
    X, y = nnfs_lib.spiral_data(8, 3, rng=0)
    model.train(X, y, epochs=2, print_every=0)
    model.save(folder / "m", include_optimizer=True)
    model.save_parameters(folder / "p")
    return (folder / "m").read_bytes(), (folder / "p").read_bytes()


def refused(nn, path, content, kind="model"):
    """Load such a file, which must be a ValueError that changes nothing; return its words."""
    path.write_bytes(content)
    model = spiral_model(nn)
    before = numbers_of(model)
    with pytest.raises(
        ValueError, match="can't be loaded, nothing has changed: "
    ) as found:
        nn.Model.load(path) if kind == "model" else model.load_parameters(path)
    assert numbers_of(model) == before
    return str(found.value).split("nothing has changed: ", 1)[1]


class TestDamaged:
    @pytest.mark.parametrize("kind", ["model", "parameters"])
    def test_truncated(self, nn, tmp_path, saved, kind):
        content = saved[kind == "parameters"]
        for end in range(0, len(content), 97):
            said = refused(nn, tmp_path / "m", content[:end], kind)
            assert said == "it is damaged, or something else: the checksum is wrong."

    @pytest.mark.parametrize("kind", ["model", "parameters"])
    def test_bits_flipped(self, nn, tmp_path, saved, kind):
        content = saved[kind == "parameters"]
        places = [
            *range(0, len(content), 211),
            *range(len(content) - 80, len(content), 7),
        ]
        for place in places:
            damaged = bytearray(content)
            damaged[place] ^= 1 << (place % 8)
            said = refused(nn, tmp_path / "m", bytes(damaged), kind)
            assert "the checksum is wrong" in said

    def test_more_behind(self, nn, tmp_path, saved):
        assert "checksum" in refused(nn, tmp_path / "m", saved[0] + b"\0")

    @pytest.mark.parametrize(
        "content", [b"", b"PK", b"0" * 64, pickle.dumps({"a": 1}) * 9]
    )
    def test_something_else(self, nn, tmp_path, content):
        assert "checksum" in refused(nn, tmp_path / "m", content)

    @pytest.mark.parametrize("body", [b"", b"hello" * 99, b"PK\5\6" + bytes(18)])
    def test_a_checksum_around_nothing(self, nn, tmp_path, body):
        refused(nn, tmp_path / "m", with_checksum(body + b"0" * 64))

    def test_the_middle_damaged_under_a_right_checksum(self, nn, tmp_path, saved):
        # The archive's own checks, one byte after the other: an error of ours, or no harm.
        for place in range(0, len(saved[0]) - 64, 53):
            damaged = bytearray(saved[0])
            damaged[place] ^= 0x55
            (tmp_path / "m").write_bytes(with_checksum(bytes(damaged)))
            try:
                nn.Model.load(tmp_path / "m")
            except ValueError as error:
                assert "can't be loaded" in str(error)  # noqa: PT017


class TestWrongText:
    def change(self, saved, edit):
        text, members = unzipped(saved[0])
        edited = edit(text)
        return zipped(text if edited is None else edited, members)

    def test_nothing_changed_is_loaded(self, nn, tmp_path, saved):
        (tmp_path / "m").write_bytes(self.change(saved, lambda text: None))
        nn.Model.load(tmp_path / "m")

    @pytest.mark.parametrize("version", [0, 2, "1", None, 1.5])
    def test_versions(self, nn, tmp_path, saved, version):
        content = self.change(saved, lambda text: text | {"version": version})
        said = refused(nn, tmp_path / "m", content)
        assert said == (
            f"it is of version {version!r}, this library reads 1: another release may read it."
        )

    @pytest.mark.parametrize("text", [[], 1, None, "model", [{}]])
    def test_no_description(self, nn, tmp_path, text):
        content = zipped(json.dumps(text).encode(), {})
        assert refused(nn, tmp_path / "m", content) == "its text describes nothing."

    @pytest.mark.parametrize(
        "text",
        [
            b"",
            b"{",
            b"\xff\xfe\x00",
            b"[" * 100_000,
            b'{"a":' * 100_000,
            b'{"version": ' + b"9" * 5_000 + b"}",
        ],
    )
    def test_no_json(self, nn, tmp_path, text):
        refused(nn, tmp_path / "m", zipped(text, {}))

    @pytest.mark.parametrize(("opens", "closes"), [("[", "]"), ('{"a":', "}")])
    def test_nested_text(self, nn, tmp_path, saved, opens, closes):
        """Deeper than a hundred is not read: in a browser, reading would end Python."""
        text, members = unzipped(saved[0])

        def nested(depth):  # of which one is the text's own
            more = opens * (depth - 1) + "1" + closes * (depth - 1)
            raw = f'{json.dumps(text)[:-1]}, "more": {more}}}'.encode()
            return zipped(raw, members)

        (tmp_path / "m").write_bytes(nested(100))
        nn.Model.load(tmp_path / "m")
        said = refused(nn, tmp_path / "m", nested(101))
        assert said == "its text is nested more than 100 deep."

    @pytest.mark.parametrize(
        "string",
        ["[" * 1000, '"{' * 1000, "\\" * 1001 + "[" * 200, '[\\"' * 200, "é]["],
    )
    def test_brackets_in_a_string_nest_nothing(self, nn, tmp_path, saved, string):
        def edit(text):
            return {string: string} | text

        (tmp_path / "m").write_bytes(self.change(saved, edit))
        nn.Model.load(tmp_path / "m")

    @pytest.mark.parametrize(
        "text",
        [
            '"' + "[" * 101,  # a string that nobody closes
            '"\\' + "[" * 101,
            "[" * 50 + '"' + "]" * 50 + '"' + "[" * 51,
            "]" * 200 + "[" * 150,
            '{"a": "\\"' + "[" * 101 + '"}' + "[" * 101,
        ],
    )
    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-32", "utf-8-sig"])
    def test_nested_where_it_hardly_shows(self, nn, tmp_path, text, encoding):
        refused(nn, tmp_path / "m", zipped(text.encode(encoding), {}))

    def test_a_long_text_is_judged_at_once(self, inside):
        for text in ('"\\', '"', "\\", '"\\"', "[]", "{", '\\""'):
            start = time.perf_counter()
            with pytest.raises(ValueError, match=r"nested|char \d+"):
                inside._read_text((text * 30_000).encode())
            assert time.perf_counter() - start < 5

    def test_no_text(self, nn, tmp_path, saved):
        said = refused(nn, tmp_path / "m", zipped(None, unzipped(saved[0])[1]))
        assert said.startswith("it is no archive of ours (KeyError(")

    @pytest.mark.parametrize("key", ["layers", "loss", "accuracy"])
    @pytest.mark.parametrize("value", [1, "x", [1], {}, {"name": "ReLU"}, [[]], True])
    def test_wrong_parts(self, nn, tmp_path, saved, key, value):
        refused(
            nn, tmp_path / "m", self.change(saved, lambda text: text | {key: value})
        )

    @pytest.mark.parametrize("key", ["optimizer", "done", "owners", "generators"])
    @pytest.mark.parametrize("value", [None, -1, "x", [], {}, [9] * 3, [{}, {}], 1.5])
    def test_wrong_training(self, nn, tmp_path, saved, key, value):
        def edit(text):
            text["training"][key] = value

        refused(nn, tmp_path / "m", self.change(saved, edit))

    @pytest.mark.parametrize(
        "name",
        [
            "eval",
            "os.system",
            "__class__",
            "Layer",
            "Model",
            "Own",
            "Adam",
            "",
            3,
            None,
            [],
        ],
    )
    def test_names_of_something_else(self, nn, tmp_path, saved, name):
        def edit(text):
            text["layers"][1]["name"] = name

        said = refused(nn, tmp_path / "m", self.change(saved, edit))
        if isinstance(name, str):
            assert said == (
                f"it names {name!r}, no known Layer: a class of your own goes into layers=[...]."
            )

    @pytest.mark.parametrize(
        "value",
        [math.nan, math.inf, -math.inf, 1e400, 1, 2, -0.1, "0.5", None, True, [0.5]],
    )
    def test_settings_of_dropout(self, nn, tmp_path, saved, value):
        def edit(text):
            text["layers"][2]["settings"]["rate"] = value

        refused(nn, tmp_path / "m", self.change(saved, edit))

    @pytest.mark.parametrize(
        "settings",
        [
            {},
            {"rate": 0.5, "rng": 1},
            {"Rate": 0.5},
            [],
            "rate",
            None,
            {"rate": 10**400},
        ],
    )
    def test_other_settings(self, nn, tmp_path, saved, settings):
        def edit(text):
            text["layers"][2]["settings"] = settings

        refused(nn, tmp_path / "m", self.change(saved, edit))

    @pytest.mark.parametrize(
        "name", ["learning_rate", "decay", "epsilon", "beta_1", "beta_2"]
    )
    @pytest.mark.parametrize(
        "value", [math.nan, math.inf, -1, "1", None, True, False, 10**400]
    )
    def test_settings_of_the_optimizer(self, nn, tmp_path, saved, name, value):
        def edit(text):
            text["training"]["optimizer"]["settings"][name] = value

        refused(nn, tmp_path / "m", self.change(saved, edit))

    @pytest.mark.parametrize("name", ["weight_l1", "weight_l2", "bias_l1", "bias_l2"])
    @pytest.mark.parametrize("value", [math.nan, math.inf, -1, 10**400])
    def test_settings_of_dense(self, nn, tmp_path, saved, name, value):
        def edit(text):
            text["layers"][0]["settings"][name] = value

        refused(nn, tmp_path / "m", self.change(saved, edit))

    def test_layers_that_do_not_fit(self, nn, tmp_path, saved):
        text, members = unzipped(saved[0])
        members["0.weights.npy"] = npy(np.zeros((2, 7), np.float32))
        members["0.biases.npy"] = npy(np.zeros((1, 7), np.float32))
        said = refused(nn, tmp_path / "m", zipped(text, members))
        assert "layer 3, Dense(6, 5), does not fit behind layer 0, Dense(2, 7)" in said

    def test_another_state_of_a_generator(self, nn, tmp_path, saved):
        def edit(text):
            text["training"]["generators"][0]["bit_generator"] = "MT19937"

        refused(nn, tmp_path / "m", self.change(saved, edit))


class TestWrongArrays:
    def change(self, saved, name, content):
        text, members = unzipped(saved[0])
        members[name] = content
        return zipped(text, members)

    @pytest.mark.parametrize(
        "name", ["0.weights.npy", "0.biases.npy", "optimizer.means.npy"]
    )
    @pytest.mark.parametrize(
        "array",
        [
            np.zeros(3, np.float32),
            np.zeros((2, 3, 4), np.float32),
            np.float32(1),
            np.zeros((0, 6), np.float32),
            np.zeros((2, 6), complex),
            np.zeros((2, 6), bool),
            np.full((2, 6), "abc"),
            np.zeros((2, 6), "M8[s]"),
            np.zeros((2, 6), [("a", "f4")]),
            np.zeros((2, 6), np.int64),
        ],
    )
    def test_shapes_and_types(self, nn, tmp_path, saved, name, array):
        refused(nn, tmp_path / "m", self.change(saved, name, npy(array)))

    def test_more_behind_an_array(self, nn, tmp_path, saved):
        content = npy(np.zeros((2, 6), np.float32)) + b"more"
        said = refused(nn, tmp_path / "m", self.change(saved, "0.weights.npy", content))
        assert said == "an array claims to be float32 of (2, 6), in 52 bytes."

    @pytest.mark.parametrize("array", [np.zeros(2, bool), np.zeros(2, "M8[s]")])
    def test_types_that_nobody_asks_for(self, nn, tmp_path, saved, array):
        said = refused(
            nn, tmp_path / "m", self.change(saved, "9.other.npy", npy(array))
        )
        assert said.startswith(f"an array claims to be {array.dtype} of (2,), in ")

    def test_an_optimizer_of_another_model(self, nn, tmp_path, saved):
        text, members = unzipped(saved[0])
        for name in ("means", "squares"):
            members[f"optimizer.{name}.npy"] = npy(np.zeros(5, np.float32))
        said = refused(nn, tmp_path / "m", zipped(text, members))
        assert said == "its optimizer has moved another number of parameters."

    @pytest.mark.parametrize(
        "name", ["0.weights.npy", "3.biases.npy", "optimizer.squares.npy"]
    )
    def test_missing(self, nn, tmp_path, saved, name):
        text, members = unzipped(saved[0])
        del members[name]
        refused(nn, tmp_path / "m", zipped(text, members))

    def test_objects_run_nothing(self, nn, tmp_path, saved):
        flag = tmp_path / "flag"

        class Evil:
            def __reduce__(self):
                return Path.touch, (flag,)

        array = np.array([Evil()] * 12, dtype=object).reshape(2, 6)
        content = self.change(saved, "0.weights.npy", npy(array, allow_pickle=True))
        refused(nn, tmp_path / "m", content)
        refused(
            nn,
            tmp_path / "m",
            self.change(saved, "0.weights.npy", pickle.dumps(Evil())),
        )
        refused(
            nn, tmp_path / "m", self.change(saved, "evil.npy", pickle.dumps(Evil()))
        )
        assert not flag.exists()

    @pytest.mark.parametrize(
        "header",
        [
            "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000000000,)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (100000, 1000000)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-1, -12)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (0, 99999999999999999999)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2.0, 6)}",
            "{'descr': '<f4', 'fortran_order': 1, 'shape': (2, 6)}",
            "{'descr': '|O', 'fortran_order': False, 'shape': (2, 6)}",
            "{'descr': '<f9', 'fortran_order': False, 'shape': (2, 6)}",
            "{'descr': '<f4', 'shape': (2, 6)}",
            "[" * 5_000,
            "-" * 9_000 + "1",
            "{'descr': '<f4', 'fortran_order': False, 'shape': ("
            + "-" * 5_000
            + "1,)}",
            "__import__('os').system('true')",
            "(" * 150 + ")" * 150,
            "",
            *(
                f"{{'descr': '{kind}', 'fortran_order': False, 'shape': {shape}, }}"
                for kind, shape in [
                    ("<f4", "(1000000000000,)"),
                    ("<f4", "(100000, 1000000)"),
                    ("<f4", "(0, 99999999999999999999)"),
                    ("<f4", f"({'9' * 5000},)"),
                    ("<f4", f"({'1, ' * 70}12)"),
                    ("<f4", "(02, 6)"),
                    ("<f9", "(2, 6)"),
                    ("|O", "(2, 6)"),
                    ("<M8[s]", "(2, 3)"),
                ]
            ),
        ],
    )
    def test_headers_that_lie(self, nn, tmp_path, saved, header):
        content = self.change(saved, "0.weights.npy", npy_claiming(header, bytes(48)))
        tracemalloc.start()
        refused(nn, tmp_path / "m", content)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 20_000_000

    @pytest.mark.parametrize(
        "header",
        [
            "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 6)}",
            "{'descr': '<f4', 'fortran_order': False, 'shape': ((2), 6), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (-2, -6), }",
            "{'descr': '<f4', 'fortran_order': False, 'shape': (12), }",
            "{'descr': '<f4', 'fortran_order': 0, 'shape': (2, 6), }",
            "{'shape': (2, 6), 'descr': '<f4', 'fortran_order': False, }",
            "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (2, 6), }",
            "[" * 101,
        ],
    )
    def test_headers_that_numpy_does_not_write(
        self, nn, tmp_path, saved, monkeypatch, header
    ):
        """NumPy's reader, which is Python's own, never sees them."""
        content = self.change(saved, "0.weights.npy", npy_claiming(header, bytes(48)))
        monkeypatch.setattr(np.lib.format, "read_array_header_1_0", None)
        said = refused(nn, tmp_path / "m", content)
        assert said == "an array has a header that this book does not write."

    @pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 3), (1, 0, 2), (1,) * 20])
    @pytest.mark.parametrize("dtype", ["f2", "f4", ">f8", "u1", "<i8", ">u2"])
    @pytest.mark.parametrize("order", ["C", "F"])
    def test_headers_that_numpy_writes(self, inside, shape, dtype, order):
        array = np.ones(shape, dtype, order=order)
        back = inside._read_array(npy(array))
        assert back.dtype == array.dtype
        assert np.array_equal(back, array)

    def test_versions_of_npy(self, nn, tmp_path, saved):
        content = self.change(saved, "0.weights.npy", b"\x93NUMPY\x02\x00" + bytes(99))
        said = refused(nn, tmp_path / "m", content)
        assert said == "an array is of a version that this book does not write."

    def test_truncated_arrays(self, nn, tmp_path, saved):
        whole = unzipped(saved[0])[1]["0.weights.npy"]
        for end in range(0, len(whole), 7):
            refused(
                nn, tmp_path / "m", self.change(saved, "0.weights.npy", whole[:end])
            )

    @pytest.mark.parametrize(
        "name", ["../evil.npy", "/tmp/evil.npy", "a/b.npy", "9.weights.npy"]
    )
    def test_names_lead_nowhere(self, nn, tmp_path, saved, name):
        folder = tmp_path / "in"
        folder.mkdir()
        (folder / "m").write_bytes(self.change(saved, name, npy(np.zeros(3))))
        nn.Model.load(folder / "m")  # what nobody asks for is left alone
        assert [each.name for each in tmp_path.rglob("*")] == ["in", "m"]

    def test_names_in_parameters(self, nn, tmp_path, saved):
        text, members = unzipped(saved[1])
        members["../evil.npy"] = npy(np.zeros(3))
        said = refused(nn, tmp_path / "p", zipped(text, members), "parameters")
        assert said == "it is of another model: 7 arrays, the model has 6."


class TestWrongArchives:
    def test_compressed(self, nn, tmp_path, saved):
        text, members = unzipped(saved[0])
        members["bomb.npy"] = bytes(50_000_000)
        content = zipped(text, members, compression=zipfile.ZIP_DEFLATED)
        assert len(content) < 100_000
        tracemalloc.start()
        said = refused(nn, tmp_path / "m", content)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert said == "text.json is compressed, which this book never does."
        assert peak < 5_000_000

    def directory(self, content, name, offset, form, value):
        """Return a file in whose central directory a field of a member is another."""
        changed = bytearray(content)
        place = content.rindex(name) - 46  # the entry's name is behind 46 bytes
        assert content[place : place + 4] == b"PK\1\2"
        struct.pack_into(form, changed, place + offset, value)
        return with_checksum(bytes(changed))

    @pytest.mark.parametrize("size", [2**32 - 2, 2**31, 10_000_000, 1, 0])
    @pytest.mark.parametrize("offsets", [(20,), (24,), (20, 24)])
    def test_sizes_that_lie(self, nn, tmp_path, saved, size, offsets):
        content = saved[0]
        for offset in offsets:
            content = self.directory(content, b"0.weights.npy", offset, "<I", size)
        (tmp_path / "m").write_bytes(content)
        found = unharmed = numbers_of(spiral_model(nn))
        tracemalloc.start()
        try:
            found = numbers_of(nn.Model.load(tmp_path / "m"))
            unharmed = [array.tobytes() for array in as_saved(saved)]
        except ValueError as error:
            assert "can't be loaded" in str(error)  # noqa: PT017
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert found == unharmed
        assert peak < 5_000_000

    @pytest.mark.parametrize(
        ("offset", "form", "value"),
        [
            (8, "<H", 1),  # encrypted
            (10, "<H", 8),  # deflated
            (10, "<H", 77),  # packed in a way that nobody knows
            (16, "<I", 12345),  # another checksum
            (6, "<H", 99),  # a version of zip that is to come
            (42, "<I", 2**31),  # somewhere else
            (42, "<I", 5),
        ],
    )
    def test_fields_that_lie(self, nn, tmp_path, saved, offset, form, value):
        refused(
            nn,
            tmp_path / "m",
            self.directory(saved[0], b"0.weights.npy", offset, form, value),
        )


def test_parameters_of_the_same_model_change_places(nn):
    one, two = nn.Dense(3, 3, rng=0), nn.Dense(3, 3, rng=1)
    model = nn.Model([one, two])
    first, second = one.weights.copy(), two.weights.copy()
    model.set_parameters([(two.weights, two.biases), (one.weights, one.biases)])
    np.testing.assert_array_equal(one.weights, second)
    np.testing.assert_array_equal(two.weights, first)


@pytest.mark.parametrize("given", [None, 3, [None], [3]])
def test_parameters_that_are_no_list(nn, given):
    model = nn.Model([nn.Dense(2, 3, rng=0)])
    before = numbers_of(model)
    with pytest.raises(ValueError, match=r"hand in what get_parameters returns\.$"):
        model.set_parameters(given)
    assert numbers_of(model) == before


class TestSettingsChangedByHand:
    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda m: setattr(m.optimizer, "learning_rate", 0.0), "learning_rate > 0"),
            (lambda m: setattr(m.optimizer, "learning_rate", True), "can't be made of"),
            (lambda m: setattr(m.optimizer, "epsilon", math.nan), "epsilon > 0"),
            (lambda m: setattr(m.layers[2], "rate", 1.0), "rate from 0 to below 1"),
            (lambda m: setattr(m.layers[0], "weight_l2", None), "can't be made of"),
            (lambda m: setattr(m.layers[0], "weight_l2", -1.0), "weight_l2 of 0"),
        ],
    )
    def test_what_could_not_be_loaded_is_not_saved(self, nn, tmp_path, change, reason):
        model = spiral_model(nn)
        model.train(*nn.spiral_data(5, 3, rng=0), print_every=0)
        path = tmp_path / "m.npz"
        path.write_bytes(b"the file before")
        change(model)
        with pytest.raises(ValueError, match=reason) as found:
            model.save(path, include_optimizer=True)
        assert str(found.value).startswith("Model can't be saved")
        assert path.read_bytes() == b"the file before"
        assert [each.name for each in tmp_path.iterdir()] == ["m.npz"]

    def test_an_optimizer_of_another_model(self, nn, tmp_path):
        model = spiral_model(nn)
        model.train(*nn.spiral_data(5, 3, rng=0), print_every=0)
        other = nn.Model([nn.Dense(2, 2, rng=0)])
        other.set(optimizer=model.optimizer)
        with pytest.raises(ValueError, match="another number of parameters"):
            other.save(tmp_path / "m", include_optimizer=True)
        assert not [*tmp_path.iterdir()]

    @pytest.mark.parametrize("kind", [np.float32, np.float64, np.array])
    def test_numbers_of_numpys_own_types(self, nn, tmp_path, kind):
        model = spiral_model(nn)
        model.optimizer.learning_rate = kind(0.25)
        model.layers[2].rate = kind(0.5)
        model.save(tmp_path / "m", include_optimizer=True)
        loaded = nn.Model.load(tmp_path / "m")
        assert loaded.optimizer.learning_rate == 0.25
        assert loaded.layers[2].rate == 0.5


def test_names_as_long_as_the_system_allows(nn, tmp_path):
    path = tmp_path / ("n" * 255)
    model = nn.Model([nn.Dense(2, 3, rng=0)])
    model.save(path)
    assert numbers_of(nn.Model.load(path)) == numbers_of(model)


class TestPartsOnTopOfOneAnother:
    @pytest.mark.parametrize("kind", ["model", "parameters"])
    def test_one_name_twice(self, nn, tmp_path, saved, kind):
        text, members = unzipped(saved[kind == "parameters"])
        name = next(iter(members))
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.comment = b"0" * 64
            archive.writestr("text.json", json.dumps(text))
            for each, content in members.items():
                archive.writestr(each, content)
            with pytest.warns(UserWarning, match="Duplicate name"):
                archive.writestr(name, members[name])
        said = refused(nn, tmp_path / "m", with_checksum(file.getvalue()), kind)
        assert said == "its parts overlap, or have one name."

    @pytest.mark.parametrize("kind", ["model", "parameters"])
    def test_one_place_for_many_names(self, nn, tmp_path, saved, kind):
        text, members = unzipped(saved[kind == "parameters"])
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            archive.comment = b"0" * 64
            archive.writestr("text.json", json.dumps(text))
            for name, content in members.items():
                archive.writestr(name, content)
            archive.writestr("big.npy", npy(np.zeros(250_000, np.float32)))
            big = archive.getinfo("big.npy")
            for number in range(200):  # two hundred megabytes, in one
                other = copy.copy(big)
                other.filename = f"b{number:02d}.npy"
                archive.filelist.append(other)
                archive.NameToInfo[other.filename] = other
        content = with_checksum(file.getvalue())
        assert len(content) < 1_500_000
        tracemalloc.start()
        said = refused(nn, tmp_path / "m", content, kind)
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert said == "its parts overlap, or have one name."
        assert peak < 10_000_000


@pytest.mark.parametrize(
    "shape",
    ["(True, 12)", f"({2**100}, 0)", f"({2**62}, 0)", "(2, -0, 6.0)", "(-2, -6)"],
)
def test_headers_that_lie_in_parameters(nn, tmp_path, saved, shape):
    text, members = unzipped(saved[1])
    header = f"{{'descr': '<f4', 'fortran_order': False, 'shape': {shape}}}"
    for size in (0, 48):
        members["0.0.npy"] = npy_claiming(header, bytes(size))
        refused(nn, tmp_path / "p", zipped(text, members), "parameters")


@pytest.mark.parametrize("kind", ["model", "parameters"])
@pytest.mark.parametrize("offset", [2**40, 2**63, 2**64 - 1])
def test_a_part_that_lies_far_away(nn, tmp_path, saved, kind, offset):
    content = bytearray(saved[kind == "parameters"])
    entry, form = content.index(b"PK\1\2"), "<4s6H3I5H2I"  # in the directory
    fields = list(struct.unpack_from(form, content, entry))
    name_end = entry + struct.calcsize(form) + fields[10]
    extra = struct.pack("<HHQ", 1, 8, offset)  # where zip has 64 bits for a place
    fields[11], fields[16] = len(extra), 2**32 - 1
    struct.pack_into(form, content, entry, *fields)
    content[name_end:name_end] = extra
    end = content.rindex(b"PK\5\6")
    (size,) = struct.unpack_from("<I", content, end + 12)
    struct.pack_into("<I", content, end + 12, size + len(extra))
    refused(nn, tmp_path / "m", with_checksum(bytes(content)), kind)
