-- Does an answer contradict an earlier public statement?
-- Report:   p1.
-- Grain:    one row per statement_ref that speaks to a question answered here; one where none does.
-- Reads:    answers_given, claims, public_statements, shown_elsewhere, settings.
-- States:   established, conflicting, not_found, not_searched.
-- The value lists what the answers do to it: contradicts (a number or a time that differs, a denial of what a record
-- establishes, an assertion about the case's period of what a record denies), supersedes (it said that no records are held, or spoke from memory,
-- and records were found), confirms. An answer that rests on statements alone does nothing to any of them.
-- conflicting: one contradicts or supersedes it. established: they confirm it. not_found: nothing in it can be compared.
with aimed as (
    select distinct claims.statement_ref, claims.topic, answers_given.subject
    from claims
    inner join answers_given
        on claims.topic = answers_given.question
        and lower(answers_given.subject) in (lower(claims.about_ref), lower(claims.about_ref) || 's')
),

spoken as (
    select
        claims.*,
        answers_given.subject,
        answers_given.state,
        answers_given.value as found,
        answers_given.unit,
        answers_given.subjects,
        try_cast(coalesce(
            json_extract_string(case when claims.count_unit = 'units' then answers_given.value end, '$.units'),
            answers_given.value
        ) as bigint) as number,
        try_cast(json_extract_string(answers_given.value, '$.earliest') as timestamptz) as found_earliest,
        try_cast(json_extract_string(answers_given.value, '$.latest') as timestamptz) as found_latest,
        answers_given.state in ('established', 'established_not', 'destroyed') as is_recorded
    from claims
    inner join answers_given on claims.topic = answers_given.question
    left join aimed on claims.statement_ref = aimed.statement_ref and claims.topic = aimed.topic
    where aimed.subject is null or aimed.subject = answers_given.subject
),

compared as (
    select
        spoken.*,
        case
            when is_recorded and "count" is not null and number is not null and (unit = count_unit or unit is null)
                then case
                    when "count" = number and more > 0
                        then ['contradicts', 'other registers show more than the intelligence system: ' || more]
                    when "count" = number then ['confirms', 'the records give the same number']
                    else ['contradicts', 'the records give another number: ' || number] end
            when claim = 'no_records_held' and is_recorded then ['supersedes', 'records have been found']
            when claim = 'no_records_held' and state in ('not_found', 'record_missing')
                then ['confirms', 'none was found in what was examined']
            when claim = 'from_memory' and is_recorded then ['supersedes', 'it spoke from memory, and records have been found']
            when claim = 'denies' and (state = 'established_not' or state = 'established' and (number = 0 or found = 'false'))
                then ['confirms', 'the records show that it did not happen']
            when claim = 'denies' and is_recorded then ['contradicts', 'the records show what it denies']
            when claim in ('asserts', 'in_error') and state = 'established_not' and coalesce(about_earliest < to_latest, true)
                then ['contradicts', 'a record says that it did not happen']
            when claim = 'asserts' and state = 'destroyed' then ['confirms', 'a record of the disposal is held']
            when claim = 'asserts' and value = 'yes' and state = 'established'
                then case when found = 'false' then ['contradicts', 'the records show that it was not so']
                    else ['confirms', 'the records show it'] end
            when claim = 'asserts' and state = 'established' and about_text is not null and found_latest is not null
                then case
                    when found_latest <= about_earliest or found_earliest >= about_latest
                        then ['contradicts', 'the records give another time: ' || json_extract_string(found, '$.text')]
                    when found_earliest >= coalesce(about_earliest, '-infinity')
                        and found_latest <= coalesce(about_latest, 'infinity')
                        then ['confirms', 'the records give a time within it']
                end
        end as bearing
    from spoken
    left join (select unit as counted, n as more from shown_elsewhere) as elsewhere
        on spoken.count_unit = elsewhere.counted and spoken.topic in ('Q01', 'Q02')
    cross join settings
),

counted as (
    select statement_ref, topic, bearing[1] as bearing, bearing[2] as why, sum(subjects)::bigint as answers,
        list_sort(coalesce(min(subject, 20), [])) as named
    from compared
    where bearing is not null
    group by statement_ref, topic, bearing
),

stated as (select statement_ref, records_of(evidence) as evidence from compared group by statement_ref),

summed as (
    select
        statement_ref,
        bool_or(bearing = 'contradicts') as is_contradicted,
        bool_or(bearing = 'supersedes') as is_superseded,
        to_json(list(
            struct_pack(question := topic, bearing := bearing, why := why, answers := answers, subjects := named)
            order by topic, bearing, why
        )) as value
    from counted
    group by statement_ref
)

select
    statement_ref as subject,
    case when is_contradicted or is_superseded then 'conflicting' when value is not null then 'established'
        else 'not_found' end as state,
    value,
    null as unit,
    evidence,
    coverage_of(['public_statements']) as coverage,
    given([
        case when is_contradicted then 'answers contradict it' end,
        case when is_superseded then 'records that were found supersede it' end,
        case when value is null then 'nothing in it can be compared; read it beside the answers' end
    ]) as caveats
from stated
left join summed using (statement_ref)
union all
select null, case when exists (from public_statements) then 'not_found' else 'not_searched' end, null, null, [],
    coverage_of(['public_statements']), []
where not exists (from stated)
order by subject
