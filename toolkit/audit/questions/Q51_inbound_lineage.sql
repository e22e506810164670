-- What came back: was it stored, under what reference, and used where?
-- Report:   p10.
-- Grain:    one row per record of what came back, by whichever register; one for the case where nothing is on record.
-- Reads:    clauses, received_back, actions, custody_records, claims, asserted, settings, complete_spans, registers_examined,
--           duties, agreement_versions.
-- Awaits:   entries.
-- States:   established, not_found, attested, no_duty, not_searched.
with used as (
    select
        inbound.event_ref,
        set_of(actions.action_ref) as actions,
        set_of(custody_records.custody_ref) as custody,
        all_of([
            list(origin_of(actions.source, actions.locator)) filter (where actions.source is not null),
            list(origin_of(custody_records.source, custody_records.locator)) filter (where custody_records.source is not null)
        ]) as evidence
    from (select event_ref, unnest(image_refs) as image_ref from received_back where doubt is null) as inbound
    left join actions using (image_ref)
    left join custody_records using (image_ref)
    group by inbound.event_ref
)

select
    inbound.event_ref as subject,
    'established' as state,
    to_json(struct_pack(
        images := inbound.image_refs, actions := coalesce(used.actions, []), custody := coalesce(used.custody, [])
    )) as value,
    null as unit,
    all_of([inbound.evidence, used.evidence]) as evidence,
    coverage_of(['entries', 'actions', 'custody_records']) as coverage,
    given([
        case when inbound.image_refs is null then 'the record gives no reference' end,
        case when not inbound.is_entered then 'no entry of the intelligence system is tied to it' end,
        case when len(coalesce(used.actions, [])) = 0 then 'no action names it' end
    ]) as caveats
from (
    select event_ref, any_value(image_refs) as image_refs, any_value(evidence) as evidence, bool_or(event_table = 'entries') as is_entered
    from received_back
    where doubt is null
    group by event_ref
) as inbound
left join used using (event_ref)
union all
select
    null,
    case
        when exists (from asserted where topic = 'Q51') then 'attested'
        else silent_state('entries', 'inbound', 'Q49', from_earliest, to_latest, false, false)
    end,
    null, null,
    case when exists (from asserted where topic = 'Q51') then (select records_of(evidence) from claims where topic = 'Q51')
        else examined_in(['entries', 'transfers', 'receipts']) end,
    coverage_of(['entries', 'transfers']), ['nothing that came back is on record']
from settings
where not exists (from received_back where doubt is null)
order by subject
