-- From when to when each version of an agreement held, with the bounds of both ends.
-- Grain:  one row per agreement_ref and version.
-- Reads:  agreement_versions.
-- Where no begin is stated the signature counts. Where no end is stated the bounds of the end are null.
with versions as (
    select
        *,
        coalesce(begins_text, signed_text) as from_text,
        case when begins_text is not null then begins_earliest else signed_earliest end as from_earliest,
        case when begins_text is not null then begins_latest else signed_latest end as from_latest,
        case when begins_text is not null then begins_precision else signed_precision end as from_precision
    from agreement_versions
)

select
    agreement_ref,
    version,
    agreement_ref || '/' || version as subject,
    unit_ref,
    recipient_ref,
    status,
    text_held,
    from_text,
    from_precision,
    ends_text,
    ends_precision,
    ends_earliest,
    from_earliest as begin_earliest,
    begin_latest(from_text, from_earliest, from_latest, from_precision) as begin_latest,
    end_earliest(ends_text, ends_earliest, ends_latest, ends_precision) as end_earliest,
    ends_latest as end_latest,
    origin_of(source, locator) as evidence
from versions
qualify row_number() over (partition by agreement_ref, version order by source, locator) = 1
