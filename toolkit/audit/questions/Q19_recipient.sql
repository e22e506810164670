-- Which legal entity received it, and who controls it?
-- Report:   p12.
-- Grain:    one row per recipient_ref that a disclosure names.
-- Reads:    disclosures, units, company_kin.
-- Register: entries.
-- Awaits:   units.
-- States:   established, not_found, not_searched.
with named as (
    select unnest(recipient_refs) as recipient_ref, evidence, occasion_ref from disclosures
),

recipients as (
    select recipient_ref, count(distinct occasion_ref) as occasions, all_of(list(evidence)) as evidence
    from named
    group by recipient_ref
),

known as (
    select unit_ref, min(name) as name, set_of(parent_ref) as parents, set_of(origin_of(source, locator)) as evidence
    from units
    group by unit_ref
),

related as (
    select unit_ref, list_sort(list(kin_ref) filter (where kin_ref <> unit_ref)) as kin from company_kin group by unit_ref
)

select
    recipient_ref as subject,
    case when known.unit_ref is not null then 'established' when exists (from units) then 'not_found'
        else 'not_searched' end as state,
    case when known.unit_ref is not null then to_json(struct_pack(
        name := name, controlled_by := parents, related := coalesce(kin, []), occasions := occasions
    )) end as value,
    null as unit,
    all_of([recipients.evidence, known.evidence]) as evidence,
    coverage_of(['units']) as coverage,
    given([
        case when known.unit_ref is null then 'no list of units has it' end,
        case when known.unit_ref is not null and len(parents) = 0 then 'who controls it is not recorded' end
    ]) as caveats
from recipients
left join known on recipients.recipient_ref = known.unit_ref
left join related on recipients.recipient_ref = related.unit_ref
order by subject
