"""From when to when each rule was in force, and the clauses of the agreements that were applied."""

from dataclasses import dataclass

import duckdb

CLAUSES = {
    "R1": ("purpose",),
    "R2": ("purpose",),
    "R7": ("data_class",),
    "R8": ("data_class",),
    "R8x": ("data_class",),
    "R9": ("data_class",),
    "R10": ("data_class",),
    "R11": ("data_class",),
    "R12": ("reporting",),
    "R13": ("reporting",),
    "R14": ("channel", "reporting"),
    "R15": ("channel",),
    "R16": ("vetting", "access"),
    "R17": ("access",),
    "R18": ("oversight", "vetting"),
    "R19": ("access",),
    "R20": ("retention",),
    "R21": ("retention",),
    "R22": ("retention",),
    "R23": ("retention",),
    "R24": ("purpose",),
    "R26": ("reporting",),
    "R30": ("purpose",),
}
"""Rule of the sharing agreements -> topics of the clauses that state it; it holds as long as their version."""
GUIDANCE, REGISTER, AUTHORITY = "R31", "R32", "R28"
FORM = {
    "R25": "a rule about publishing a number: it holds whenever one is published",
    "R29": "a rule about saying 'no further evidence': it holds whenever that is said",
    "R33": "a rule about any record: it holds at any time",
    "R35": "a rule about any claim in the present tense: it holds at any time",
    "R36": "a rule about any number: it holds at any time",
}


@dataclass(frozen=True)
class InForce:
    """
    A text that states a rule, and when it held.

    Args:
        text: Version and clause, authority, guidance, or what stands for them.
        begins: As written; None: not stated.
        ends: As written; None: not stated.
        cover: Whether what was judged lies in that time: definite, possible, outside; None: it has no time of its own.
        words: The words of the clause, where they are held.
    """

    text: str
    begins: str | None
    ends: str | None
    cover: str | None = None
    words: str | None = None


_VERSIONS = """
    with covered as (
        select version_ref as subject, cover from agreement_cover where occasion_ref = $1
        union
        select subject, null from validity where subject = $1
    ),

    applied as (
        select validity.*, covered.cover
        from validity
        inner join covered using (subject)
        where covered.cover is null or covered.cover <> 'outside'
        union all
        select validity.*, null
        from validity
        cross join settings
        where not exists (from covered)
            and coalesce(begin_earliest, '-infinity') < to_latest and coalesce(end_latest, 'infinity') > from_earliest
    )

    select applied.subject, applied.from_text, applied.ends_text, applied.cover, clauses.clause, clauses.text
    from applied
    left join clauses using (agreement_ref, version)
    where clauses.topic is null or list_contains($2, clauses.topic)
    union all
    select applied.subject, applied.from_text, applied.ends_text, applied.cover, null, null
    from applied
    where not exists (
        from clauses
        where clauses.agreement_ref = applied.agreement_ref and clauses.version = applied.version
            and (clauses.topic is null or list_contains($2, clauses.topic))
    )
    order by 1, 5, 6
"""


def in_force(connection: duckdb.DuckDBPyConnection, rule: str, subject: str | None) -> list[InForce]:
    """
    Return the texts that state a rule for one subject, and when each held.

    The versions of the agreement that may cover an occasion; for any other subject all that held in the case's period.

    Args:
        connection: From `views.open_views`.
        rule: "R12".
        subject: What was judged; None: the case.
    """
    if rule in CLAUSES:
        found = connection.execute(_VERSIONS, [subject, list(CLAUSES[rule])]).fetchall()
        return [_of_version(*row) for row in found] or [InForce("no version of an agreement is held", None, None)]
    if rule == GUIDANCE:
        rows = connection.sql("select guidance_ref, issued_text, text from guidance order by all").fetchall()
        return [InForce(f"guidance {ref}", issued or "date not stated", None, None, text) for ref, issued, text in rows]
    if rule == REGISTER:
        rows = connection.sql("select min(registered_text) from agreement_versions").fetchall()
        return [InForce("the central register", rows[0][0] or "opened on a day that is not stated", None)]
    if rule == AUTHORITY:
        select = "select citation, authority_ref, in_force_text from authorities order by all"
        rows = connection.sql(select).fetchall()
        return [InForce(citation or ref, since or "date not stated", None) for citation, ref, since in rows]
    if rule in FORM:
        return [InForce(FORM[rule], None, None)]
    period = connection.sql("select from_text, to_text from settings").fetchall()[0]
    return [InForce("what the report of 2019 says of the time of the case", *period)]


def _of_version(
    version: str, begins: str | None, ends: str | None, cover: str | None, clause: str | None, words: str | None
) -> InForce:
    text = f"agreement {version}" + (f", clause {clause}" if clause else ", no clause on it is held")
    return InForce(text, begins or "begin not stated", ends or "end not stated", cover, words)
