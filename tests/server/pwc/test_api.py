from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pyoxigraph as ox
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.testclient import TestClient

from kg.api import KnowledgeGraph
from kg.graph.index import IndexedReader
from kg.server.pwc import routes
from kg.vocabulary import DEFAULT_BASE

Get = Callable[..., Any]


@pytest.fixture(scope="module")
def app(small_reader: IndexedReader) -> Starlette:
    graph = cast(KnowledgeGraph, SimpleNamespace(reader=small_reader, base=DEFAULT_BASE))
    return Starlette(routes=routes(lambda: graph))


@pytest.fixture(scope="module")
def client(app: Starlette) -> Iterator[TestClient]:
    with TestClient(app, base_url="http://here") as client:
        yield client


@pytest.fixture
def get(client: TestClient) -> Get:
    """The JSON of an address, or with ``status`` that of a refusal."""

    def getting(path: str, status: int = 200, **parameters: object) -> Any:
        response = client.get(f"/api/v1{path}", params={name: str(value) for name, value in parameters.items()})
        assert response.status_code == status, response.text
        return response.json()

    return getting


def ids(page: dict[str, Any]) -> list[str]:
    return [one["id"] for one in page["results"]]


def test_a_list_is_a_page_with_the_addresses_of_its_neighbours(get: Get) -> None:
    page = get("/papers/", page=2, items_per_page=1, title="s")
    assert (page["count"], ids(page)) == (2, ["frognet-hops"])
    assert (page["previous"], page["next"]) == ("http://here/api/v1/papers/?items_per_page=1&title=s&page=1", None)


@pytest.mark.parametrize("page", ["0", "-1", "4", "1.5", "x", "٢", "9" * 40])
def test_a_page_that_is_none_is_not_found(get: Get, page: str) -> None:
    assert get("/papers/", 404, page=page, items_per_page=1)["detail"] == "Invalid page."


def test_an_empty_list_has_one_page(get: Get) -> None:
    assert get("/papers/", q="newt") == get("/papers/", q="newt", page="last")
    assert get("/papers/", q="newt")["count"] == 0


@pytest.mark.parametrize("parameters", [{"items_per_page": "many"}, {"q": "x" * 1001}, {"start_date": "soon"}])
def test_a_parameter_of_a_wrong_form_is_named(get: Get, parameters: dict[str, str]) -> None:
    assert next(iter(parameters)) in get("/papers/", 400, **parameters)["error"]


@pytest.mark.parametrize(
    "path",
    [
        "/papers/newt/",
        "/papers/newt/results/",
        "/repositories/pond/newt/",
        "/authors/newt/papers/",
        "/conferences/newt/",
        "/conferences/iclr/proceedings/iclr-1900/papers/",
        "/areas/image-classification/",
        "/tasks/newt/children/",
        "/datasets/newt/",
        "/methods/newt/",
        "/evaluations/newt/results/",
        "/evaluations/image-classification-on-cifar-10/metrics/newt/",
        "/evaluations/image-classification-on-cifar-10/results/newt/",
        "/tasks/..%2f..%2fpaper%2ffrognet-hops/",
        "/tasks/x%3E%20.%20%3Fs%20%3Fp%20%3Fo/",
        "/frameworks",
        "/no/such/address",
    ],
)
def test_what_is_unknown_is_not_found_in_json(get: Get, path: str) -> None:
    assert get(path, 404)["detail"]


def test_nothing_is_written(client: TestClient) -> None:
    for send in (client.post, client.patch, client.delete, client.put):
        response = send("/api/v1/tasks/classification/")
        assert (response.status_code, response.json()["message"][-13:]) == (405, "is only read.")
        assert response.headers["allow"] == "GET, HEAD"


def test_papers_are_filtered_by_every_parameter(get: Get) -> None:
    assert ids(get("/papers", q="frognet")) == ["frognet-hops", "toadnet-crawls"]
    assert ids(get("/papers", arxiv_id="2001.00042v1")) == ["toadnet-crawls"]
    assert ids(get("/papers", title="++ IN A")) == ["c--in-a-pond"]
    assert ids(get("/papers", abstract="unlike FrogNet")) == ["toadnet-crawls"]
    found = get(
        "/papers", task="Few-Shot Image Classification", method="toadnet", conference="ICLR", start_date="2020-05-01"
    )
    assert ids(found) == ["toadnet-crawls"]
    assert [*found["applied_filters"]] == ["task", "method", "conference", "start_date"]
    assert ids(get("/papers", end_date="2019-01-01")) == ["frognet-hops"]


@pytest.mark.slow
def test_text_of_a_request_is_never_read_as_sparql(get: Get) -> None:
    for text in ('"} UNION {?s ?p ?o', "> ?p ?o } #", "\\u0022", "' OR 1=1 --", "\x00"):
        for path in ("/papers", "/search", "/tasks", "/datasets", "/methods", "/authors", "/repositories", "/areas"):
            assert get(path, q=text)["count"] == 0


def test_a_search_gives_papers_with_their_repositories(get: Get) -> None:
    pairs = {pair["paper"]["id"]: pair for pair in get("/search/", q="frognet")["results"]}
    assert pairs["frognet-hops"]["repository"]["owner"] == "Pond"
    assert (pairs["toadnet-crawls"]["repository"], pairs["toadnet-crawls"]["is_official"]) == (None, False)


def test_a_papers_parts_are_listed(get: Get) -> None:
    assert ids(get("/papers/toadnet-crawls/datasets/")) == ["cifar-10", "imagenet"]
    assert ids(get("/papers/toadnet-crawls/methods/")) == ["frognet", "toadnet"]
    assert get("/papers/frognet-hops/repositories/")["results"][0]["is_official"] is True
    assert len(ids(get("/papers/toadnet-crawls/results/"))) == 2


def test_repositories_authors_and_venues_lead_to_papers(get: Get) -> None:
    assert ids(get("/repositories/Pond/FrogNet/papers/")) == ["frognet-hops", "c--in-a-pond"]
    assert get("/repositories/pond")["count"] == get("/repositories", name="FROGNET")["count"] == 1
    assert get("/repositories", stars=1)["count"] == get("/repositories", framework="jax")["count"] == 0
    assert ids(get("/authors", full_name="ada")) == ids(get("/authors", q="POND ada")) == ["ada-pond"]
    assert get("/conferences/iclr")["paper_count"] == 2
    assert ids(get("/authors/ada-pond/papers/")) == ["toadnet-crawls", "frognet-hops"]
    assert ids(get("/conferences/iclr/proceedings/")) == ["iclr-2020", "iclr-2018"]
    assert ids(get("/conferences/iclr/proceedings/iclr-2018/papers/")) == ["frognet-hops"]


def test_tasks_are_a_tree_of_areas(get: Get) -> None:
    assert ids(get("/areas/")) == ["classification"]
    assert len(ids(get("/areas/classification/tasks/"))) == 3
    assert ids(get("/tasks/image-classification/parents/")) == ["classification"]
    assert ids(get("/tasks/image-classification/children/")) == ["few-shot-image-classification"]
    assert ids(get("/tasks/", ordering="-paper_count", level=1)) == ["image-classification"]
    (area,) = get("/areas/with-tasks/")["results"]
    assert ids({"results": area["tasks"]})[0] == "image-classification"


def test_a_table_leads_to_its_metrics_and_rows(get: Get) -> None:
    table = "/evaluations/image-classification-on-cifar-10"
    assert ids(get(f"{table}/metrics/")) == ["accuracy"]
    assert get(f"{table}/metrics/accuracy/")["is_loss"] is False
    row = get(f"{table}/results/")["results"][0]
    assert row == get(f"{table}/results/{row['id']}/")
    assert row["evidence"]["sentence"] and row["external_source_url"].startswith(
        "http://here/paper/frognet-hops#result"
    )


def test_pwc_gets_the_rows_of_a_dataset_and_of_a_paper(get: Get) -> None:
    rows = get("/datasets/cifar-10/evaluations/", page_size=100, ordering="best_rank", is_open="true")["results"]
    assert [(row["best_rank"], row["model_name"], row["metrics"]) for row in rows] == [
        (1, "FrogNet", {"accuracy": "93.50%"})
    ]
    assert get("/evaluations/", paper_id="toadnet-crawls", page_size=100)["count"] == 2
    assert ids(get("/datasets/cifar-10/evaluations/")) == [
        "image-classification-on-cifar-10",
        "classification-on-cifar-10",
    ]


def test_pwc_gets_the_page_of_a_task(get: Get) -> None:
    page = get("/tasks/image-classification/page")
    assert [one["id"] for one in page["parents"]] == ["classification"]
    assert page["benchmarks"][0]["best_model_name"] == "FrogNet"
    benchmarks = get("/tasks/classification/trending-benchmarks", include_descendants="true")["results"]
    assert [one["all_time_paper_count"] for one in benchmarks] == [2]


def test_a_graph_that_was_replaced_is_no_longer_answered_from(
    small_reader: IndexedReader, indexed: Callable[[ox.Store], IndexedReader]
) -> None:
    graphs = [SimpleNamespace(reader=reader, base=DEFAULT_BASE) for reader in (small_reader, indexed(ox.Store()))]
    client = TestClient(Starlette(routes=routes(lambda: cast(KnowledgeGraph, graphs[0]))))
    assert client.get("/api/v1/papers").json()["count"] == 3
    del graphs[0]
    assert client.get("/api/v1/papers").json()["count"] == 0


# With the public client ----------------------------------------------------------------------------------------------

WALK = """
import inspect, json, sys
from paperswithcode import PapersWithCodeClient
client = PapersWithCodeClient(url=sys.argv[1])
given = json.loads(sys.argv[2])
writes = ("_add", "_update", "_delete", "_create", "_synchronize")
found = {}
for name, method in inspect.getmembers(client, inspect.ismethod):
    if not name.startswith("_") and not name.endswith(writes):
        parameters = inspect.signature(method).parameters.values()
        answer = method(**{one.name: given[one.name] for one in parameters if one.default is one.empty})
        found[name] = [type(answer).__name__, getattr(answer, "count", 1)]
rows = client.evaluation_result_list(given["evaluation_id"]).results
found["evidence"] = [row.external_source_url for row in rows]
pages = [client.paper_list(page=page, items_per_page=1) for page in (1, 2, 3)]
found["pages"] = [(page.previous_page, page.next_page) for page in pages]
print(json.dumps(found))
"""


@pytest.fixture
def address(app: Starlette) -> Iterator[str]:
    """The address of a server in a thread of its own."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    yield "http://127.0.0.1:{1}".format(*server.servers[0].sockets[0].getsockname())
    server.should_exit = True
    thread.join()


@pytest.fixture
def pwc_python(tmp_path: Path) -> Path:
    """A Python with paperswithcode-client, which needs older packages; KG_PWC_PYTHON names one that is there."""
    if given := os.environ.get("KG_PWC_PYTHON"):
        return Path(given)
    venv.create(tmp_path / "pwc", with_pip=True)
    python = tmp_path / "pwc" / ("Scripts" if sys.platform == "win32" else "bin") / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "paperswithcode-client==0.3.1"], check=True, timeout=600)
    return python


@pytest.mark.slow
@pytest.mark.clients
def test_paperswithcode_client_reads_with_every_method(address: str, pwc_python: Path) -> None:
    given = {
        "paper_id": "toadnet-crawls",
        "owner": "Pond",
        "name": "FrogNet",
        "author_id": "ada-pond",
        "conference_id": "iclr",
        "proceeding_id": "iclr-2020",
        "area_id": "classification",
        "task_id": "image-classification",
        "dataset_id": "cifar-10",
        "method_id": "toadnet",
        "evaluation_id": "image-classification-on-cifar-10",
        "metric_id": "accuracy",
        "result_id": "toadnet-crawls.result-66-70-aa",
    }
    command = [str(pwc_python), "-c", WALK, address, json.dumps(given)]
    walked = subprocess.run(command, capture_output=True, text=True, timeout=300)
    assert walked.returncode == 0, walked.stderr
    found = json.loads(walked.stdout)
    assert all(link.startswith(f"{address}/paper/") for link in found.pop("evidence"))
    assert found.pop("pages") == [[None, 2], [1, 3], [2, None]]
    assert len(found) == 40
    empty = [name for name, (_, count) in found.items() if not count]
    assert empty == ["paper_repository_list"]  # ToadNet crawls names no code
