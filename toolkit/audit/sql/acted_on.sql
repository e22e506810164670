-- Every record that the police acted because of a match: the fact "acted on".
-- Grain:  one row per row of the register of actions.
-- Reads:  actions.
select 'actions' as event_table, action_ref as event_ref, match_ref, image_ref, "action", occurred_text, occurred_earliest,
    occurred_latest, null::varchar as doubt, origin_of(source, locator) as evidence
from actions
