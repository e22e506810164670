-- Every sharing of images for facial recognition that some register shows, or may show: the fact "sent".
-- Grain:  one row per event_table and event_ref: an occasion of the intelligence system with what is linked to it, or a record
--         of another register that no entry is surely tied to.
-- Reads:  disclosures, undecided_shares, transfer_links, arrivals, police_units.
-- bound:  at (it was sent in that time), by (then or before: a receipt, an enrolment, a match).
-- doubt:  null where the record shows it; else why it only may: missing_field (it does not say what for, or which way),
--         identity_unresolved (nobody says where the recipient's image is from: no register of the police knows it, or a
--         company may have passed it on; or the record is a trace), link_unsure (it may be an occasion of the intelligence system).
-- is_alone: shown, and no entry may be its other half.
-- event_ref: the record's own reference (ref), with the register before it where another event has the same one.
with events as (
    select
        'entries' as event_table,
        occasion_ref as event_ref,
        registers,
        'at' as bound,
        earliest,
        latest,
        "text",
        "precision",
        unit_ref,
        recipient_refs,
        image_refs,
        unentered_images,
        'entered' as link,
        null as doubt,
        false as is_alone,
        evidence
    from disclosures
    union all
    select 'entries', entry_ref, ['entries'], 'at', occurred_earliest, occurred_latest, occurred_text, occurred_precision, unit_ref,
        alone(recipient_ref), coalesce(image_refs, []), [], 'entered', 'missing_field', false, [evidence]
    from undecided_shares
    union all
    select 'transfers', transfer_ref, ['transfers'], 'at', occurred_earliest, occurred_latest, occurred_text, occurred_precision,
        unit_ref, alone(recipient_ref), coalesce(image_refs, []), coalesce(image_refs, []), link,
        case when use is null then 'missing_field' end, use is not null and link = 'none', evidence
    from transfer_links
    where link not in ('named', 'same_images')
    union all
    select event_table, event_ref, [event_table], 'by', earliest, latest, "text", "precision",
        case when from_ref in (select unit_ref from police_units) then from_ref end, alone(recipient_ref), coalesce(image_refs, []),
        coalesce(image_refs, []), link,
        case
            when not is_known or is_perhaps_passed_on or is_trace then 'identity_unresolved'
            when link = 'undecided' then 'missing_field'
            when link in ('unsure', 'quarantined') then 'link_unsure'
        end,
        is_known and not is_perhaps_passed_on and not is_trace and link = 'none' and not coalesce(is_answer, false),
        evidence
    from arrivals
    where not is_passed_on
),

twice as (select event_ref from events group by event_ref having count(*) > 1)

select
    events.* replace (
        case when twice.event_ref is not null and (event_table <> 'entries' or doubt is not null)
            then event_table || ' ' || events.event_ref
            else events.event_ref end as event_ref
    ),
    events.event_ref as ref
from events
left join twice using (event_ref)
