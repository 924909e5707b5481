-- +goose Up
-- What the program itself reads and writes. Hot columns of a trial are apart
-- from its configuration, so that a commit rewrites a short row.

CREATE TABLE store.sweeps (
    name          text PRIMARY KEY,
    file          text NOT NULL,
    body          bytea NOT NULL,
    only_names    text[] NOT NULL,
    prune         boolean NOT NULL,
    revision      bigint NOT NULL,
    state         text NOT NULL CHECK (state IN ('running', 'paused', 'cancelled', 'done')),
    submitted     timestamptz NOT NULL DEFAULT now(),
    report_key    text,
    report_size   bigint,
    report_sha256 text,
    report_at     timestamptz
);

CREATE TABLE store.experiments (
    sweep    text NOT NULL REFERENCES store.sweeps,
    name     text NOT NULL,
    task     text NOT NULL,
    position integer NOT NULL,
    metric   text NOT NULL,
    goal     text NOT NULL,
    axes     text[] NOT NULL,
    PRIMARY KEY (sweep, name)
);

CREATE TABLE store.trials (
    id               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    hash             text NOT NULL UNIQUE CHECK (hash ~ '^[0-9a-f]{64}$'),
    task             text NOT NULL,
    seed             bigint NOT NULL,
    steps            bigint NOT NULL,
    queue            text NOT NULL,
    state            text NOT NULL DEFAULT 'pending'
                     CHECK (state IN ('pending', 'dispatched', 'running', 'finished', 'diverged', 'failed', 'cancelled')),
    workflow_id      text,                        -- the group that has it, or had it last
    worker           text,
    numerics         text,                        -- bound at the first claim
    fence            bigint NOT NULL DEFAULT 0,   -- of the newest attempt
    lease_until      timestamptz,                 -- null: no attempt is open
    step             bigint NOT NULL DEFAULT -1,  -- last step committed
    saved            bigint NOT NULL DEFAULT -1,  -- step of the newest checkpoint
    replay           bigint NOT NULL DEFAULT -1,  -- highest step ever rolled back
    attempts         bigint NOT NULL DEFAULT 0,
    nondeterministic boolean NOT NULL DEFAULT false,
    difference       text,                        -- the first difference that a replay showed
    reason           text,
    created          timestamptz NOT NULL DEFAULT now(),
    updated          timestamptz NOT NULL DEFAULT now(),
    seen             timestamptz                  -- last word of its newest attempt
) WITH (fillfactor = 70);

CREATE TABLE store.configs (
    trial  bigint PRIMARY KEY REFERENCES store.trials,
    config bytea NOT NULL,                        -- canonical JSON, verbatim
    params jsonb NOT NULL
);

-- A sweep's cells. Two cells may share a trial; two sweeps may, too.
CREATE TABLE store.plan (
    sweep       text NOT NULL REFERENCES store.sweeps,
    experiment  text NOT NULL,
    cell        text NOT NULL,
    trial       bigint NOT NULL REFERENCES store.trials,
    idx         bigint NOT NULL,
    cell_values jsonb NOT NULL,
    wanted      boolean NOT NULL DEFAULT true,
    PRIMARY KEY (sweep, experiment, cell, trial)
);
CREATE INDEX plan_order ON store.plan (sweep, idx);
CREATE INDEX plan_trial ON store.plan (trial);

CREATE TABLE store.attempts (
    trial       bigint NOT NULL REFERENCES store.trials,
    fence       bigint NOT NULL,
    worker      text NOT NULL,
    workflow_id text NOT NULL,
    numerics    text NOT NULL,
    started     timestamptz NOT NULL,
    ended       timestamptz,
    last_seen   timestamptz,                      -- while open, the trial's seen
    from_step   bigint NOT NULL,                  -- the checkpoint it went on from, -1 for none
    last_step   bigint,                           -- while open, the trial's step
    rolled_back bigint NOT NULL,                  -- points its claim rolled back
    outcome     text,
    reason      text,
    PRIMARY KEY (trial, fence)
);

CREATE TABLE store.metric_names (
    id   smallint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 100)
);

-- A chunk of points. Steps first_step, first_step + stride, ... unless they are
-- uneven: then stride is null and steps holds them. A full chunk (1000 points)
-- fills one page: about 8.2 bytes per point, kept in line, not compressed.
CREATE TABLE store.points (
    trial      bigint NOT NULL,
    first_step bigint NOT NULL,
    last_step  bigint NOT NULL,
    fence      bigint NOT NULL,                   -- of the attempt that wrote it
    stride     integer,
    metric     smallint NOT NULL,
    steps      bigint[],
    vals       float8[] NOT NULL,
    PRIMARY KEY (trial, metric, first_step)
) WITH (toast_tuple_target = 8160);
ALTER TABLE store.points ALTER COLUMN vals SET STORAGE EXTERNAL;

-- What a claim took back: kept as evidence, compared with what is replayed.
CREATE TABLE store.rolled_back_points (
    trial      bigint NOT NULL,
    first_step bigint NOT NULL,
    last_step  bigint NOT NULL,
    fence      bigint NOT NULL,                   -- of the attempt that wrote it
    rolled_by  bigint NOT NULL,                   -- fence of the claim that rolled it back
    stride     integer,
    metric     smallint NOT NULL,
    steps      bigint[],
    vals       float8[] NOT NULL,
    PRIMARY KEY (trial, metric, first_step, fence)
) WITH (toast_tuple_target = 8160);
ALTER TABLE store.rolled_back_points ALTER COLUMN vals SET STORAGE EXTERNAL;

CREATE TABLE store.checkpoints (
    trial   bigint NOT NULL REFERENCES store.trials,
    step    bigint NOT NULL,
    fence   bigint NOT NULL,
    key     text NOT NULL,
    size    bigint NOT NULL,
    sha256  text NOT NULL,
    etag    text NOT NULL,
    created timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (trial, step)
);

CREATE TABLE store.rolled_back_checkpoints (
    trial     bigint NOT NULL,
    step      bigint NOT NULL,
    fence     bigint NOT NULL,
    rolled_by bigint NOT NULL,
    key       text NOT NULL,
    size      bigint NOT NULL,
    sha256    text NOT NULL,
    PRIMARY KEY (trial, step, fence)
);

CREATE TABLE store.artifacts (
    trial      bigint NOT NULL REFERENCES store.trials,
    name       text NOT NULL,
    step       bigint NOT NULL,
    fence      bigint NOT NULL,
    key        text NOT NULL,
    media_type text NOT NULL,
    size       bigint NOT NULL,
    sha256     text NOT NULL,
    created    timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (trial, name, step)
);

CREATE TABLE store.rolled_back_artifacts (
    trial     bigint NOT NULL,
    name      text NOT NULL,
    step      bigint NOT NULL,
    fence     bigint NOT NULL,
    rolled_by bigint NOT NULL,
    key       text NOT NULL,
    size      bigint NOT NULL,
    sha256    text NOT NULL,
    PRIMARY KEY (trial, name, step, fence)
);

-- Facts about attempts that are not functions of the trial.
CREATE TABLE store.telemetry (
    trial bigint NOT NULL,
    fence bigint NOT NULL,
    step  bigint NOT NULL,
    name  text NOT NULL,
    value float8 NOT NULL,
    at    timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (trial, fence, step, name)
);

CREATE TABLE store.workers (
    name     text PRIMARY KEY,
    queue    text NOT NULL,
    slots    integer NOT NULL,
    numerics text NOT NULL,
    version  text NOT NULL,
    seen     timestamptz NOT NULL
);

-- Where a trial goes that nobody trains now: back to the backlog while a sweep
-- that is not over wants it, else it is cancelled.
-- +goose StatementBegin
CREATE FUNCTION store.idle_state(of_trial bigint) RETURNS text LANGUAGE sql STABLE AS $$
    SELECT CASE WHEN EXISTS (
        SELECT FROM store.plan p JOIN store.sweeps s ON s.name = p.sweep
        WHERE p.trial = of_trial AND p.wanted AND s.state IN ('running', 'paused'))
    THEN 'pending' ELSE 'cancelled' END
$$;
-- +goose StatementEnd
