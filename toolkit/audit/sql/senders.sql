-- Whether those who entered or carried a disclosure were SPOC on that date, all of them.
-- Grain:  one row per occasion_ref that names one.
-- Reads:  sender_tenures.
select occasion_ref, bool_and(is_spoc) as is_spoc, bool_and(is_possibly_spoc) as is_possibly_spoc,
    all_of(list(evidence)) as evidence
from sender_tenures
group by occasion_ref
