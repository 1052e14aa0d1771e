"""The list of modules in the documentation is true."""

from tests.listing import PAGE, listing


def test_every_module_is_listed_with_the_first_line_of_its_docstring() -> None:
    assert PAGE.read_text(encoding="utf-8") == listing(), "run `make files`"
