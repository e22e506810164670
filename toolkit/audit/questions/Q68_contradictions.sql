-- Does an answer contradict an earlier public statement?
-- Report:   p1.
-- Grain:    one row per statement_ref that speaks to a question answered here from records; one where none does.
-- Reads:    answers_given, claims, public_statements.
-- States:   established, conflicting, not_found, not_searched.
-- conflicting: a number that differs; a denial of what a record establishes. established: the records bear it out.
with spoken as (
    select
        claims.statement_ref,
        claims.topic,
        claims.claim,
        claims."count",
        claims.count_unit,
        claims.evidence,
        answers_given.state,
        answers_given.value,
        answers_given.unit,
        answers_given.subject
    from claims
    inner join answers_given on claims.topic = answers_given.question
    where claims.claim in ('asserts', 'denies', 'in_error')
        and answers_given.state in ('established', 'established_not', 'destroyed', 'conflicting', 'record_missing')
),

compared as (
    select
        statement_ref,
        bool_or(coalesce("count" <> try_cast(value as bigint) and unit = count_unit, false)) as is_number_other,
        bool_or(claim = 'denies' and state = 'established' and coalesce(try_cast(value as bigint) > 0, false)) as is_denied,
        bool_or(coalesce("count" = try_cast(value as bigint) and unit = count_unit, false)) as is_number_same,
        set_of(topic) as topics,
        set_of(evidence) as evidence
    from spoken
    group by statement_ref
)

select
    statement_ref as subject,
    case when is_number_other or is_denied then 'conflicting' when is_number_same then 'established' else 'not_found' end
        as state,
    to_json(struct_pack(questions := topics)) as value,
    null as unit,
    evidence,
    coverage_of(['public_statements']) as coverage,
    given([
        case when is_number_other then 'the records give another number' end,
        case when is_denied then 'the records show what it denies' end,
        case when not is_number_other and not is_denied and not is_number_same then
            'nothing in it can be compared by number; read it beside the answers' end
    ]) as caveats
from compared
union all
select null, case when exists (from public_statements) then 'not_found' else 'not_searched' end, null, null, [],
    coverage_of(['public_statements']), []
where not exists (from compared)
order by subject
