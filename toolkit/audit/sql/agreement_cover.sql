-- Each sharing and each version between its unit, or a predecessor, and its recipient.
-- Grain:  one row per occasion_ref, agreement_ref and version that may cover it.
-- Reads:  sharings, unit_lineage, validity.
-- cover: definite or possible, by the four bounds of the validity; what lies outside is left out, and so is what records
-- disagree about, to whom or by which unit.
select
    sharings.occasion_ref,
    validity.agreement_ref,
    validity.version,
    validity.subject as version_ref,
    coalesce(validity.text_held, false) as text_held,
    validity.ends_text is not null and validity.from_text is not null as are_ends_stated,
    coalesce(sharings."precision" in ('year', 'month'), true)
    or coalesce(validity.from_precision in ('year', 'month'), false)
    or coalesce(validity.ends_precision in ('year', 'month'), false) as is_coarse,
    cover(
        sharings.earliest, sharings.latest,
        validity.begin_earliest, validity.begin_latest, validity.end_earliest, validity.end_latest
    ) as cover,
    validity.evidence
from sharings
inner join unit_lineage on sharings.unit_ref = unit_lineage.unit_ref and unit_lineage.relation <> 'successor'
inner join validity on unit_lineage.kin_ref = validity.unit_ref and sharings.recipient_ref = validity.recipient_ref
where cover <> 'outside' and not sharings.is_disputed
