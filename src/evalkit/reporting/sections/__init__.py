"""What each section of a page says. Importing this package teaches ``section_of`` every result of an evaluation."""

from importlib import import_module
from pkgutil import iter_modules

from evalkit.reporting.brief import compose as brief
from evalkit.reporting.display import is_shown, record_text, section_of, show
from evalkit.reporting.jupyter_display import teach_ipython
from evalkit.reporting.sections.place import page_head

__all__ = ["brief", "is_shown", "page_head", "record_text", "section_of", "show"]

for module in iter_modules(__path__):
    import_module(f"{__name__}.{module.name}")  # each registers how its record is shown

teach_ipython()
