-- Each disclosure of the intelligence system, with what independent records that are linked to it say of the same event.
-- Grain:  one row per occasion_ref.
-- Reads:  entered_disclosures, transfer_links, record_links, receipts, unit_lineage.
-- A linked transfer counts as much as the entry. earliest, latest: where the times of both overlap, that time; else from the
-- first to the last that either gives. A receipt shows that it was sent then or before. is_apart: the records give days that
-- exclude one another; is_disputed: they name units that are no kin, or other recipients. entered_...: what the entries alone say. evidence: the entries, and the other records where they say
-- more or otherwise; entry_evidence: the entries alone.
with transferred as (
    select
        occasion_ref,
        max(occurred_earliest) as latest_begin,
        min(occurred_latest) as earliest_end,
        min(occurred_earliest) as earliest_begin,
        max(occurred_latest) as latest_end,
        arg_min(occurred_text, occurred_latest - occurred_earliest) as "text",
        arg_min(occurred_precision, occurred_latest - occurred_earliest) as "precision",
        set_of(channel) as channels,
        set_of(unit_ref) as unit_refs,
        set_of(recipient_ref) as recipient_refs,
        bool_and(encrypted) as encrypted,
        flatten(list(case when link = 'named' then coalesce(lost_images, image_refs) else [] end)) as unentered_images,
        records_of(origin) as evidence
    from transfer_links
    where link in ('named', 'same_images')
    group by occasion_ref
),

arrivals as (
    select left_ref as receipt_ref, occasion_ref
    from record_links
    where left_table = 'receipts' and link = 'same_images'
    union
    select receipts.receipt_ref, transfer_links.occasion_ref
    from receipts
    inner join transfer_links using (transfer_ref)
    where transfer_links.link in ('named', 'same_images')
),

received as (
    select arrivals.occasion_ref, min(receipts.occurred_latest) as received_by,
        arg_min(receipts.occurred_text, receipts.occurred_latest) as received_text,
        arg_min(origin_of(receipts.source, receipts.locator), receipts.occurred_latest) as evidence
    from arrivals
    inner join receipts using (receipt_ref)
    group by arrivals.occasion_ref
),

strangers as (
    select distinct transfer_links.occasion_ref
    from transfer_links
    inner join entered_disclosures using (occasion_ref)
    left join unit_lineage on transfer_links.unit_ref = unit_lineage.unit_ref and entered_disclosures.unit_ref = unit_lineage.kin_ref
    where link in ('named', 'same_images') and transfer_links.unit_ref <> entered_disclosures.unit_ref and unit_lineage.unit_ref is null
),

compared as (
    select
        entered.*,
        transferred.* exclude (unit_refs, recipient_refs, occasion_ref, "text", "precision", channels, encrypted, unentered_images, evidence),
        transferred."text" as logged_text,
        transferred."precision" as logged_precision,
        coalesce(transferred.channels, []) as logged_channels,
        transferred.encrypted as logged_encrypted,
        coalesce(transferred.unit_refs, []) as logged_units,
        coalesce(transferred.recipient_refs, []) as logged_recipients,
        strangers.occasion_ref is not null as is_other_unit,
        transferred.unentered_images,
        coalesce(transferred.evidence, []) as log_evidence,
        received_text,
        received_by,
        received.evidence as receipt,
        greatest(entered.earliest, latest_begin) as narrow_begin,
        least(entered.latest, earliest_end) as narrow_end,
        coalesce(narrow_begin >= narrow_end, false) as is_disjoint,
        coalesce(day_of(narrow_begin) > day_of(narrow_end - interval 1 microsecond), false) as is_day_apart,
        coalesce(day_of(received_by - interval 1 microsecond) < day_of(narrow_begin), false) as is_received_before
    from entered_disclosures as entered
    left join transferred using (occasion_ref)
    left join received using (occasion_ref)
    left join strangers using (occasion_ref)
)

select
    occasion_ref,
    case when "precision" is null then logged_text else "text" end as "text",
    coalesce("precision", logged_precision) as "precision",
    case when is_received_before then null when is_disjoint then least(earliest, earliest_begin) else narrow_begin end as earliest,
    case when is_disjoint then greatest(latest, latest_end) else narrow_end end as latest,
    "text" as entered_text,
    "precision" as entered_precision,
    earliest as entered_earliest,
    latest as entered_latest,
    case when is_day_apart then logged_text when is_received_before then received_text end as other_text,
    is_torn,
    is_day_apart or is_received_before as is_apart,
    is_disjoint or is_received_before as is_widened,
    is_other_unit or (len(recipient_refs) > 0 and not list_has_all(recipient_refs, logged_recipients)) as is_disputed,
    entry_refs,
    case when list_has_all(unit_refs, logged_units) then unit_refs else ordered(list_concat(unit_refs, logged_units)) end as unit_refs,
    coalesce(unit_ref, logged_units[1]) as unit_ref,
    post_refs,
    carrier_refs,
    case when list_has_all(recipient_refs, logged_recipients) then recipient_refs
        else ordered(list_concat(recipient_refs, logged_recipients)) end as recipient_refs,
    coalesce(recipient_ref, logged_recipients[1]) as recipient_ref,
    authority_refs,
    authorised_by,
    agreement_refs,
    reasons,
    names_included,
    other_personal_data,
    image_refs,
    channels,
    encrypted,
    logged_channels,
    logged_encrypted,
    case when len(unentered_images) > 0 then list_sort(list_distinct(unentered_images)) else [] end as unentered_images,
    list_concat(
        ['entries'],
        case when len(log_evidence) > 0 then ['transfers'] else [] end,
        case when receipt is not null then ['receipts'] else [] end
    ) as registers,
    case
        when is_received_before then all_of([evidence, log_evidence, [receipt]])
        when is_disjoint or "precision" is null or narrow_begin > earliest or narrow_end < latest or is_other_unit or unit_ref is null
            or not list_has_all(recipient_refs, logged_recipients) then list_concat(evidence, log_evidence)
        else evidence
    end as evidence,
    evidence as entry_evidence,
    log_evidence
from compared
order by occasion_ref
