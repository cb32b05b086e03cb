"""OR-tools and highspy each bring a HiGHS of their own and cannot live in one process: only one of them is ours."""

from __future__ import annotations

from collections.abc import Iterator

from tests.house.source import ROOT, Offence, Source, house_files, listed, planted, references

PROVER = "packing/proof_model.py"  # loaded when a proof is asked for


def solvers(source: Source) -> Iterator[Offence]:
    for node, name in references(source.tree):
        package = name.split(".")[0]
        if package == "highspy" or (package == "ortools" and source.place != PROVER):
            yield Offence(source.file, node.lineno, f"uses {name}: OR-tools are for {PROVER} alone, highspy for nobody")


def test_or_tools_are_used_in_one_file_and_highspy_in_none() -> None:
    offences = [offence for source in house_files() for offence in solvers(source)]
    assert not offences, listed(offences)


def test_a_second_solver_is_seen() -> None:
    assert list(solvers(planted("from ortools.sat.python import cp_model\ncp_model.CpModel()\n", "packing/proof.py")))
    assert list(solvers(planted("import highspy\nhighspy.Highs()\n", "planning/milp.py")))


def test_what_doorstep_needs_brings_neither() -> None:
    """A library that needs highspy would end proofs: they then have to go into a process of their own."""
    locked = (ROOT / "requirements" / "doorstep.txt").read_text(encoding="utf-8")
    named = {line.split("==")[0] for line in locked.splitlines() if "==" in line}
    assert not named & {"highspy", "ortools"}
