-- +goose Up
-- What was told to whom, and how long a sweep has been running.

-- Notifications by the id that their receivers see. Neither an address nor a
-- secret stands here: a webhook is known by its name.
CREATE TABLE store.notifications (
    id         text PRIMARY KEY CHECK (length(id) BETWEEN 1 AND 200),
    sweep      text NOT NULL REFERENCES store.sweeps,
    event      text NOT NULL,
    experiment text NOT NULL,                     -- '': the sweep as a whole
    webhook    text NOT NULL,
    created    timestamptz NOT NULL,
    tries      integer NOT NULL DEFAULT 0,
    problem    text,                              -- of the last try; null: it was delivered, or not tried
    delivered  timestamptz
);
CREATE INDEX notifications_sweep ON store.notifications (sweep, created);

-- The webhooks that a worker can deliver to, by name; null: it delivers nothing.
ALTER TABLE store.workers ADD COLUMN webhooks text[];

-- The budget's clock: it goes while the sweep is running, not while it is
-- paused, cancelled or done. A trigger keeps it, so that no writer can forget.
ALTER TABLE store.sweeps
    ADD COLUMN ran interval NOT NULL DEFAULT '0',
    ADD COLUMN running_since timestamptz;
UPDATE store.sweeps SET running_since = submitted WHERE state = 'running';

-- +goose StatementBegin
CREATE FUNCTION store.keep_clock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.state = 'running' THEN
        NEW.running_since := coalesce(NEW.running_since, clock_timestamp());
    ELSIF NEW.running_since IS NOT NULL THEN
        NEW.ran := NEW.ran + greatest(clock_timestamp() - NEW.running_since, '0');
        NEW.running_since := NULL;
    END IF;
    RETURN NEW;
END $$;
-- +goose StatementEnd
CREATE TRIGGER sweeps_clock BEFORE INSERT OR UPDATE OF state ON store.sweeps
    FOR EACH ROW EXECUTE FUNCTION store.keep_clock();
