-- Had each person been arrested and charged, cautioned, reprimanded or warned by then?
-- Report:   p7.
-- Grain:    one row per image_ref that was disclosed; one for the case where only statements speak.
-- Reads:    image_disposals, claims, custody_records.
-- Register: entries.
-- Awaits:   custody_records.
-- States:   established, established_not, conflicting, not_found, attested, not_searched.
-- conflicting: the disposal and the first disclosure cannot be ordered.
select
    image_ref as subject,
    case
        when is_before then 'established'
        when is_open then 'conflicting'
        when is_recorded then 'established_not'
        when exists (from custody_records) then 'not_found'
        else 'not_searched'
    end as state,
    case when is_before or is_open then to_json(disposals) end as value,
    null as unit,
    evidence,
    coverage_of(['custody_records']) as coverage,
    case
        when is_before then []
        when is_open then ['whether the disposal came before the disclosure cannot be told from the dates']
        when is_recorded then ['the record shows none by the date of the disclosure']
        else []
    end as caveats
from image_disposals
union all
select null, 'attested', to_json(min(value)), null, records_of(evidence), coverage_of(['custody_records']), []
from claims
where topic = 'Q06' and claim in ('asserts', 'denies') and not exists (from image_disposals)
having count(*) > 0
order by subject
