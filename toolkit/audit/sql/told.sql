-- Every record that the police were told of a match: the fact "told".
-- Grain:  one row per notification, and per action that names a match (doubt: it followed the match, and does not say who was
--         told).
-- Reads:  notifications, actions.
select 'notifications' as event_table, notification_ref as event_ref, match_ref, to_post_ref, decision, occurred_text,
    occurred_earliest, occurred_latest, null::varchar as doubt, origin_of(source, locator) as evidence
from notifications
union all
select 'actions', action_ref, match_ref, null, null, occurred_text, null, occurred_latest, 'missing_field', origin_of(source, locator)
from actions
where match_ref is not null
