-- Whether those who entered or carried a disclosure were SPOC on that date, all of them.
-- Grain:  one row per occasion_ref that names one.
-- Reads:  sender_tenures.
with several as (select occasion_ref from sender_tenures group by occasion_ref having count(*) > 1)

select occasion_ref, is_spoc, is_possibly_spoc, evidence
from sender_tenures
anti join several using (occasion_ref)
union all
select occasion_ref, bool_and(is_spoc), bool_and(is_possibly_spoc), all_of(list(evidence))
from sender_tenures
semi join several using (occasion_ref)
group by occasion_ref
