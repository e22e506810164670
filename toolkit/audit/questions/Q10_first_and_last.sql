-- When were the first and the last disclosure, and were any outside the period?
-- Report: p4, p9.
-- Grain:  one row each for the first, the last, and those outside.
-- Reads:  clauses, disclosures, claims, settings, complete_spans, registers_examined, duties, undecided_shares,
--         kept_apart.
-- Awaits: entries.
-- States: established, attested, not_found, record_missing, no_duty, not_searched.
-- The first was no earlier than the earliest bound of any and no later than the earliest upper bound; the last likewise.
with dated as (select * from disclosures where "precision" is not null),

ends as (
    select
        'first' as subject, 1 as place,
        arg_min("text", (earliest, latest, occasion_ref)) as "text",
        min(earliest) as earliest,
        min(latest) as latest,
        arg_min("precision", (earliest, latest, occasion_ref)) as "precision",
        arg_min(evidence, (earliest, latest, occasion_ref)) as evidence
    from dated
    union all
    select
        'last', 2,
        arg_max("text", (latest, earliest, occasion_ref)),
        max(earliest),
        max(latest),
        arg_max("precision", (latest, earliest, occasion_ref)),
        arg_max(evidence, (latest, earliest, occasion_ref))
    from dated
),

stated as (
    select subject, about_text, about_earliest, about_latest, about_precision, evidence
    from claims
    cross join (select unnest(['first', 'last']) as subject)
    where topic = 'Q10' and about_text is not null
    qualify row_number() over (partition by subject order by statement_ref) = 1
),

outside as (
    select
        count(*) filter (where latest <= from_earliest or earliest >= to_latest) as surely,
        count(*) filter (
            where not (latest <= from_earliest or earliest >= to_latest)
                and not coalesce(earliest >= from_earliest and latest <= to_latest, false)
        ) as possibly,
        count(*) as n,
        all_of(list(evidence) filter (where latest <= from_earliest or earliest >= to_latest)) as evidence
    from disclosures
    cross join settings
)

select
    subject,
    case
        when ends."text" is not null then 'established'
        when about_text is not null then 'attested'
        when exists (from disclosures) then 'not_found'
        else silent_state('entries', 'disclosures', 'Q10', from_earliest, to_latest, false)
    end as state,
    case
        when ends."text" is not null then date_value(ends."text", ends.earliest, ends.latest, ends."precision")
        when about_text is null then null
        when subject = 'first'
            then date_value(split_part(about_text, '/', 1), about_earliest, null, about_precision)
        else date_value(split_part(about_text, '/', -1), null, about_latest, about_precision)
    end as value,
    null as unit,
    coalesce(ends.evidence, case when about_text is not null then [stated.evidence] end, []) as evidence,
    coverage_of(['entries']) as coverage,
    case when ends."text" is not null then entry_caveats() else [] end as caveats
from ends
left join stated using (subject)
cross join settings
union all
select
    'outside the period',
    case when n = 0 then silent_state('entries', 'disclosures', 'Q10', from_earliest, to_latest, false)
        else 'established' end,
    case when n > 0 then to_json(surely) end,
    case when n > 0 then 'occasions' end,
    coalesce(outside.evidence, []),
    coverage_of(['entries']),
    case when possibly > 0 then [possibly || ' more may be outside: their dates are too coarse to tell'] else [] end
from outside
cross join settings
order by case subject when 'first' then 1 when 'last' then 2 else 3 end
