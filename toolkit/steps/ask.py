"""`toolkit ask`: the answers of a reconstructed case."""

from toolkit.answers import Answer
from toolkit.audit.asking import as_answers
from toolkit.case import Case
from toolkit.errors import UsageError
from toolkit.steps.consulted import consulted


def ask(case: Case, question: str | None = None) -> list[Answer]:
    """
    Return the answers to a question ("Q01", or "1"), or to all, in order; that they were asked for goes on record.

    Raises:
        UsageError: If the case has not been reconstructed yet, or nobody asks that question.
    """
    found = answers_of(case)
    if question is None:
        consulted(case, "ask")
        return found
    wanted = f"Q{int(question.lstrip('Qq')):02d}" if question.lstrip("Qq").isdigit() else question
    if answers := [answer for answer in found if answer.question == wanted]:
        consulted(case, f"ask {wanted}")
        return answers
    known = ", ".join(dict.fromkeys(answer.question for answer in found))
    raise UsageError(f"no answer to {question!r}: this case answers {known}")


def answers_of(case: Case) -> list[Answer]:
    """Return all answers, for another step or the end of a run: nobody is asking."""
    return as_answers(case.table("answers"))
