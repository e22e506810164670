-- What came back: was it stored, under what reference, and used where?
-- Report:   p10.
-- Grain:    one row per entry_ref of what came back; one for the case where nothing is on record.
-- Reads:    clauses, inbound, actions, custody_records, claims, asserted, settings, complete_spans, registers_examined,
--           duties, agreement_versions.
-- Awaits:   entries.
-- States:   established, not_found, attested, no_duty, not_searched.
with used as (
    select
        inbound.entry_ref,
        set_of(actions.action_ref) as actions,
        set_of(custody_records.custody_ref) as custody,
        all_of([
            list(origin_of(actions.source, actions.locator)) filter (where actions.source is not null),
            list(origin_of(custody_records.source, custody_records.locator)) filter (where custody_records.source is not null)
        ]) as evidence
    from (select entry_ref, unnest(image_refs) as image_ref from inbound) as inbound
    left join actions using (image_ref)
    left join custody_records using (image_ref)
    group by inbound.entry_ref
)

select
    inbound.entry_ref as subject,
    'established' as state,
    to_json(struct_pack(
        images := inbound.image_refs, actions := coalesce(used.actions, []), custody := coalesce(used.custody, [])
    )) as value,
    null as unit,
    all_of([[inbound.evidence], used.evidence]) as evidence,
    coverage_of(['entries', 'actions', 'custody_records']) as coverage,
    given([
        case when inbound.image_refs is null then 'the entry gives no reference' end,
        case when len(coalesce(used.actions, [])) = 0 then 'no action names it' end
    ]) as caveats
from (
    select entry_ref, any_value(image_refs) as image_refs, any_value(evidence) as evidence from inbound group by entry_ref
) as inbound
left join used using (entry_ref)
union all
select
    null,
    case
        when exists (from asserted where topic = 'Q51') then 'attested'
        else silent_state('entries', 'inbound', 'Q49', from_earliest, to_latest, false)
    end,
    null, null, (select records_of(evidence) from claims where topic = 'Q51'), coverage_of(['entries']),
    ['nothing that came back is on record']
from settings
where not exists (from inbound)
order by subject
