-- Are copies left: backups, the vendor, e-mail, templates?
-- Report:   p8.
-- Grain:    one row per image_ref that was disclosed.
-- Reads:    shared_images, verifications, enrolled, transfers, disposals, settings, complete_spans,
--           registers_examined.
-- Register: entries.
-- Awaits:   verifications.
-- States:   established, conflicting, not_found, not_searched.
-- established: a check found one. conflicting: a trace of one is left open by the records (an enrolment never removed, a
-- medium never destroyed, an e-mail whose copy nobody deleted). not_found: checked, none found. Backups are in no register.
with checked as (
    select image_ref, bool_or(result = 'copy_found') as is_found, records_of(origin_of(source, locator)) as evidence
    from (select *, unnest(image_refs) as image_ref from verifications)
    group by image_ref
),

enrolled as (
    select image_ref, set_of(event_ref) as open_enrolments, records_of(evidence) as evidence
    from enrolled
    where bound = 'at' and removed_text is null
    group by image_ref
),

carried as (
    select image_ref, set_of(transfer_ref) as open_transfers, records_of(origin_of(source, locator)) as evidence
    from (select *, unnest(image_refs) as image_ref from transfers where use = 'facial_recognition')
    where (medium_ref is not null and medium_ref not in (
            select medium_ref from disposals where act = 'destruction' and medium_ref is not null
        ))
        or channel in ('secure_email', 'email')
    group by image_ref
)

select
    image_ref as subject,
    case
        when checked.is_found then 'established'
        when open_enrolments is not null or open_transfers is not null then 'conflicting'
        when checked.image_ref is not null then 'not_found'
        else 'not_searched'
    end as state,
    case when checked.is_found or open_enrolments is not null or open_transfers is not null then to_json(struct_pack(
        copy_found := coalesce(checked.is_found, false),
        enrolments_not_removed := coalesce(open_enrolments, []),
        transfers_left_open := coalesce(open_transfers, [])
    )) end as value,
    null as unit,
    all_of([shared_images.evidence, checked.evidence, enrolled.evidence, carried.evidence]) as evidence,
    coverage_of(['verifications', 'enrolments', 'transfers', 'disposals']) as coverage,
    given([
        case when checked.image_ref is null then 'nobody has recorded a check' end,
        'backups and templates are in no register of ours'
    ]) as caveats
from shared_images
left join checked using (image_ref)
left join enrolled using (image_ref)
left join carried using (image_ref)
order by subject
