-- Which legal entity received it, and who controls it?
-- Report:   p12.
-- Grain:    one row per occasion_ref.
-- Reads:    disclosures, units, company_kin.
-- Register: entries.
-- Awaits:   units.
-- States:   established, conflicting, not_found, not_searched.
-- established: the list of units has the recipient that the entries name. conflicting: the entries name more than one.
with known as (
    select unit_ref, min(name) as name, set_of(parent_ref) as parents, records_of(origin_of(source, locator)) as evidence
    from units
    group by unit_ref
),

related as (
    select unit_ref, list_sort(list(kin_ref) filter (where kin_ref <> unit_ref)) as kin from company_kin group by unit_ref
)

select
    occasion_ref as subject,
    case
        when len(recipient_refs) > 1 then 'conflicting'
        when known.unit_ref is not null then 'established'
        when exists (from units) or recipient_ref is null then 'not_found'
        else 'not_searched'
    end as state,
    case
        when len(recipient_refs) > 1 then to_json(recipient_refs)
        when known.unit_ref is not null then to_json(struct_pack(
            recipient := recipient_ref, name := name, controlled_by := parents, related := coalesce(kin, [])
        ))
    end as value,
    null as unit,
    all_of([disclosures.evidence, known.evidence]) as evidence,
    coverage_of(['entries', 'units']) as coverage,
    given([
        case when recipient_ref is null then 'no entry names the recipient' end,
        case when recipient_ref is not null and known.unit_ref is null then 'no list of units has ' || recipient_ref end,
        case when known.unit_ref is not null and len(parents) = 0 then 'who controls it is not recorded' end
    ]) as caveats
from disclosures
left join known on disclosures.recipient_ref = known.unit_ref
left join related on disclosures.recipient_ref = related.unit_ref
order by subject
