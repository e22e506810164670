-- Which units replied, and how did they look?
-- Report: p14.
-- Grain:  one row per unit that was asked or should have been; one for BCUs and one for OCUs as a whole.
-- Reads:  units, attestations, claims, complete_spans.
-- Awaits: attestations.
-- States: established, attested, not_found, not_searched.
-- A return is a record of the asking. What a unit says from memory about sharing is attested.
with returns as (
    select
        unit_ref,
        bool_or(replied_text is not null) as has_replied,
        bool_or("method" in ('record_search', 'both')) as has_searched,
        bool_or("method" in ('memory', 'both')) as has_remembered,
        arg_max("method", (replied_earliest, attestation_ref)) as "method",
        arg_max(answer, (replied_earliest, attestation_ref)) as answer,
        arg_max(replied_text, (replied_earliest, attestation_ref)) as replied,
        records_of(origin_of(source, locator)) as evidence
    from attestations
    group by unit_ref
),

known as (
    select unit_ref, min(unit_kind) as unit_kind, records_of(origin_of(source, locator)) as evidence
    from units
    where unit_kind in ('bcu', 'ocu')
    group by unit_ref
),

listed as (
    select
        coalesce(known.unit_ref, returns.unit_ref) as unit_ref,
        coalesce(unit_kind, 'bcu') as unit_kind,
        returns.* exclude (unit_ref, evidence),
        returns.unit_ref is not null as is_asked,
        coalesce(returns.evidence, known.evidence) as evidence
    from known
    full join returns using (unit_ref)
),

totals as (
    select
        kinds.unit_kind,
        count(listed.unit_ref) as declared,
        count(*) filter (where has_replied) as examined,
        count(*) filter (where is_asked and not has_replied) as no_reply,
        count(*) filter (where not is_asked) as not_asked,
        count(*) filter (where has_replied and not has_searched) as memory_only,
        coalesce(all_of(list(evidence)), []) as evidence
    from (select unnest(['bcu', 'ocu']) as unit_kind) as kinds
    left join listed using (unit_kind)
    group by kinds.unit_kind
),

stated as (
    select about_ref as unit_kind, max("count") as n, records_of(evidence) as evidence, min(value) as value
    from claims
    where topic = 'Q59' and about_ref is not null
    group by about_ref
)

select
    case unit_kind when 'bcu' then 'BCUs' else 'OCUs' end as subject,
    case
        when declared > 0 and examined > 0 then 'established'
        when declared > 0 then 'not_found'
        when stated.unit_kind is not null then 'attested'
        else 'not_searched'
    end as state,
    case
        when declared > 0 then to_json(struct_pack(units := declared, replied := examined, from_memory := memory_only))
        when stated.n is not null then to_json(struct_pack(units := stated.n, said := stated.value))
        when stated.unit_kind is not null then to_json(stated.value)
    end as value,
    null as unit,
    case when declared > 0 then totals.evidence else coalesce(stated.evidence, []) end as evidence,
    to_json(struct_pack(
        measure := 'units',
        declared := case when declared > 0 and unit_kind = 'bcu' or exists (
            from complete_spans where table_name = 'units'
        ) and declared > 0 then declared end,
        examined := examined - memory_only,
        not_examined := map_from_entries(list_filter(
            [('memory_only', memory_only), ('no_reply', no_reply), ('unit_not_asked', not_asked)],
            lambda cause: cause[2] > 0
        ))
    )) as coverage,
    list_filter(
        [
            case when memory_only > 0 then memory_only || ' looked from memory only' end,
            case when declared = 0 and unit_kind = 'ocu' then 'how many OCUs there are is not stated' end
        ],
        lambda caveat: caveat is not null
    ) as caveats
from totals
left join stated using (unit_kind)
union all
select
    unit_ref,
    case
        when not is_asked then 'not_searched'
        when not has_replied then 'not_found'
        when not has_searched then 'attested'
        else 'established'
    end,
    case when has_replied then to_json(struct_pack(replied := replied, "method" := "method", answer := answer)) end,
    null,
    evidence,
    to_json(struct_pack(
        measure := 'units',
        declared := 1,
        examined := case when has_searched and has_replied then 1 else 0 end,
        not_examined := map_from_entries(
            case when not is_asked then [('unit_not_asked', 1)] when not has_replied then [('no_reply', 1)]
                when not has_searched then [('memory_only', 1)] else [] end
        )
    )),
    case when not is_asked then ['not asked'] when not has_replied then ['asked, no reply']
        when not has_searched then ['from memory, not checked against a record'] else [] end
from listed
order by case subject when 'BCUs' then 1 when 'OCUs' then 2 else 3 end, subject
