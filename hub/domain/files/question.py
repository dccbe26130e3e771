"""What only the person who knows a file can say of it: asked once, with rows of the file read each way."""

from __future__ import annotations

import attrs

from hub.domain.text import Text


@attrs.frozen(kw_only=True)
class Choice:
    """One answer to a question.

    Attributes:
        value: What is stored of it.
        examples: Rows of the file as this answer reads them, a few.
    """

    value: str
    label: Text
    examples: tuple[Text, ...] = ()


@attrs.frozen(kw_only=True)
class Question:
    """What is asked of a file before anything of it is taken.

    Attributes:
        key: ``Layout.answers`` holds the answer under it, such as ``decimal`` or ``word:vencida``.
        text: The question itself.
        choices: At least two.
    """

    key: str
    text: Text
    choices: tuple[Choice, ...]

    @property
    def option(self) -> str:
        """How a command line answers it, with the first choice as the example."""
        return f"--answer {self.key}={self.choices[0].value}"
