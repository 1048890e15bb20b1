"""Every section and every block of the brief: importing this module teaches ``section_of`` each result of an evaluation."""

from importlib import import_module
from pkgutil import iter_modules

from evalkit.reporting import brief, sections
from evalkit.reporting.display import is_shown, record_text, section_of, show
from evalkit.reporting.jupyter_display import teach_ipython
from evalkit.reporting.sections.place import page_head

__all__ = ["is_shown", "page_head", "record_text", "section_of", "show"]

for package in (sections, brief):
    for module in iter_modules(package.__path__):
        import_module(f"{package.__name__}.{module.name}")  # each registers how its record is shown

teach_ipython()
