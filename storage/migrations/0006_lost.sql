-- +goose Up
-- A lost attempt ended when its worker was last seen. When another noticed, which
-- may be hours later, is nobody's cost.

UPDATE store.attempts SET ended = last_seen WHERE outcome = 'lost';

COMMENT ON COLUMN public.attempts.ended IS 'When it ended, null while it runs; of a lost one, its last commit.';
