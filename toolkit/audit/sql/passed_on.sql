-- What went on from whoever the police sent it to: to a vendor, another company, another estate.
-- Grain:  one row per event_table and event_ref: a transfer by a company, a receipt or enrolment of what a company sent, or of an
--         image that the police sent to others only.
-- Reads:  onward_transfers, police_units, receipts, enrolments, units, arrivals.
-- is_sure: the record names the company that sent it.
select 'transfers' as event_table, transfer_ref as event_ref, unit_ref as from_ref, recipient_ref, occurred_text as "text", image_refs,
    true as is_sure, [evidence] as evidence
from onward_transfers
where recipient_ref is null or recipient_ref not in (select unit_ref from police_units)
union all
select 'receipts', receipt_ref, from_ref, recipient_ref, occurred_text, image_refs, true, [origin_of(source, locator)]
from receipts
where (
    from_ref in (select unit_ref from units where unit_kind = 'company')
    or transfer_ref in (select transfer_ref from onward_transfers)
) and (recipient_ref is null or recipient_ref not in (select unit_ref from police_units))
union all
select 'enrolments', enrolment_ref, from_ref, null, enrolled_text, [image_ref], true, [origin_of(source, locator)]
from enrolments
where from_ref in (select unit_ref from units where unit_kind = 'company')
union all
select event_table, event_ref, from_ref, recipient_ref, "text", image_refs, false, evidence
from arrivals
where is_perhaps_passed_on and not is_passed_on
