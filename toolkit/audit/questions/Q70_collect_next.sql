-- What single additional source would most change the answers?
-- Report:   p1.
-- Grain:    one row per register that unsettled answers wait for, the one that would settle most first.
-- Reads:    answers_given, questions_asked, registers_examined, complete_spans.
-- States:   established, not_found.
-- An answer is unsettled where it is not_searched, not_found, attested, no_duty or record_missing. It waits for the register
-- in which its record would stand. Answers that nothing but a person's work could settle wait for none.
with unsettled as (
    select answers_given.question, answers_given.state, answers_given.subjects, questions_asked.awaits as register
    from answers_given
    inner join questions_asked using (question)
    where answers_given.state in ('not_searched', 'not_found', 'attested', 'no_duty')
),

awaited as (
    select
        register,
        sum(subjects)::bigint as answers,
        coalesce(sum(subjects) filter (where state in ('not_searched', 'no_duty')), 0)::bigint as unknown,
        set_of(question) as questions
    from unsettled
    group by register
)

select
    register as subject,
    'established' as state,
    to_json(struct_pack(
        answers := answers,
        not_searched := unknown,
        held := exists (from registers_examined where registers_examined.table_name = awaited.register),
        declared_complete := exists (from complete_spans where complete_spans.table_name = awaited.register),
        questions := questions
    )) as value,
    null as unit,
    []::bigint[] as evidence,
    coverage_of([register]) as coverage,
    case when unknown > 0 then ['without it, not searched: ' || unknown]
        else ['it is held; one that reaches further, or is declared complete, would settle them'] end as caveats
from awaited
where register is not null
order by unknown desc, answers desc, subject
