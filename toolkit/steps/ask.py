"""`toolkit ask`: the answers of a reconstructed case."""

from toolkit.answers import Answer
from toolkit.audit.asking import as_answers
from toolkit.case import Case
from toolkit.errors import UsageError


def ask(case: Case, question: str | None = None) -> list[Answer]:
    """
    Return the answers to a question ("Q01", or "1"), or to all, in order.

    Raises:
        UsageError: If the case has not been reconstructed yet, or nobody asks that question.
    """
    found = as_answers(case.table("answers"))
    if question is None:
        return found
    wanted = f"Q{int(question.lstrip('Qq')):02d}" if question.lstrip("Qq").isdigit() else question
    if answers := [answer for answer in found if answer.question == wanted]:
        return answers
    known = ", ".join(dict.fromkeys(answer.question for answer in found))
    raise UsageError(f"no answer to {question!r}: this case answers {known}")
