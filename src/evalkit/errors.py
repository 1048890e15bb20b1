"""The five ways evalkit refuses, each with its exit code, and the shape every message has.

A message says where the trouble is, which rule was broken and what to do. It never prints a protected value: name the
file, row, column or province, not the figure.
"""

from __future__ import annotations


class EvalkitError(Exception):
    """A refusal that is shown to the user without a traceback.

    Parameters
    ----------
    where : str
        File, row, column, key or province: the place to look at.
    rule : str
        The rule that was broken, as a sentence.
    do : str
        What to do about it.

    Examples
    --------
    >>> print(FactsError(where="facts.csv, row 3", rule="a count is never negative", do="correct the value"))
    FactsError [exit 3]
      where  facts.csv, row 3
      rule   a count is never negative
      do     correct the value
    """

    exit_code = 1

    def __init__(self, *, where: str, rule: str, do: str) -> None:
        super().__init__(where, rule, do)
        self.where, self.rule, self.do = where, rule, do

    def __str__(self) -> str:
        return (
            f"{type(self).__name__} [exit {self.exit_code}]\n"
            f"  where  {self.where}\n  rule   {self.rule}\n  do     {self.do}"
        )

    def __reduce__(self) -> tuple[object, ...]:
        """Survive the way back from a worker process: keyword-only fields need a hand."""
        return _rebuild, (type(self), self.where, self.rule, self.do)


def _rebuild(kind: type[EvalkitError], where: str, rule: str, do: str) -> EvalkitError:
    return kind(where=where, rule=rule, do=do)


class SettingsError(EvalkitError):
    """evalkit.toml or an option is wrong."""

    exit_code = 3


class DeclarationError(EvalkitError):
    """Our own declarations (programme, registry) are wrong."""

    exit_code = 3


class FactsError(EvalkitError):
    """The reported figures are wrong or cannot be read."""

    exit_code = 3


class DisclosureError(EvalkitError):
    """Going on would show what may not be seen. Always fatal."""

    exit_code = 4


class BatchError(EvalkitError):
    """Some pages failed or lack lines; what was made is published, and what failed or is lacking is listed."""

    exit_code = 5
