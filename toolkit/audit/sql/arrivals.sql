-- Records of the recipient's side that no entry is surely tied to: what they show to have come, and from whom it may be.
-- Grain:  one row per event_table (receipts, enrolments, recorded_matches; as traces: disposals, verifications) and event_ref.
-- Reads:  disclosures, entries, transfer_links, record_links, onward_transfers, receipts, enrolments, recorded_matches, disposals,
--         verifications, transfers, units,
--         systems, police_units, police_images, image_spellings, image_files.
-- It came then or before: earliest is the capture of the image, or the begin of the recipient or system, whichever is latest and
-- recorded; else unbounded. An enrolment of an image that a transfer or receipt brought by then, and a match of one that is on the
-- list, show nothing more. is_known: a register of the police knows an image of it, or it names the police as its source.
-- is_trace: the record says what became of an image, or that a copy was found, and nothing of how it came there.
-- is_passed_on: a company sent it. is_perhaps_passed_on: the police sent that image to others only. is_answer: it answers a
-- transfer of the police, and has an image more than this.
with companies as (select distinct unit_ref from units where unit_kind = 'company'),

unit_begins as (select unit_ref, min(exists_from_earliest) as begins from units group by unit_ref),

owners as (
    select system_ref, case when count(distinct owner_ref) = 1 then min(owner_ref) end as owner_ref,
        min(operated_from_earliest) as begins
    from systems
    group by system_ref
),

owned as (select owner_ref, min(begins) as begins from owners where owner_ref is not null group by owner_ref),

carried as (
    select image_ref, min(occurred_earliest) as earliest, bool_or(occurred_earliest is null) as is_undated
    from (
        select unnest(image_refs) as image_ref, occurred_earliest from transfers where coalesce(use = 'facial_recognition', true)
        union all
        select unnest(image_refs), occurred_earliest from receipts
    )
    group by image_ref
),

known_under as (
    select image_ref as written, image_ref from police_images
    union all
    select written, unnest(perhaps) from image_spellings
),

shared_with as (
    select image_ref, recipient_ref, min(earliest) as earliest
    from (
        select unnest(image_refs) as image_ref, recipient_ref, earliest from disclosures
        union all
        select unnest(image_refs), recipient_ref, occurred_earliest from transfer_links
    )
    where recipient_ref is not null
    group by image_ref, recipient_ref
),

arrived as (
    select
        'receipts' as event_table,
        receipt_ref as event_ref,
        record_links.link,
        record_links.image_refs,
        receipts.recipient_ref,
        from_ref,
        occurred_text as "text",
        occurred_precision as "precision",
        occurred_latest as latest,
        owned.begins as system_begins,
        receipts.transfer_ref in (select transfer_ref from onward_transfers) as is_onward,
        receipts.transfer_ref in (select transfer_ref from transfer_links) as is_answer,
        all_of([[origin_of(receipts.source, receipts.locator)], record_links.evidence, record_links.mentioned]) as evidence
    from receipts
    inner join record_links on record_links.left_table = 'receipts' and receipts.receipt_ref = record_links.left_ref
    left join owned on receipts.recipient_ref = owned.owner_ref
    where record_links.link <> 'same_images'
        and (len(record_links.image_refs) > 0 or receipts.image_refs is null)
        and (receipts.recipient_ref is null or receipts.recipient_ref not in (select unit_ref from police_units))
        and not (receipts.image_refs is null and receipts.transfer_ref in (select transfer_ref from transfers))
    union all
    select
        'enrolments', enrolment_ref, record_links.link, record_links.image_refs, owners.owner_ref, from_ref, enrolled_text,
        enrolled_precision, enrolled_latest, owners.begins, false, false,
        all_of([[origin_of(enrolments.source, enrolments.locator)], record_links.evidence, record_links.mentioned])
    from enrolments
    inner join record_links on record_links.left_table = 'enrolments' and enrolments.enrolment_ref = record_links.left_ref
    left join owners using (system_ref)
    left join carried using (image_ref)
    where record_links.link <> 'same_images'
        and not coalesce(carried.earliest < enrolled_latest or carried.is_undated, carried.image_ref is not null)
    union all
    select
        'recorded_matches', match_ref, 'none', [image_ref], owners.owner_ref, null, occurred_text, occurred_precision,
        occurred_latest, owners.begins, false, false, [origin_of(source, locator)]
    from recorded_matches
    left join owners using (system_ref)
    where image_ref not in (select image_ref from carried)
        and image_ref not in (select image_ref from enrolments)
        and image_ref not in (select unnest(image_refs) from disclosures)
        and image_ref not in (select written from image_spellings where image_ref is not null)
    union all
    select event_table, event_ref, 'none', list_sort(list(image_ref)), null, null, any_value("text"), any_value("precision"),
        max(latest), null, false, false, list(evidence)
    from (
        select 'disposals' as event_table, disposal_ref as event_ref, unnest(image_refs) as image_ref, occurred_text as "text",
            occurred_precision as "precision", occurred_latest as latest, origin_of(source, locator) as evidence
        from disposals
        union all
        select 'verifications', verification_ref, unnest(image_refs), occurred_text, occurred_precision, occurred_latest,
            origin_of(source, locator)
        from verifications
        where result = 'copy_found'
    )
    where image_ref not in (select image_ref from carried where image_ref is not null)
        and image_ref not in (select image_ref from enrolments)
        and image_ref not in (select image_ref from recorded_matches)
        and image_ref not in (select unnest(image_refs) from entries where image_refs is not null)
        and image_ref not in (select written from image_spellings where image_ref is not null)
    group by event_table, event_ref
),

pictured as (
    select arrived.event_table, arrived.event_ref, min(image_files.captured_earliest) as captured,
        bool_or(known_under.image_ref is not null) as is_known,
        bool_or(shared_with.recipient_ref <> arrived.recipient_ref) as is_with_others,
        bool_or(shared_with.recipient_ref = arrived.recipient_ref) as is_with_same
    from (select *, unnest(image_refs) as image_ref from arrived) as arrived
    left join known_under on arrived.image_ref = known_under.written
    left join shared_with on known_under.image_ref = shared_with.image_ref
        and coalesce(shared_with.earliest < arrived.latest, true)
    left join image_files on known_under.image_ref = image_files.image_ref
    group by arrived.event_table, arrived.event_ref
)

select
    arrived.*,
    arrived.event_table in ('disposals', 'verifications') as is_trace,
    greatest(pictured.captured, unit_begins.begins, arrived.system_begins) as earliest,
    coalesce(pictured.is_known, false) or coalesce(is_answer, false)
    or coalesce(arrived.from_ref in (select unit_ref from police_units), false) as is_known,
    coalesce(is_onward, false) or coalesce(arrived.from_ref in (select unit_ref from companies), false)
    or exists (
        from onward_transfers
        where onward_transfers.recipient_ref = arrived.recipient_ref
            and list_has_any(onward_transfers.image_refs, arrived.image_refs)
    ) as is_passed_on,
    coalesce(is_with_others and not is_with_same, false)
    and not coalesce(arrived.from_ref in (select unit_ref from police_units), false) as is_perhaps_passed_on
from arrived
left join pictured using (event_table, event_ref)
left join unit_begins on arrived.recipient_ref = unit_begins.unit_ref
