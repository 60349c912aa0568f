"""What a resolver keeps: what is read is what was written, and a file that cannot be used is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from kg.records import Entity
from kg.resolution.kept import KeptEntity, KeptNames, KeptSenses, KeptUse

ODD = "frog\ud800 'net'"  # text may have half a sign


def test_what_is_read_is_what_was_written(tmp_path: Path) -> None:
    use = KeptUse("Method", ODD, None, 2, 1, 0, [ODD, "frog"], ODD, "spelling", "", None, None)
    defined = KeptUse("Method", "FN", "frog net", 0, 0, 1, ["fn"], "frognet", "spelling", "", "frognet", None)
    parts = [[["oddfrog"], ["frog", "frogs"]]]
    odd = KeptEntity(
        Entity("http://x/a", "Method", ODD, ("a", "b"), better="higher"), "http://x/b", parts, None, ["frog"]
    )
    vague = KeptEntity(Entity("http://x/c", "Task", "C", ambiguous=True), "http://x/c", [], ["cat"], [])
    with KeptNames(tmp_path / "names", new=True) as kept:
        kept.replace_uses((), (use, defined))
        kept.attest([(("Method", ODD), 2), (("Method", "a"), 1)])
        kept.replace_senses([KeptSenses("fn", {"frognet": {"frog net": 1}}, set(), {"frognet", "net"})])
        kept.replace_entity(("Method", ODD), None, odd)
        kept.replace_entity(("Task", "c"), None, vague)
        kept.replace_merged(("Task", "c"), f"line {ODD}")
    with KeptNames(tmp_path / "names") as kept:
        assert [*kept.called(ODD)] == [*kept.placed_by(["frog"])] == [*kept.names_of([("Method", ODD)])] == [use]
        assert [*kept.defined_as("frognet")] == [defined]
        assert [kept.attested(("Method", key)) for key in (ODD, "a", "b")] == [2, 1, 0]
        assert kept.senses("fn") == {"frognet": {"frog net": 1}}
        assert kept.shorts("net") == {"fn"}
        assert [*kept.entities()] == [kept.entity(("Method", ODD)), kept.entity(("Task", "c"))] == [odd, vague]
        assert kept.wanting("http://x/b") == kept.with_part("frogs") == [("Method", ODD)]
        assert (kept.holder("http://x/c"), kept.holder("http://x/b")) == (("Task", "c"), None)
        assert kept.with_part("cat") == [("Task", "c")]
        assert (kept.types(), [*kept.merged()]) == (["Method", "Task"], ["line frog? 'net'"])
    with KeptNames(tmp_path / "names", change=True) as kept:
        kept.replace_uses([use, defined], [])
        kept.attest([(("Method", ODD), 0)])
        kept.replace_senses([KeptSenses("fn", {}, {"frognet", "net"}, set())])
        kept.replace_entity(("Method", ODD), odd, odd._replace(parts=[]))
        kept.replace_entity(("Task", "c"), vague, None)
        kept.replace_merged(("Task", "c"), "")
    with KeptNames(tmp_path / "names") as kept:
        assert [*kept.called(ODD), *kept.placed_by(["frog"]), *kept.defined_as("frognet"), *kept.merged()] == []
        assert (kept.attested(("Method", ODD)), kept.senses("fn"), kept.shorts("net")) == (0, {}, set())
        assert [*kept.entities()] == [odd._replace(parts=[])]
        assert kept.with_part("frogs") == kept.with_part("cat") == []


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    (tmp_path / "damaged").write_bytes(b"frogs" * 1000)
    for name, options in (("absent", {}), ("damaged", {}), ("damaged", {"change": True}), ("no/folder", {"new": True})):
        with pytest.raises(OSError, match="file") as caught, KeptNames(tmp_path / name, **options) as kept:
            kept.types()
        assert caught.value.filename == str(tmp_path / name)
