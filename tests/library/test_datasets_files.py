"""Data sets from files: IDX, damaged and not, where loaders look, and folders of pictures."""

import gzip
import importlib
import re
import tracemalloc
from pathlib import Path

import numpy as np
import pytest

PARTS = {"train": 5, "t10k": 3}


def idx(array, *, kind=8, shape=None):
    """Return the bytes of an IDX file, with any claims about itself."""
    shape = array.shape if shape is None else shape
    sizes = b"".join(size.to_bytes(4) for size in shape)
    return bytes([0, 0, kind, len(shape)]) + sizes + array.astype(np.uint8).tobytes()


def write_set(folder, *, seed=0, zipped=True):
    """Write the four files of a small picture set; return what loaders should return."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    found = []
    for part, samples in PARTS.items():
        images = rng.integers(256, size=(samples, 28, 28))
        labels = rng.integers(10, size=samples)
        for name, array in (
            (f"{part}-images-idx3", images),
            (f"{part}-labels-idx1", labels),
        ):
            content = idx(array)
            path = folder / f"{name}-ubyte{'.gz' if zipped else ''}"
            path.write_bytes(gzip.compress(content) if zipped else content)
            found.append(array)
    return found


def assert_same(found, expected):
    for got, want in zip(found, expected, strict=True):
        assert np.array_equal(got, want)


class TestIdx:
    @pytest.mark.parametrize("name", ["a-ubyte", "a-ubyte.gz", "anything"])
    @pytest.mark.parametrize("packed", [bytes, gzip.compress])
    def test_what_is_inside_counts(self, inside, tmp_path, name, packed):
        content = bytes([0, 0, 8, 2, 0, 0, 0, 2, 0, 0, 0, 3, 1, 2, 3, 4, 5, 255])
        (tmp_path / name).write_bytes(packed(content))
        found = inside._read_idx(tmp_path / name)
        assert found.tolist() == [[1, 2, 3], [4, 5, 255]]
        assert found.dtype == np.uint8
        assert found.flags.writeable

    @pytest.mark.parametrize("shape", [(0,), (1,), (3, 0), (2, 3, 4), (0, 28, 28)])
    def test_shapes(self, inside, tmp_path, shape):
        (tmp_path / "a").write_bytes(idx(np.zeros(shape)))
        assert inside._read_idx(str(tmp_path / "a")).shape == shape

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            (b"", "it should begin with 00 00 08, it has nothing"),
            (b"\0\0", "it should begin with 00 00 08, it has 00 00"),
            (
                b"PK\3\4" + bytes(99),
                "it should begin with 00 00 08, it has 50 4b 03 04",
            ),
            (b"\0\0\x08\0", "it has 00 00 08 00"),
            (idx(np.zeros((2, 3)))[:-1], r"\[2, 3\] are 6 bytes, it has 5"),
            (idx(np.zeros((2, 3))) + b"\0", r"\[2, 3\] are 6 bytes, it has 7"),
            (idx(np.zeros(4), shape=(2, 3)), r"\[2, 3\] are 6 bytes, it has 4"),
            (b"\0\0\x08\1\0\0", "it ends after 6 bytes"),
            (b"\0\0\x08\3\0\0\0\0", "it ends after 8 bytes"),
        ],
    )
    @pytest.mark.parametrize("packed", [bytes, gzip.compress])
    def test_damaged(self, inside, tmp_path, content, message, packed):
        (tmp_path / "a").write_bytes(packed(content))
        with pytest.raises(
            ValueError, match=rf"a is damaged: .*{message}.* Get the file again\.$"
        ):
            inside._read_idx(tmp_path / "a")

    def test_gzip_cut_off_anywhere(self, inside, tmp_path):
        content = gzip.compress(idx(np.arange(60).reshape(3, 20)))
        for end in range(2, len(content)):
            (tmp_path / "a").write_bytes(content[:end])
            with pytest.raises(
                ValueError, match=r"a is damaged: .*Get the file again\.$"
            ):
                inside._read_idx(tmp_path / "a")

    def test_gzip_with_wrong_bytes(self, inside, tmp_path):
        array = np.arange(60).reshape(3, 20)
        content = gzip.compress(idx(array), mtime=0)
        for place in range(10, len(content)):  # behind the header
            damaged = bytearray(content)
            damaged[place] ^= 0x10
            (tmp_path / "a").write_bytes(damaged)
            try:
                found = inside._read_idx(tmp_path / "a")
            except ValueError as error:
                assert "is damaged" in str(error)  # noqa: PT017
            else:
                assert np.array_equal(found, array)

    @pytest.mark.parametrize("sizes", [(2**32 - 1,) * 3, (60_000, 2**16, 2**16)])
    def test_sizes_that_lie_take_no_room(self, inside, tmp_path, sizes):
        (tmp_path / "a").write_bytes(idx(np.zeros(100), shape=sizes))
        tracemalloc.start()
        with pytest.raises(ValueError, match=r"bytes, it has 100\. Get"):
            inside._read_idx(tmp_path / "a")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 5_000_000

    def test_a_bomb(self, inside, tmp_path):
        content = idx(np.zeros(4), shape=(2, 2)) + bytes(100_000_000)
        (tmp_path / "a").write_bytes(gzip.compress(content))
        del content
        tracemalloc.start()
        with pytest.raises(ValueError, match=r"\[2, 2\] are 4 bytes, it has 5\."):
            inside._read_idx(tmp_path / "a")
        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert peak < 5_000_000


@pytest.fixture
def alone(tmp_path, monkeypatch):
    """A home of its own, no NNFS_DATA, no network; return the folder for everything."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setattr(Path, "home", lambda: tmp_path / "home")
    monkeypatch.delenv("NNFS_DATA", raising=False)

    def offline(*_, **__):
        raise OSError("no network")

    monkeypatch.setattr("urllib.request.urlopen", offline)
    return tmp_path


@pytest.mark.parametrize(
    ("content", "holds"),
    [
        (idx(np.zeros((2, 2)), kind=9), "int8 on 2 axes"),
        (idx(np.zeros((2, 2)), kind=12), "int32 on 2 axes"),
        (idx(np.zeros((2, 2)), kind=14), "float64 on 2 axes"),
        (idx(np.zeros((1, 1, 1, 1))), "uint8 on 4 axes"),
    ],
)
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_another_kind_of_idx_is_not_damaged(inside, tmp_path, content, holds, pack):
    (tmp_path / "a").write_bytes(pack(content))
    message = (
        rf"a is of another kind: it holds {holds}\. Bytes on 1 to 3 axes are read\.$"
    )
    with pytest.raises(ValueError, match=message):
        inside._read_idx(tmp_path / "a")


class TestLight:
    """60,000 pictures as light as those of the other set are not taken for the right ones."""

    @pytest.mark.parametrize(
        ("light", "load", "wrong"),
        [
            (
                33,
                "load_fashion_mnist",
                "should have fashion-mnist, but .* 0.13, which is another set's",
            ),
            (
                73,
                "load_mnist",
                "should have mnist, but .* 0.29, which is another set's",
            ),
        ],
    )
    def test_the_other_set(self, nn, tmp_path, light, load, wrong):
        other = {"load_mnist": "load_fashion_mnist"}.get(load, "load_mnist")
        for part, count in (("train", 60_000), ("t10k", 5)):
            images = np.full((count, 2, 2), light)
            (tmp_path / f"{part}-images-idx3-ubyte").write_bytes(idx(images))
            (tmp_path / f"{part}-labels-idx1-ubyte").write_bytes(idx(np.zeros(count)))
        with pytest.raises(ValueError, match=wrong):
            getattr(nn, load)(tmp_path)
        assert len(getattr(nn, other)(tmp_path)[0]) == 60_000


@pytest.mark.parametrize(
    ("load", "name"), [("load_fashion_mnist", "fashion-mnist"), ("load_mnist", "mnist")]
)
class TestWhereLoadersLook:
    @pytest.mark.parametrize("shape", [(3, 28, 20), (3, 14, 28)])
    def test_training_and_test_pictures_of_two_sizes(
        self, nn, alone, load, name, shape
    ):
        write_set(alone / "here")
        (alone / "here/t10k-images-idx3-ubyte").write_bytes(idx(np.zeros(shape)))
        message = (
            f"{alone}/here: pictures need one size, got (28, 28) in "
            f"train-images-idx3-ubyte and {shape[1:]} in t10k-images-idx3-ubyte. "
            "Take all four files from one data set."
        )
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            getattr(nn, load)(alone / "here")

    @pytest.mark.parametrize("part", PARTS)
    @pytest.mark.parametrize("shape", [(0, 28, 28), (0, 0, 0), (4, 0, 28)])
    def test_an_empty_set(self, nn, alone, load, name, part, shape):
        write_set(alone / "here")
        for kind, array in (
            ("images-idx3", np.zeros(shape)),
            ("labels-idx1", np.zeros(shape[0])),
        ):
            (alone / f"here/{part}-{kind}-ubyte").write_bytes(idx(array))
        message = (
            f"{alone}/here, {part}: empty, of shape {shape}: "
            f"{part}-images-idx3-ubyte should have pictures. Get the file again."
        )
        with pytest.raises(ValueError, match=f"^{re.escape(message)}$"):
            getattr(nn, load)(alone / "here")

    @pytest.mark.parametrize("zipped", [True, False])
    def test_the_folder(self, nn, alone, load, name, zipped):
        expected = write_set(alone / "here", zipped=zipped)
        found = getattr(nn, load)(alone / "here")
        assert_same(found, expected)
        assert [array.dtype for array in found] == [np.uint8, np.int64] * 2
        assert [len(array) for array in found] == [5, 5, 3, 3]

    def test_a_folder_in_the_folder_comes_first(self, nn, alone, load, name):
        write_set(alone / "here", seed=1)
        expected = write_set(alone / "here" / name, seed=2)
        assert_same(getattr(nn, load)(str(alone / "here")), expected)

    def test_nnfs_data(self, nn, alone, monkeypatch, load, name):
        expected = write_set(alone / "data" / name)
        write_set(alone / "home/.cache/nnfs_lib" / name, seed=1)
        monkeypatch.setenv("NNFS_DATA", str(alone / "data"))
        assert_same(getattr(nn, load)(), expected)

    def test_the_folder_comes_before_nnfs_data(
        self, nn, alone, monkeypatch, load, name
    ):
        write_set(alone / "data" / name, seed=1)
        monkeypatch.setenv("NNFS_DATA", str(alone / "data"))
        expected = write_set(alone / "here")
        assert_same(getattr(nn, load)(alone / "here"), expected)

    def test_the_cache(self, nn, alone, monkeypatch, load, name):
        expected = write_set(alone / "home/.cache/nnfs_lib" / name)
        assert_same(getattr(nn, load)(), expected)

    def test_nnfs_data_may_be_the_folder_itself(
        self, nn, alone, monkeypatch, load, name
    ):
        expected = write_set(alone / "home/mine")
        monkeypatch.setenv("NNFS_DATA", "~/mine")
        assert_same(getattr(nn, load)(), expected)

    def test_nnfs_data_that_is_wrong_is_not_ignored(
        self, nn, alone, monkeypatch, load, name
    ):
        write_set(alone / "home/.cache/nnfs_lib" / name)
        monkeypatch.setenv("NNFS_DATA", str(alone / "typo"))
        nor = rf"nor a folder {name} with them\. Mend it, or unset it"
        message = rf"^NNFS_DATA: {alone}/typo has none of .*, {nor}"
        with pytest.raises(FileNotFoundError, match=message):
            getattr(nn, load)()

    def test_plain_files_come_before_packed_ones(self, nn, alone, load, name):
        write_set(alone / "here", seed=1)
        expected = write_set(alone / "here", zipped=False)
        assert_same(getattr(nn, load)(alone / "here"), expected)

    def test_an_empty_folder(self, nn, alone, load, name):
        (alone / "here").mkdir()
        message = rf"^{alone}/here has none of train-images-idx3-ubyte\.gz, .*t10k-labels-idx1-ubyte\.gz\.$"
        with pytest.raises(FileNotFoundError, match=message):
            getattr(nn, load)(alone / "here")

    def test_one_file_missing(self, nn, alone, load, name):
        write_set(alone / "here")
        (alone / "here/t10k-labels-idx1-ubyte.gz").unlink()
        message = rf"^{alone}/here has neither t10k-labels-idx1-ubyte nor t10k-labels-idx1-ubyte\.gz\.$"
        with pytest.raises(FileNotFoundError, match=message):
            getattr(nn, load)(alone / "here")

    @pytest.mark.parametrize(
        "wrong", [np.zeros(4), np.zeros((5, 1)), np.zeros((5, 28, 28))]
    )
    def test_files_that_do_not_belong_together(self, nn, alone, load, name, wrong):
        write_set(alone / "here")
        (alone / "here/train-labels-idx1-ubyte.gz").write_bytes(
            gzip.compress(idx(wrong))
        )
        with pytest.raises(
            ValueError, match=r"train: pictures of shape \(5, 28, 28\), labels of "
        ):
            getattr(nn, load)(alone / "here")

    def test_a_folder_named_like_a_file(self, nn, alone, load, name):
        expected = write_set(alone / "here")
        (alone / "here/train-images-idx3-ubyte").mkdir()
        assert_same(getattr(nn, load)(alone / "here"), expected)

    def test_nothing_but_folders_named_like_files(self, nn, alone, load, name):
        (alone / "here/train-images-idx3-ubyte").mkdir(parents=True)
        with pytest.raises(
            FileNotFoundError, match="here has neither train-images-idx3-ubyte nor "
        ):
            getattr(nn, load)(alone / "here")

    def test_a_folder_in_the_cache_is_no_file(self, nn, alone, load, name):
        cache = alone / "home/.cache/nnfs_lib" / name
        write_set(cache)
        (cache / "train-images-idx3-ubyte.gz").unlink()
        (cache / "train-images-idx3-ubyte.gz").mkdir()
        with pytest.raises(ConnectionError, match="no network"):
            getattr(nn, load)()

    @pytest.mark.parametrize("place", ["home", "home/.cache", "home/.cache/nnfs_lib"])
    def test_a_cache_that_cannot_be_made(self, nn, alone, load, name, place):
        (alone / place).parent.mkdir(parents=True, exist_ok=True)
        (alone / place).write_text("a file, where a folder should be")
        with pytest.raises(ConnectionError) as found:
            getattr(nn, load)()
        said = str(found.value)
        assert re.match(rf"No {name}: .*'{alone}/home[^']*'\.\nPlease download", said)
        assert "/t10k-labels-idx1-ubyte.gz\n" in said
        assert said.endswith(
            f"and put the files into {alone}/home/.cache/nnfs_lib/{name}, "
            "or name the folder that has them."
        )

    def test_a_home_that_may_not_be_written(self, nn, alone, monkeypatch, load, name):
        def mkdir(self, *_, **__):
            raise PermissionError(13, "Permission denied", str(self))

        monkeypatch.setattr(Path, "mkdir", mkdir)  # root may write anywhere
        with pytest.raises(
            ConnectionError, match=r"Permission denied: .*\nPlease download by hand:\n"
        ):
            getattr(nn, load)()

    def test_offline(self, nn, alone, load, name):
        with pytest.raises(ConnectionError) as found:
            getattr(nn, load)()
        said = str(found.value)
        assert said.startswith(f"No {name}: https://")
        assert "no network" in said
        for part in (
            "train-images-idx3",
            "train-labels-idx1",
            "t10k-images-idx3",
            "t10k-labels-idx1",
        ):
            assert f"/{part}-ubyte.gz\n" in said
        assert said.endswith(
            f"and put the files into {alone}/home/.cache/nnfs_lib/{name}, "
            "or name the folder that has them."
        )


def write_pictures(folder, names, *, size=(4, 3), mode="L"):
    """Write two pictures a class, of one gray each: 10 * class + number."""
    image = importlib.import_module("PIL.Image")
    for part in ("train", "test"):
        for place, name in enumerate(names):
            (folder / part / name).mkdir(parents=True)
            for number in (1, 0):
                picture = image.new("L", size, 10 * place + number).convert(mode)
                picture.save(folder / part / name / f"{number}.png")


class TestImageFolders:
    @pytest.mark.parametrize("mode", ["RGBA", "LA"])
    def test_transparency_lies_on_white(self, nn, tmp_path, mode):
        image = importlib.import_module("PIL.Image")
        write_pictures(tmp_path, ["a"], size=(2, 1))
        picture = image.new(mode, (2, 1), (0,) * len(mode))  # black, seen through
        picture.putpixel((0, 0), (*(0,) * (len(mode) - 1), 255))  # and a black dot
        picture.save(tmp_path / "train" / "a" / "0.png")
        assert nn.load_image_folders(tmp_path)[0][0].tolist() == [[0, 255]]

    def test_a_transparent_color_of_a_palette(self, nn, tmp_path):
        image = importlib.import_module("PIL.Image")
        write_pictures(tmp_path, ["a"], size=(2, 1))
        picture = image.new("P", (2, 1), 0)
        picture.putpalette([0, 0, 0, 90, 90, 90])
        picture.putpixel((0, 0), 1)
        picture.save(tmp_path / "train" / "a" / "0.png", transparency=0)
        assert nn.load_image_folders(tmp_path)[0][0].tolist() == [[90, 255]]

    @pytest.mark.parametrize("name", ["2.jpg", "3.JPEG", "notes.txt", "4.gif"])
    def test_every_file_is_accounted_for(self, nn, tmp_path, name):
        write_pictures(tmp_path, ["a", "b"])
        (tmp_path / "test" / "b" / name).write_bytes(b"anything")
        message = rf"1 of 3 files in .*b are no PNG, as {name}\. Save them as PNG, or take them away\.$"
        with pytest.raises(ValueError, match=message):
            nn.load_image_folders(tmp_path)

    @pytest.mark.parametrize("name", [".DS_Store", "Thumbs.db", "desktop.ini"])
    def test_what_the_system_left_there_does_not_count(self, nn, tmp_path, name):
        write_pictures(tmp_path, ["a", "b"])
        (tmp_path / "train" / "a" / name).write_bytes(b"anything")
        assert len(nn.load_image_folders(tmp_path)[0]) == 4

    @pytest.mark.parametrize(
        ("names", "order"),
        [
            (["0", "1", "2"], [0, 1, 2]),
            (["10", "9", "1"], [2, 1, 0]),
            (["shirt", "bag", "10"], [2, 1, 0]),
        ],
    )
    @pytest.mark.parametrize("mode", ["L", "RGB", "P", "1"])
    def test_classes_in_order(self, nn, tmp_path, names, order, mode):
        write_pictures(tmp_path, names, mode=mode)
        X_train, y_train, X_test, y_test = nn.load_image_folders(str(tmp_path))
        assert X_train.shape == X_test.shape == (6, 3, 4)
        assert X_train.dtype == np.uint8
        assert y_train.tolist() == y_test.tolist() == [0, 0, 1, 1, 2, 2]
        if mode != "1":
            grays = [10 * place + number for place in order for number in (0, 1)]
            assert X_train[:, 0, 0].tolist() == grays

    def test_other_files_are_left_alone(self, nn, tmp_path):
        write_pictures(tmp_path, ["a", "b"])
        (tmp_path / "train/readme.txt").write_text("x")
        (tmp_path / "train/a/.notes.txt").write_text("x")
        assert len(nn.load_image_folders(tmp_path)[0]) == 4

    @pytest.mark.parametrize("part", ["train", "test"])
    def test_a_folder_missing(self, nn, tmp_path, part):
        write_pictures(tmp_path, ["a"])
        (tmp_path / part).rename(tmp_path / "elsewhere")
        message = rf"needs a folder for each class in train/ and in test/: there is no .*{part}\.$"
        with pytest.raises(FileNotFoundError, match=message):
            nn.load_image_folders(tmp_path)

    def test_classes_that_differ(self, nn, tmp_path):
        write_pictures(tmp_path, ["a", "b"])
        (tmp_path / "test/b").rename(tmp_path / "test/c")
        message = r"^train/ and test/ need the same classes, got a, b and a, c\.$"
        with pytest.raises(ValueError, match=message):
            nn.load_image_folders(tmp_path)

    def test_no_classes(self, nn, tmp_path):
        (tmp_path / "train").mkdir()
        (tmp_path / "test").mkdir()
        with pytest.raises(ValueError, match=r"got none and none\.$"):
            nn.load_image_folders(tmp_path)

    def test_no_pictures(self, nn, tmp_path):
        for part in ("train", "test"):
            (tmp_path / part / "a").mkdir(parents=True)
        with pytest.raises(ValueError, match=r"train/a has no PNG pictures\. "):
            nn.load_image_folders(tmp_path)

    @pytest.mark.parametrize("part", ["train", "test"])
    def test_a_class_without_pictures(self, nn, tmp_path, part):
        write_pictures(tmp_path, ["a", "b", "c"])
        for path in (tmp_path / part / "b").iterdir():
            path.unlink()
        message = (
            rf"^{tmp_path}/{part}/b has no PNG pictures\. "
            r"Add some, or remove this class from train/ and test/\.$"
        )
        with pytest.raises(ValueError, match=message):
            nn.load_image_folders(tmp_path)

    @pytest.mark.parametrize("suffix", [".PNG", ".Png"])
    def test_endings_in_capitals(self, nn, tmp_path, suffix):
        write_pictures(tmp_path, ["a", "b"])
        path = tmp_path / "train/b/1.png"
        path.rename(path.with_suffix(suffix))
        X_train, y_train, _, _ = nn.load_image_folders(tmp_path)
        assert X_train[:, 0, 0].tolist() == [0, 1, 10, 11]
        assert y_train.tolist() == [0, 0, 1, 1]

    def test_sizes_that_differ(self, nn, tmp_path):
        write_pictures(tmp_path, ["a", "b"])
        image = importlib.import_module("PIL.Image")
        image.new("L", (5, 5)).save(tmp_path / "train/b/2.png")
        message = (
            r"b/2\.png has the shape \(5, 5\) and not \(3, 4\) as the first one\.$"
        )
        with pytest.raises(ValueError, match=message):
            nn.load_image_folders(tmp_path)

    def test_sixteen_bits(self, nn, tmp_path):
        write_pictures(tmp_path, ["a"])
        image = importlib.import_module("PIL.Image")
        picture = image.fromarray(np.full((3, 4), 40_000, np.uint16))
        picture.save(tmp_path / "train/a/0.png")
        message = r"0\.png can't be read as PNG: its pixels are of more than 8 bits, I"
        with pytest.raises(ValueError, match=message):
            nn.load_image_folders(tmp_path)

    def test_damaged(self, nn, tmp_path):
        write_pictures(tmp_path, ["a"], size=(40, 30))
        path = tmp_path / "train/a/0.png"
        content = path.read_bytes()
        for wrong in (b"", b"hello", content[:20], content[:-30], b"GIF89a" + content):
            path.write_bytes(wrong)
            with pytest.raises(ValueError, match=r"0\.png can't be read as PNG: "):
                nn.load_image_folders(tmp_path)

    def test_other_formats_under_that_name(self, nn, tmp_path):
        write_pictures(tmp_path, ["a"])
        image = importlib.import_module("PIL.Image")
        image.new("L", (4, 3)).save(tmp_path / "train/a/0.png", format="BMP")
        with pytest.raises(ValueError, match=r"0\.png can't be read as PNG: "):
            nn.load_image_folders(tmp_path)

    def test_without_pillow(self, nn, tmp_path, monkeypatch):
        write_pictures(tmp_path, ["a"])
        monkeypatch.setitem(importlib.import_module("sys").modules, "PIL", None)
        with pytest.raises(
            ImportError, match=r"^PNG pictures need Pillow: pip install pillow\.$"
        ):
            nn.load_image_folders(tmp_path)
