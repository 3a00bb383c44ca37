"""Chapter 12's explorer: the network that travels with it, what it says of itself, and a reader's own."""

import base64
import json
import os
import re
import struct

import numpy as np
import pytest
from explorer_blocks import GARMENT, NOTEBOOKS, cut, open_block, widgets

import nnfs_lib as nn
from bookkit import explore
from bookkit.files import shipped
from bookkit.garments import CLASSES, network
from bookkit.garments.network import FOLDER, MEASURED, NETWORK
from nnfs_lib.datasets import _read_labelled

BUDGET = (
    150 * 1024
)  # of the text in the page; a browser test has the same for every explorer
BOOKS = nn.Model.load(FOLDER / NETWORK)
TOLD = json.loads((FOLDER / MEASURED).read_text(encoding="utf-8"))
IMAGES, LABELS = _read_labelled(shipped("garments"), "train")


def model(*layers):
    return nn.Model([nn.Flatten(), *layers])


def dense(*sizes, **settings):
    return nn.Dense(*sizes, rng=np.random.default_rng(0), **settings)


def parts(garment):
    """Return the header, the parameters and the pictures of what travels, read as its format says."""
    header, data = open_block(garment.network)
    shapes = [step for step in header["steps"] if step != "ReLU"]
    count = sum((n + 1) * m for n, m in shapes)
    rest = len(header["labels"]) * 784
    if header["half"]:
        low, high, pictures = cut(data, [count, count, rest])
        codes = bytes(byte for pair in zip(low, high, strict=True) for byte in pair)
        numbers = struct.unpack(f"<{count}e", codes)
    else:
        codes, pictures = cut(data, [4 * count, rest])
        numbers = struct.unpack(f"<{count}f", codes)
    arrays, left = [], np.array(numbers)
    for n, m in shapes:
        arrays += [left[: n * m].reshape(n, m), left[n * m : (n + 1) * m]]
        left = left[(n + 1) * m :]
    return header, arrays, np.frombuffer(pictures, np.uint8).reshape(-1, 28, 28)


def assert_travels(arrays, model):
    wanted = [array.ravel() for layer in model.get_parameters() for array in layer]
    assert len(arrays) == len(wanted)
    for found, array in zip(arrays, wanted, strict=True):
        np.testing.assert_array_equal(found.ravel(), array)


class TestTheBooks:
    GARMENT = explore.garment()

    def test_it_is_small(self):
        size = len(base64.b64encode(self.GARMENT.network)) + len(self.GARMENT.caption)
        print(f"{size / 1024:.0f} KB")
        assert size < BUDGET - 2048

    def test_the_files_network_travels_whole(self):
        header, arrays, pictures = parts(self.GARMENT)
        assert_travels(arrays, BOOKS)
        assert header["half"]
        sizes = [[784, 64], [64, 64], [64, 10]]
        assert header["steps"] == [sizes[0], "ReLU", sizes[1], "ReLU", sizes[2]]
        assert (header["scale"], header["offset"]) == (1 / 255, 0)
        assert header["names"] == header["labels"] == list(CLASSES)
        np.testing.assert_array_equal(pictures, IMAGES[TOLD["shown"]])

    def test_the_pictures_are_those_of_which_the_network_is_surest(self):
        assert LABELS[TOLD["shown"]].tolist() == [*range(10)]
        answers = BOOKS.predict(IMAGES)
        for label, place in enumerate(TOLD["shown"]):
            assert (
                answers[place, label]
                >= answers[np.equal(LABELS, label), label].max() - 1e-6
            )
        right = (answers[TOLD["shown"]].argmax(axis=1) == range(10)).sum()
        assert f"is right on {right} of the 10." in self.GARMENT.caption

    def test_the_caption_says_what_was_measured(self):
        found = re.findall(r"([\d.]+)% of (?:the )?([\d,]+)", self.GARMENT.caption)
        (accuracy, count), (drawn, number) = found
        assert float(accuracy) == pytest.approx(100 * TOLD["accuracy"], abs=0.05)
        assert int(count.replace(",", "")) == TOLD["pictures"] == 10000
        assert int(number.replace(",", "")) == TOLD["drawn_pictures"] == len(IMAGES)
        correct = (BOOKS.predict(IMAGES).argmax(axis=1) == LABELS).mean()
        assert float(drawn) == pytest.approx(100 * correct, abs=0.55)
        assert TOLD["drawn_accuracy"] == pytest.approx(correct, abs=0.001)

    def test_what_was_measured_is_what_the_file_reaches(self):
        if "NNFS_DATA" not in os.environ:
            pytest.skip("NNFS_DATA names no folder with Fashion-MNIST in it.")
        _, _, X, y = nn.load_fashion_mnist()
        assert BOOKS.evaluate(X, y).accuracy == pytest.approx(
            TOLD["accuracy"], abs=1e-3
        )
        rounding = TOLD["accuracy"] - TOLD["accuracy_before_rounding"]
        assert abs(rounding) < 0.001

    def test_the_picture_is_the_first_until_the_page_says_another(self):
        garment = explore.garment()
        np.testing.assert_array_equal(garment.picture, IMAGES[TOLD["shown"][0]])
        garment.set_state({"seen": memoryview(bytes(range(256)) * 3 + bytes(16))})
        assert garment.picture.shape == (28, 28)
        assert garment.picture[1, 2] == 30
        garment.picture[:] = 0  # a copy
        assert garment.picture[1, 2] == 30

    def test_its_words_where_nothing_can_show_it(self):
        assert (
            repr(self.GARMENT)
            == f"[Explorer] {GARMENT}: run this cell to play with it."
        )


class TestAReadersOwn:
    def test_a_network_and_pictures_travel_as_they_are(self):
        own = nn.Model([nn.Rescaling(2 / 255, -1), nn.Flatten(), nn.Rescaling(3, 5)])
        for layer in (dense(784, 6), nn.Dropout(0.5), nn.ReLU(), dense(6, 3)):
            own.add(layer)
        own.add(nn.Softmax())
        pictures = IMAGES[:4]
        garment = explore.garment(own, pictures, ["a", "b", "c"])
        header, arrays, found = parts(garment)
        assert_travels(arrays, own)
        assert not header["half"]
        assert header["steps"] == [[784, 6], "ReLU", [6, 3]]
        assert header["scale"] == pytest.approx(6 / 255)
        assert header["offset"] == pytest.approx(2)
        assert header["names"] == ["a", "b", "c"]
        assert header["labels"] == [f"Picture {number}" for number in (1, 2, 3, 4)]
        np.testing.assert_array_equal(found, pictures)
        assert garment.caption == ""

    def test_what_is_not_given_is_the_books(self):
        own = model(dense(784, 10), nn.Softmax())
        garment = explore.garment(own)
        assert "trained" not in garment.caption
        answers = own.predict(IMAGES[TOLD["shown"]]).argmax(axis=1)
        right = (answers == range(10)).sum()
        assert f"is right on {right} of the 10." in garment.caption
        letters = explore.garment(own, names=list("abcdefghij"))
        assert letters.caption == ""
        assert parts(letters)[0]["labels"] == list(CLASSES)

    def test_classes_of_a_notebook_of_its_own_count_as_well(self):
        class Dense(nn.Dense):
            pass

        own = model(Dense(784, 10), nn.Softmax())
        assert_travels(parts(explore.garment(own))[1], own)

    def test_pictures_that_are_laid_out_flat_before(self):
        own = nn.Model([dense(784, 10), nn.Softmax()])
        assert_travels(parts(explore.garment(own))[1], own)

    @pytest.mark.parametrize(
        ("layers", "words"),
        [
            ([dense(784, 10)], r"Softmax last, got \['Flatten', 'Dense'\]"),
            ([], r"takes Rescaling or Flatten first, .*, got \['Flatten'\]"),
            ([nn.ReLU(), dense(784, 10), nn.Softmax()], "then Dense, ReLU or Dropout"),
            ([dense(784, 5), nn.Sigmoid(), dense(5, 10), nn.Softmax()], "'Sigmoid'"),
            ([dense(100, 10), nn.Softmax()], "have 784 pixels, the network takes 100"),
            ([dense(784, 3), nn.Softmax()], "3 outputs: give names, 3 texts"),
        ],
    )
    def test_networks_that_it_cannot_show(self, layers, words):
        with pytest.raises(ValueError, match=words):
            explore.garment(model(*layers))

    def test_no_layers_at_all(self):
        with pytest.raises(ValueError, match=r"Softmax last, got \[\]"):
            explore.garment(nn.Model())

    @pytest.mark.parametrize("value", [np.nan, np.inf])
    def test_weights_that_are_no_numbers(self, value):
        layer = dense(784, 10)
        layer.weights[3, 4] = value
        with pytest.raises(ValueError, match="weights that are NaN or infinite"):
            explore.garment(model(layer, nn.Softmax()))

    def test_a_layer_that_computes_something_else_than_its_name_says(self):
        class ReLU(nn.ReLU):
            def forward(self, inputs):
                return super().forward(inputs) - inputs

        own = model(dense(784, 20), ReLU(), dense(20, 10), nn.Softmax())
        with pytest.raises(ValueError, match="can't show a layer of your own"):
            explore.garment(own)

    @pytest.mark.parametrize(
        "pictures",
        [
            IMAGES[0],
            IMAGES[:0],
            IMAGES[:2, :27],
            IMAGES[:2] / 255,
            IMAGES[:2, ..., None],
        ],
        ids=["one", "none", "small", "floats", "with channels"],
    )
    def test_pictures_that_are_none(self, pictures):
        message = r"pictures should be uint8 of shape \(n, 28, 28\), got "
        message += re.escape(f"{pictures.dtype} of shape {pictures.shape}.")
        with pytest.raises(ValueError, match=message):
            explore.garment(pictures=pictures)

    @pytest.mark.parametrize(
        "names", [["a"], list("abcdefghijk"), [*range(10)]], ids=len
    )
    def test_names_that_do_not_fit(self, names):
        with pytest.raises(ValueError, match="10 outputs: give names, 10 texts"):
            explore.garment(names=names)


class TestTheCommand:
    def test_it_writes_what_it_measured(self, tmp_path, monkeypatch, capsys):
        """On few pictures, for one epoch: the drawn ones stand for the real."""
        few = slice(0, 300)
        given = IMAGES[few], LABELS[few], IMAGES[300:400], LABELS[300:400]
        monkeypatch.setattr(nn, "load_fashion_mnist", lambda: given)
        monkeypatch.setattr(network, "EPOCHS", 1)
        arguments = network.argparse.Namespace(folder=tmp_path / "garment")
        assert network.main(arguments) == 0
        found = nn.Model.load(tmp_path / "garment" / NETWORK)
        told = json.loads((tmp_path / "garment" / MEASURED).read_text())
        assert told["accuracy"] == found.evaluate(*given[2:]).accuracy
        assert told["pictures"] == 100
        assert set(told) == set(TOLD)
        for layer in found.get_parameters():
            for array in layer:
                assert array.dtype == np.float32
                np.testing.assert_array_equal(array, array.astype(np.float16))
        assert f"rounded {told['accuracy']:.2%}" in capsys.readouterr().out


def test_what_a_notebook_keeps_is_todays():
    for path in NOTEBOOKS:
        if GARMENT not in widgets(path):
            continue
        entry, today = widgets(path)[GARMENT].entry, explore.garment()
        kept = {each["path"][0]: each["data"] for each in entry["buffers"]}
        kept = {name: base64.b64decode(data) for name, data in kept.items()}
        assert entry["state"]["caption"] == today.caption
        assert open_block(kept["network"]) == open_block(today.network)
        assert kept.get("seen", b"") == b""
