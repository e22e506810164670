-- The server stands in a locked, CCTV-covered control room that is staffed around the clock.
-- Report:   p6.
-- Grain:    one row for the case.
-- Reads:    settings, asserted.
-- No register of ours carries what a room was like, so that neither conforms nor breach is possible.
select
    null as subject,
    'cannot_determine' as verdict,
    case when asserted.topic is not null then ['asserted_only'] else ['out_of_coverage'] end as reasons,
    []::varchar[] as flags,
    coalesce(asserted.evidence, []) as evidence
from settings
left join asserted on asserted.topic = 'R19'
