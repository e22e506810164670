-- When were the first and the last disclosure, and were any outside the period?
-- Report: p4, p9.
-- Grain:  one row each for the first, the last, and those outside.
-- Reads:  clauses, disclosures, sharings, sent, claims, settings, complete_spans, registers_examined, duties, undecided_shares,
--         kept_apart.
-- Awaits: entries.
-- States: established, conflicting, attested, not_found, record_missing, no_duty, not_searched.
-- By the intelligence system; by_register: what only other registers show. conflicting: the intelligence system has none
-- outside, and another register does.
-- The first was no earlier than the earliest bound of any and no later than the earliest upper bound; the last likewise.
with dated as (
    select occasion_ref, entered_text as "text", entered_precision as "precision", entered_earliest as earliest,
        entered_latest as latest, entry_evidence as evidence
    from disclosures
    where entered_precision is not null
),


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
),

beyond as (
    select
        subject,
        bool_or(case subject when 'first' then sharings.latest <= ends.earliest else sharings.earliest >= ends.latest end) as is_beyond,
        all_of(list(sharings.evidence) filter (
            where case subject when 'first' then sharings.latest <= ends.earliest else sharings.earliest >= ends.latest end
        )) as evidence
    from sharings
    cross join ends
    where not is_entered
    group by subject
),

elsewhere as (
    select count(*) as n, all_of(list(evidence)) as evidence
    from sharings
    cross join settings
    where not is_entered and (latest <= from_earliest or earliest >= to_latest)
),

registers as (
    select case when count(*) > 0 then to_json(map_from_entries(list((event_table, n) order by event_table))) end as by_register
    from (
        select event_table, count(*) as n
        from sent
        cross join settings
        where event_table <> 'entries' and doubt is null and (latest <= from_earliest or earliest >= to_latest)
        group by event_table
    )
)

select
    subject,
    case
        when is_beyond then 'conflicting'
        when ends."text" is not null then 'established'
        when about_text is not null then 'attested'
        when exists (from disclosures) then 'not_found'
        else silent_state('entries', 'disclosures', 'Q10', from_earliest, to_latest, false, false)
    end as state,
    case
        when ends."text" is not null then date_value(ends."text", ends.earliest, ends.latest, ends."precision")
        when about_text is null then null
        when subject = 'first'
            then date_value(split_part(about_text, '/', 1), about_earliest, null, about_precision)
        else date_value(split_part(about_text, '/', -1), null, about_latest, about_precision)
    end as value,
    null as unit,
    coalesce(case when is_beyond then all_of([ends.evidence, beyond.evidence]) end, ends.evidence, case when about_text is not null then [stated.evidence] end, examined_in(['entries'])) as evidence,
    coverage_of(['entries']) as coverage,
    given(list_concat(
        [case when is_beyond then 'another register alone shows one '
            || case subject when 'first' then 'before it' else 'after it' end end],
        case when ends."text" is not null then entry_caveats() else []::varchar[] end
    )) as caveats,
    null as by_register
from ends
left join beyond using (subject)
left join stated using (subject)
cross join settings
union all
select
    'outside the period',
    case
        when coalesce(surely, 0) = 0 and elsewhere.n > 0 then 'conflicting'
        when outside.n = 0 then silent_state('entries', 'disclosures', 'Q10', from_earliest, to_latest, false, false)
        else 'established'
    end,
    case when outside.n > 0 or elsewhere.n > 0 then to_json(coalesce(surely, 0)) end,
    case when outside.n > 0 or elsewhere.n > 0 then 'occasions' end,
    case when surely > 0 or elsewhere.n > 0 then all_of([outside.evidence, elsewhere.evidence]) else examined_in(['entries', 'transfers']) end,
    coverage_of(['entries']),
    given([
        case when possibly > 0 then possibly || ' more may be outside: their dates are too coarse to tell' end,
        case when elsewhere.n > 0 then 'shown outside it by another register only: ' || elsewhere.n end
    ]),
    by_register
from outside
cross join elsewhere
cross join registers
cross join settings
order by case subject when 'first' then 1 when 'last' then 2 else 3 end
