from __future__ import annotations

from kg.site.links import FileLinks, ServerLinks, file_of

PAGES = frozenset({"/", "/search", "/paper/frognet", "/dataset/cifar-10"})


def test_a_server_quotes_paths_and_queries() -> None:
    links = ServerLinks("/kg")
    assert links.page("/method/c++ äpfel", {"q": "a&b"}) == "/kg/method/c++%20%C3%A4pfel?q=a%26b"
    assert links.static("site.css") == "/kg/static/site.css"


def test_files_are_addressed_from_the_folder_of_the_page() -> None:
    links = FileLinks(PAGES)
    assert links.at("/dataset/cifar-10").page("/paper/frognet") == "../paper/frognet.html"
    assert links.at("/").page("/search", {"q": "frog"}) == "search.html#q=frog"
    assert links.at("/dataset/cifar-10").static("site.css") == "../static/site.css"


def test_what_has_no_file_is_said_elsewhere_or_nowhere() -> None:
    links = FileLinks(PAGES, {"/method/frognet": "/paper/frognet#method-frognet", "/code/x": "https://example.org/x"})
    assert links.page("/method/frognet") == "paper/frognet.html#method-frognet"
    assert links.page("/code/x") == "https://example.org/x"
    assert links.page("/method/unknown") is None


def test_names_that_a_file_system_may_not_take_are_replaced() -> None:
    names = [file_of(f"/method/{name}") for name in ("x" * 300, "a*", "a?", "é", "..", "con/../x")]
    assert len(set(names)) == len(names)
    assert all(len(name) < 110 and ".." not in name and "*" not in name for name in names)


def test_no_file_has_the_name_of_a_device_of_windows() -> None:
    devices = ["con", "PRN", "Aux", "nul", *(f"{port}{number}" for port in ("com", "LPT") for number in range(1, 10))]
    for name in (*devices, "aux.tar", "con.", "nul.x.y"):
        folder, _, file = file_of(f"/method/{name}").partition("/")
        assert folder == "method" and file.partition(".")[0].lower() not in {device.lower() for device in devices}
    assert len({file_of(f"/method/{name}").lower() for name in ("aux", "AUX", "aux.tar", "aux-tar")}) == 4
    for name in ("console", "con-1", "auxiliary", "com", "com10", "x.con"):
        assert file_of(f"/method/{name}") == f"method/{name}.html"
