-- Those to whom the police sent images in the case's period, and every company related to them.
-- Grain:  one row per kin_ref.
-- Reads:  sharings, company_kin, settings.
with received as (
    select distinct unnest(recipient_refs) as recipient_ref
    from sharings
    cross join settings
    where coalesce(earliest < to_latest, true)
)

select distinct coalesce(company_kin.kin_ref, received.recipient_ref) as kin_ref
from received
left join company_kin on received.recipient_ref = company_kin.unit_ref
union
select recipient_ref from received
