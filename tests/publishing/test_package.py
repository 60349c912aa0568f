"""Packages to publish: what is in them, and that programs which nobody here wrote read the descriptions."""

from __future__ import annotations

import hashlib
import json
from itertools import islice
from pathlib import Path

import pyoxigraph as ox
import pytest

from kg.api import KnowledgeGraph
from kg.errors import KGError
from kg.export.additions import DCAT
from kg.publishing.package import Licences, licence_address, publish_package

TEXTS = "https://example.org/terms"


@pytest.fixture(scope="module")
def graph(graph_folder: Path) -> KnowledgeGraph:
    return KnowledgeGraph(graph_folder)


@pytest.fixture(scope="module")
def package(graph: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("published") / "package"
    publish_package(
        graph, folder, title="Ponds & <frogs>", creator="Pond Lab", licences=Licences(texts=TEXTS), site=False
    )
    return folder


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_the_same_graph_gives_the_same_bytes(graph: KnowledgeGraph, package: Path, tmp_path: Path) -> None:
    written = publish_package(
        graph,
        tmp_path / "again",
        title="Ponds & <frogs>",
        creator="Pond Lab",
        licences=Licences(texts=TEXTS),
        site=False,
    )
    assert content(tmp_path / "again") == content(package)
    assert written == (len(content(package)), sum(map(len, content(package).values())))


def test_every_file_has_its_digest(package: Path) -> None:
    files = content(package)
    sums = files.pop("SHA256SUMS").decode().splitlines()
    assert sums == [f"{hashlib.sha256(data).hexdigest()}  {name}" for name, data in sorted(files.items())]


def test_the_licence_of_the_texts_is_apart_from_that_of_the_facts(package: Path) -> None:
    crate = {each["@id"]: each for each in json.loads((package / "ro-crate-metadata.json").read_text())["@graph"]}
    facts = {"@id": "https://spdx.org/licenses/MIT"}
    assert crate["./"]["license"] == facts and crate["./"]["usageInfo"] == {"@id": TEXTS}
    assert crate["data/edges.csv"]["license"] == [facts]
    assert crate["data/results.csv"]["license"] == [facts, {"@id": TEXTS}]
    assert all(part["@id"] in crate for part in crate["./"]["hasPart"])
    assert TEXTS in (package / "README.md").read_text()


def test_the_columns_of_each_table_are_described(package: Path) -> None:
    described = {
        each["name"]: each["field"] for each in json.loads((package / "croissant.json").read_text())["recordSet"]
    }
    assert sorted(described) == ["edges", "nodes", "results"]
    for name, fields in described.items():
        header = (package / "data" / f"{name}.csv").read_text().splitlines()[0]
        assert header == ",".join(field["name"] for field in fields)


def test_the_description_names_a_distribution_for_each_file(package: Path) -> None:
    base = "https://example.org/here/"
    triples = list(ox.parse((package / "void.ttl").read_bytes(), ox.RdfFormat.TURTLE, base_iri=base + "void.ttl"))
    found = {quad.object.value for quad in triples if quad.predicate.value == DCAT + "downloadURL"}
    assert found == {base + name for name in content(package) if name.startswith("data/")}
    assert '"Ponds & <frogs>"' in (package / "void.ttl").read_text()


@pytest.mark.slow
def test_an_address_makes_the_descriptions_absolute(graph: KnowledgeGraph, tmp_path: Path) -> None:
    publish_package(graph, tmp_path / "p", address="https://example.org/data", site=False)
    assert "<https://example.org/data/data/edges.csv>" in (tmp_path / "p" / "void.ttl").read_text()
    first = json.loads((tmp_path / "p" / "croissant.json").read_text())["distribution"][0]
    assert first["contentUrl"] == "https://example.org/data/data/graph.nq.gz"


def test_what_is_there_is_never_replaced(graph: KnowledgeGraph, tmp_path: Path) -> None:
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_text("mine")
    (tmp_path / "file").write_text("mine")
    for name in ("full", "file"):
        with pytest.raises(KGError, match="expected a new folder, or an empty one"):
            publish_package(graph, tmp_path / name)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["file", "full"]


@pytest.mark.slow
def test_a_package_that_another_call_finished_meanwhile_stays(graph: KnowledgeGraph, tmp_path: Path) -> None:
    def progress(done: int, total: int) -> None:
        if not (tmp_path / "p").exists():
            publish_package(graph, tmp_path / "p", site=False)

    with pytest.raises(KGError, match="expected a new folder, or an empty one"):
        publish_package(graph, tmp_path / "p", progress=progress)
    assert (tmp_path / "p" / "README.md").is_file()
    assert [path.name for path in tmp_path.iterdir()] == ["p"]


def test_licences_are_identifiers_or_addresses() -> None:
    assert licence_address("CC0-1.0") == "https://spdx.org/licenses/CC0-1.0"
    assert licence_address("zlib") == licence_address("Zlib") == "https://spdx.org/licenses/Zlib"
    assert licence_address(TEXTS) == TEXTS
    for wrong in (
        "nonsense",
        "Nonsense",
        "-",
        "mine-",
        "",
        "all rights reserved",
        "javascript:x",
        "https://a b",
        'https://x.org/">',
    ):
        with pytest.raises(KGError, match="expected an address, or an SPDX identifier"):
            licence_address(wrong)


@pytest.mark.clients
def test_mlcroissant_reads_the_tables(package: Path) -> None:
    import mlcroissant

    dataset = mlcroissant.Dataset(jsonld=str(package / "croissant.json"))
    assert not dataset.metadata.ctx.issues.errors
    rows = [row["results/value"] for row in islice(dataset.records("results"), 50)]
    assert b"93.5%" in rows
    assert len(list(dataset.records("edges"))) == len((package / "data" / "edges.csv").read_text().splitlines()) - 1


@pytest.mark.clients
def test_rocrate_reads_the_crate(package: Path) -> None:
    from rocrate.rocrate import ROCrate

    crate = ROCrate(str(package))
    assert crate.name == "Ponds & <frogs>"
    assert {entity.id for entity in crate.root_dataset["hasPart"]} >= {"data/graph.nq.gz", "croissant.json"}
