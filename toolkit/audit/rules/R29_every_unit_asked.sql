-- "No further evidence" is said only when each BCU and each OCU was asked and has looked.
-- Report:   p1, p14.
-- Grain:    one row for the case.
-- Reads:    units, attestations, complete_spans, claims, asserted.
-- Register: attestations.
-- Breach:   a BCU or OCU in the list of units with no return, in returns declared complete.
-- A unit that was asked and did not reply, or replied from memory, leaves it open; so does a list without OCUs.
with asked as (
    select unit_ref, bool_or(replied_text is not null) as has_replied,
        bool_or(method in ('record_search', 'both')) as has_searched, list(origin_of(source, locator)) as evidence
    from attestations
    group by unit_ref
),

expected as (
    select unit_ref, list(origin_of(source, locator)) as evidence
    from units
    where unit_kind in ('bcu', 'ocu')
    group by unit_ref
),

counted as (
    select
        count(*) filter (where asked.unit_ref is null) as not_asked,
        count(*) filter (where not has_replied) as silent,
        count(*) filter (where has_replied and not has_searched) as from_memory,
        all_of([flatten(list(asked.evidence) filter (where asked.evidence is not null)),
            flatten(list(expected.evidence) filter (where asked.unit_ref is null))]) as evidence
    from expected
    full join asked using (unit_ref)
),

facts as (
    select
        counted.*,
        exists (from attestations) as has_returns,
        exists (from units where unit_kind = 'ocu') and exists (
            from complete_spans where table_name = 'units'
        ) as is_number_known,
        exists (from claims where topic = 'R29' and claim = 'from_memory') as is_memory_stated,
        exists (from complete_spans where table_name = 'attestations') as are_returns_complete,
        (select records_of(evidence) from claims where topic = 'R29') as stated
    from counted
),

judged as (
    select
        not_asked > 0 and are_returns_complete and has_returns as is_breach,
        list_concat(
            case when from_memory > 0 or is_memory_stated then ['memory_only'] else [] end,
            list_concat(
                case when not is_number_known then ['denominator_unknown'] else [] end,
                case when has_returns and (silent > 0 or not_asked > 0) then ['out_of_coverage'] else [] end
            )
        ) as reasons,
        all_of([evidence, stated]) as evidence
    from facts
    where has_returns or len(stated) > 0
)

select
    null as subject,
    case when is_breach then 'breach' when len(reasons) > 0 then 'cannot_determine' else 'conforms' end as verdict,
    case when is_breach then [] else reasons end as reasons,
    []::varchar[] as flags,
    evidence
from judged
