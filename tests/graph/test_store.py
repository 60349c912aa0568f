"""The graph folder: generations replace one another as a whole, and only what builds made is ever removed."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from kg.errors import GraphError, KGError
from kg.graph.manifest import UnreadableError
from kg.graph.store import Generation, Settings, can_be_built_again, current, existing, next_generation, opened, reading
from kg.text.files import GENERATION_MANIFEST

STATEMENT = "<http://e.org/s> <http://e.org/p> <http://e.org/o> <http://e.org/g> .\n"


def build(folder: Path) -> None:
    """A graph of one statement, built as the builder does."""
    with next_generation(folder) as generation:
        generation.statements.write_text(STATEMENT)
        generation.load(Settings())


def make(folder: Path) -> None:
    """What :func:`build` does, but with files that only look like a store, because making one takes time."""
    with next_generation(folder) as generation:
        (generation.folder / "store").mkdir()
        (generation.folder / "store" / "1.sst").write_text(STATEMENT)
        (generation.folder / "meta.json").write_text("{}")


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if not path.name.startswith(".")}


def test_a_generation_becomes_current_when_the_block_succeeds(tmp_path: Path) -> None:
    with next_generation(tmp_path) as generation:
        generation.statements.write_text(STATEMENT)
        generation.load(Settings("https://example.org/"))
        assert current(tmp_path) is None
    assert existing(tmp_path) == Generation(tmp_path / "generation-1")
    assert existing(tmp_path).base == "https://example.org/"
    assert len(existing(tmp_path).open()) == 1
    assert not existing(tmp_path).statements.exists()


def test_the_next_generation_replaces_the_one_before(tmp_path: Path) -> None:
    for number in (1, 2, 3):
        make(tmp_path)
        assert names(tmp_path) == {"CURRENT", f"generation-{number}"}


def test_a_block_that_fails_leaves_the_old_generation_and_no_other(tmp_path: Path) -> None:
    make(tmp_path)
    with pytest.raises(ZeroDivisionError), next_generation(tmp_path) as generation:
        generation.statements.write_text(STATEMENT)
        raise ZeroDivisionError
    assert names(tmp_path) == {"CURRENT", "generation-1"}
    assert existing(tmp_path) == Generation(tmp_path / "generation-1")


def test_leftovers_of_builds_are_removed_and_nothing_else(tmp_path: Path) -> None:
    make(tmp_path)
    with pytest.raises(KeyboardInterrupt), next_generation(tmp_path) as generation:
        shutil.copytree(generation.folder, tmp_path / "kept")
        raise KeyboardInterrupt
    (tmp_path / "kept").rename(generation.folder)  # as a build that is killed leaves it
    own = ("generation-7", "generation-8.partial", "generation-x", "generation-1.backup", "generation-007")
    for name in own:
        (tmp_path / name).mkdir()
        (tmp_path / name / "thesis.txt").write_text("mine")
    (tmp_path / "generation-notes.txt").write_text("mine")
    make(tmp_path)
    assert names(tmp_path) == {"CURRENT", "generation-2", "generation-notes.txt", *own}
    make(tmp_path)
    assert names(tmp_path) == {"CURRENT", "generation-3", "generation-notes.txt", *own}
    assert {(tmp_path / name / "thesis.txt").read_text() for name in own} == {"mine"}


def test_what_was_extracted_outlives_builds_that_are_killed_or_fail(tmp_path: Path) -> None:
    make(tmp_path)
    for extracted in ("one", "one two"):
        with pytest.raises(KeyboardInterrupt), next_generation(tmp_path) as generation:
            generation.extracted.write_text(extracted)
            generation.records.write_text("half")
            shutil.copytree(generation.folder, tmp_path / "kept")
            raise KeyboardInterrupt
        shutil.rmtree(generation.folder)
        (tmp_path / "kept").rename(generation.folder)  # as a build that is killed leaves it
        with pytest.raises(ZeroDivisionError), next_generation(tmp_path) as generation:
            assert generation.extracted.read_text() == extracted
            generation.records.write_text("half")
            raise ZeroDivisionError
        assert {path.name for path in generation.folder.iterdir()} == {GENERATION_MANIFEST, "extracted.jsonl"}
        assert names(tmp_path) == {"CURRENT", "generation-1", generation.folder.name}
    with pytest.raises(GraphError), next_generation(tmp_path):
        raise OSError(28, "No space left on device")
    make(tmp_path)
    (left,) = tmp_path.glob("generation-*")
    assert {path.name for path in left.iterdir()} == {GENERATION_MANIFEST, "store", "meta.json"}


@pytest.mark.parametrize("step", ["_write", "Path.rename"])
def test_what_was_extracted_outlives_an_end_at_the_last_step(
    tmp_path: Path, step: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(tmp_path)

    def full(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch, pytest.raises(GraphError), next_generation(tmp_path) as generation:
        generation.extracted.write_text("all")
        patch.setattr(f"kg.graph.store.{step}", full)
    assert existing(tmp_path).folder.name == "generation-1"
    with next_generation(tmp_path) as generation:
        assert generation.extracted.read_text() == "all"


@pytest.mark.parametrize("left", [(), (GENERATION_MANIFEST,), (f".{GENERATION_MANIFEST}.0123456789abcdef.partial",)])
def test_a_build_that_was_killed_when_it_began_is_in_nobodys_way(tmp_path: Path, left: tuple[str, ...]) -> None:
    make(tmp_path)
    (tmp_path / ".kg-new").mkdir()
    for name in left:
        (tmp_path / ".kg-new" / name).write_text("{")
    make(tmp_path)
    assert names(tmp_path) == {"CURRENT", "generation-2"}


def test_what_was_extracted_by_a_build_that_was_killed_before_it_became_current_is_taken(tmp_path: Path) -> None:
    make(tmp_path)
    pointer = (tmp_path / "CURRENT").read_text()
    with next_generation(tmp_path) as generation:
        generation.extracted.write_text("all")
        shutil.copytree(tmp_path / "generation-1", tmp_path / "kept")
    (tmp_path / "kept").rename(tmp_path / "generation-1")
    (tmp_path / "generation-2" / "extracted.jsonl").write_text("all")
    (tmp_path / "CURRENT").write_text(pointer)
    with next_generation(tmp_path) as generation:
        assert generation.extracted.read_text() == "all"


def test_a_folder_of_the_user_is_not_replaced_by_a_generation_of_its_name(tmp_path: Path) -> None:
    for name in ("generation-1", "generation-2.partial"):
        (tmp_path / name).mkdir()
    make(tmp_path)
    assert names(tmp_path) == {"CURRENT", "generation-1", "generation-2.partial", "generation-3"}
    assert existing(tmp_path).folder.name == "generation-3"


def test_a_copy_of_a_generation_under_another_name_is_the_users(tmp_path: Path) -> None:
    make(tmp_path)
    shutil.copytree(tmp_path / "generation-1", tmp_path / "generation-5")
    make(tmp_path)
    assert names(tmp_path) == {"CURRENT", "generation-2", "generation-5"}


def test_a_lock_file_of_the_user_keeps_its_content(tmp_path: Path) -> None:
    (tmp_path / ".lock").write_text("mine")
    make(tmp_path)
    assert (tmp_path / ".lock").read_text() == "mine"


@pytest.mark.parametrize("name", [".kg-lock", ".kg-new"])
def test_a_link_of_a_name_that_builds_use_leads_nowhere(tmp_path: Path, name: str) -> None:
    other, folder = tmp_path / "other", tmp_path / "graph"
    make(other)
    (tmp_path / "file").write_text("mine")
    folder.mkdir()
    (folder / name).symlink_to("../file" if name == ".kg-lock" else "../other/generation-1")
    with suppress(GraphError):
        make(folder)
    assert (tmp_path / "file").read_text() == "mine"
    existing(other).check(thorough=True)


@pytest.mark.slow
def test_a_graph_of_an_earlier_version_opens_and_is_replaced(tmp_path: Path) -> None:
    build(tmp_path)
    (tmp_path / "generation-1" / GENERATION_MANIFEST).unlink()
    assert len(existing(tmp_path).open()) == 1
    build(tmp_path)
    assert names(tmp_path) == {"CURRENT", "generation-2"}


@pytest.mark.parametrize("whole", [True, False], ids=["with its generation", "without one"])
@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"generation-9",
        b"generation-7",
        b"generation-1/../generation-1",
        b"../elsewhere/generation-1",
        b"{tmp}/elsewhere/generation-1",
        b"/",
        b".",
        b"generation-1\ngeneration-1",
        b"\xff\xfe",
        b"x" * 100_000,
    ],
)
def test_a_damaged_pointer_is_an_error_and_building_again_works(tmp_path: Path, content: bytes, whole: bool) -> None:
    folder = tmp_path / "graph"
    make(folder)
    if not whole:
        shutil.rmtree(folder / "generation-1")
    shutil.copytree(folder, tmp_path / "elsewhere") if whole else make(tmp_path / "elsewhere")
    (folder / "generation-7").mkdir()
    (folder / "CURRENT").write_bytes(content.replace(b"{tmp}", bytes(tmp_path)))
    with pytest.raises(GraphError, match=r"CURRENT: names .*; build the graph again$"):
        existing(folder)
    assert can_be_built_again(folder) is whole
    make(folder)
    assert names(folder) == {"CURRENT", "generation-2" if whole else "generation-1", "generation-7"}
    existing(folder).check(thorough=True)
    existing(tmp_path / "elsewhere").check(thorough=True)


def test_a_pointer_that_is_a_folder_or_a_link_is_an_error_and_building_again_works(tmp_path: Path) -> None:
    folder, elsewhere = tmp_path / "graph", tmp_path / "elsewhere"
    make(elsewhere)
    make(folder)
    for replace in (Path.mkdir, lambda path: path.symlink_to("../elsewhere/CURRENT")):
        (folder / "CURRENT").unlink()
        replace(folder / "CURRENT")
        with pytest.raises(GraphError, match=r"CURRENT: "):
            existing(folder)
        make(folder)
        existing(folder).check(thorough=True)
    assert (elsewhere / "CURRENT").read_text() == "generation-1\n"
    assert not (folder / "CURRENT").is_symlink()


def test_a_pointer_that_the_system_does_not_let_read_stays(tmp_path: Path, refuse: Callable[..., None]) -> None:
    make(tmp_path)
    before = (tmp_path / "CURRENT").stat().st_ino
    refuse("CURRENT")
    for use in (make, can_be_built_again):
        with pytest.raises(UnreadableError, match=r"CURRENT: cannot be read \(Permission denied\)$"):
            use(tmp_path)
    assert (tmp_path / "CURRENT").stat().st_ino == before


def test_a_folder_with_files_in_place_of_the_pointer_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "CURRENT").mkdir()
    (tmp_path / "CURRENT" / "thesis.txt").write_text("mine")
    with pytest.raises(GraphError, match=r"CURRENT: the graph cannot be written \(Directory not empty\)"):
        make(tmp_path)
    assert (tmp_path / "CURRENT" / "thesis.txt").read_text() == "mine"


@pytest.mark.parametrize("damage", [lambda pointer: pointer.write_bytes(b""), Path.unlink])
def test_a_damaged_or_missing_pointer_loses_no_paper(tmp_path: Path, damage: Callable[[Path], object]) -> None:
    make(tmp_path)
    damage(tmp_path / "CURRENT")
    with next_generation(tmp_path):
        assert current(tmp_path) == Generation(tmp_path / "generation-1"), "what it was before the damage"


def test_a_generation_that_is_a_link_is_refused_and_its_target_kept(tmp_path: Path) -> None:
    make(tmp_path / "other")
    folder = tmp_path / "graph"
    folder.mkdir()
    (folder / "generation-1").symlink_to("../other/generation-1")
    (folder / "CURRENT").write_text("generation-1\n")
    with pytest.raises(GraphError, match="not a generation in this folder"):
        existing(folder)
    make(folder)
    assert names(folder) == {"CURRENT", "generation-1", "generation-2"}
    existing(tmp_path / "other").check(thorough=True)


@pytest.mark.slow
def test_a_generation_that_is_replaced_while_it_is_opened_gives_the_new_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path)
    read, found = Generation.open, list[Generation]()

    def late(generation: Generation) -> object:
        if not found:
            found.append(generation)
            build(tmp_path)
        return read(generation)

    monkeypatch.setattr(Generation, "open", late)
    graph = opened(tmp_path)
    assert [generation.folder.name for generation in (*found, graph.generation)] == ["generation-1", "generation-2"]
    assert len(graph.store) == 1


@pytest.mark.parametrize("error", [RuntimeError("Corruption: block checksum mismatch"), OSError("IO error: gone")])
def test_what_the_store_raises_when_it_is_damaged_names_the_folder(tmp_path: Path, error: Exception) -> None:
    line = rf"^{tmp_path}: the graph is damaged \({error}\); build it again$"
    with pytest.raises(GraphError, match=line), reading(tmp_path):
        raise error


@pytest.mark.parametrize("error", [RecursionError(), FileNotFoundError(2, "absent", "x"), OSError(28, "No space left")])
def test_other_errors_while_reading_are_not_blamed_on_the_graph(tmp_path: Path, error: Exception) -> None:
    with pytest.raises(type(error)), reading(tmp_path):
        raise error


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (OSError(28, "No space left"), "{tmp}: the graph cannot be written (No space left); it stays as it was"),
        (
            OSError(28, "No space left", "{tmp}/generation-2.partial/papers.jsonl"),
            "{tmp}/generation-2.partial/papers.jsonl: the graph cannot be written (No space left); it stays as it was",
        ),
        (
            PermissionError(13, "Permission denied", "/model/weights.npz"),
            "/model/weights.npz: cannot be used (Permission denied); the graph stays as it was",
        ),
        (
            FileNotFoundError(2, "No such file", b"\xff.jsonl"),
            "\udcff.jsonl: cannot be used (No such file); the graph stays as it was",
        ),
        (OSError("IO error: cut off"), "{tmp}: the graph cannot be written (IO error: cut off); it stays as it was"),
    ],
)
def test_an_error_of_the_system_names_the_file_that_failed(tmp_path: Path, error: OSError, line: str) -> None:
    if isinstance(error.filename, str):
        error.filename = error.filename.replace("{tmp}", str(tmp_path))
    make(tmp_path)
    with pytest.raises(KGError) as caught, next_generation(tmp_path):
        raise error
    assert str(caught.value) == line.replace("{tmp}", str(tmp_path))
    assert names(tmp_path) == {"CURRENT", "generation-1"}


def test_output_that_nobody_reads_any_more_is_not_blamed_on_the_graph(tmp_path: Path) -> None:
    with pytest.raises(BrokenPipeError), next_generation(tmp_path):
        raise BrokenPipeError(32, "Broken pipe")


def test_a_full_disk_at_any_step_leaves_the_old_graph(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path)

    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    for step in ("Path.mkdir", "manifest.mark", "manifest.seal", "Path.rename", "_write"):
        with monkeypatch.context() as patch:
            patch.setattr(f"kg.graph.store.{step}", full)
            with pytest.raises(GraphError, match=r"No space left on device\); it stays as it was$"):
                make(tmp_path)
        assert names(tmp_path) == {"CURRENT", "generation-1"}, step
        existing(tmp_path).check(thorough=True)


@pytest.mark.parametrize("content", ["", "[]", "{", "\x00", "[" * 100_000, '{"base": 5}', '{"base": ""}'])
def test_a_damaged_base_is_an_error_that_names_the_file(tmp_path: Path, content: str) -> None:
    make(tmp_path)
    (tmp_path / "generation-1" / "meta.json").write_text(content)
    with pytest.raises(GraphError, match=r"meta\.json: is damaged"):
        _ = existing(tmp_path).base


def test_a_base_that_the_system_does_not_let_read_is_no_damage(tmp_path: Path, refuse: Callable[..., None]) -> None:
    make(tmp_path)
    refuse("meta.json")
    with pytest.raises(UnreadableError, match=r"meta\.json: cannot be read \(Permission denied\)$"):
        _ = existing(tmp_path).base


@pytest.mark.slow
def test_a_damaged_store_is_an_error_that_names_the_folder(tmp_path: Path) -> None:
    build(tmp_path)
    store = tmp_path / "generation-1" / "store"
    (table, *_), (log, *_) = sorted(store.glob("*.sst")), sorted(store.glob("MANIFEST-*"))
    for damaged, content, problem in (
        (store / "CURRENT", b"\xff", "generation-1: the graph cannot be opened"),
        (store / "CURRENT", None, "generation-1: the graph cannot be opened"),
        (log, log.read_bytes()[:50] + b"\xff" + log.read_bytes()[51:], "generation-1: the graph cannot be opened"),
        (table, table.read_bytes()[:-1], rf"{table.name}: is damaged or incomplete; build the graph again"),
        (table, None, rf"{table.name}: is damaged or incomplete; build the graph again"),
    ):
        before = damaged.read_bytes()
        damaged.unlink()
        if content is not None:
            damaged.write_bytes(content)
        with pytest.raises(GraphError, match=problem):
            existing(tmp_path).open()
        damaged.write_bytes(before)
    assert len(existing(tmp_path).open()) == 1


def test_a_folder_without_a_graph_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(GraphError, match=r"holds no graph; make one with `kg build"):
        existing(tmp_path)


def test_two_builds_at_a_time_are_refused_and_one_after_the_other_is_not(tmp_path: Path) -> None:
    with next_generation(tmp_path) as generation:
        with pytest.raises(GraphError, match="another build is writing this graph"):
            make(tmp_path)
        generation.statements.write_text(STATEMENT)
        generation.load(Settings())
    make(tmp_path)
    assert names(tmp_path) == {"CURRENT", "generation-2"}


@pytest.mark.slow
def test_a_store_may_begin_as_that_of_the_generation_before_which_stays_as_it_is(tmp_path: Path) -> None:
    build(tmp_path)
    before = existing(tmp_path)
    (gone,) = before.open()
    with next_generation(tmp_path) as generation:
        generation.statements.write_text(STATEMENT.replace("/o", "/new"))
        generation.load(Settings(), before=before, remove_gone=lambda store: store.remove(gone))
        before.check(thorough=True)
        assert [*before.open()] == [gone]
    (now,) = existing(tmp_path).open()
    assert str(now.object) == "<http://e.org/new>"
    existing(tmp_path).check(thorough=True)


@pytest.mark.slow
@pytest.mark.parametrize("most", [-1, 10_000_000])
def test_a_log_of_what_was_removed_stays_only_if_it_is_short(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    build(tmp_path)
    before = existing(tmp_path)
    (gone,) = before.open()
    monkeypatch.setattr("kg.graph.store._LOG", most)
    with next_generation(tmp_path) as generation:
        generation.statements.write_text(STATEMENT.replace("/o", "/new"))
        generation.load(Settings(), before=before, remove_gone=lambda store: store.remove(gone))
    log = sum(path.stat().st_size for path in existing(tmp_path).store.glob("*.log"))
    assert bool(log) == (most > 0)
    assert [str(quad.object) for quad in existing(tmp_path).open()] == ["<http://e.org/new>"]


@pytest.mark.slow
def test_a_store_is_copied_where_the_disk_can_have_no_links(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build(tmp_path)

    def unable(*arguments: object) -> None:
        raise OSError(95, "Operation not supported")

    monkeypatch.setattr(Path, "hardlink_to", unable)
    with next_generation(tmp_path) as generation:
        generation.statements.write_text(STATEMENT.replace("/o", "/new"))
        generation.load(Settings(), before=existing(tmp_path))
    assert len(existing(tmp_path).open()) == 2
