-- +goose Up
-- What readers are promised. The role sweep_reader sees these views and no more.

CREATE VIEW public.sweeps AS
SELECT name AS sweep, state, file, revision, submitted, report_key, report_at
FROM store.sweeps;
COMMENT ON VIEW public.sweeps IS 'One row per submitted file.';

CREATE VIEW public.trials AS
SELECT t.hash AS trial_id, p.sweep, p.idx AS trial_index, p.experiment, t.task, p.cell, p.cell_values,
       CASE WHEN jsonb_typeof(c.params->'k') = 'number' THEN (c.params->>'k')::numeric::bigint END AS k,
       CASE WHEN jsonb_typeof(c.params->'z_dim') = 'number' THEN (c.params->>'z_dim')::numeric::bigint END AS z_dim,
       CASE WHEN jsonb_typeof(c.params->'labels') = 'number' THEN (c.params->>'labels')::numeric::bigint END AS labels,
       CASE WHEN jsonb_typeof(c.params->'minibatch_discrimination') = 'boolean'
            THEN (c.params->>'minibatch_discrimination')::boolean END AS minibatch_discrimination,
       t.seed, c.params, t.state,
       CASE WHEN t.state IN ('finished', 'diverged', 'failed', 'cancelled') THEN t.state END AS outcome,
       t.step, t.steps, t.attempts, t.numerics, t.nondeterministic, t.difference, t.reason,
       t.worker, t.created, t.updated
FROM store.plan p
JOIN store.trials t ON t.id = p.trial
JOIN store.configs c ON c.trial = p.trial
WHERE p.wanted;
COMMENT ON VIEW public.trials IS 'One row per cell and seed of a sweep. A trial that two cells or two sweeps name has a row in each.';
COMMENT ON COLUMN public.trials.trial_id IS 'Trial hash, 64 hex digits: the trial''s identity everywhere.';
COMMENT ON COLUMN public.trials.trial_index IS 'Position in the sweep''s expansion, from 0.';
COMMENT ON COLUMN public.trials.cell IS 'The axes'' values without the seed, e.g. "k=5 z_dim=256".';
COMMENT ON COLUMN public.trials.state IS 'pending, dispatched, running, finished, diverged, failed or cancelled.';
COMMENT ON COLUMN public.trials.outcome IS 'The state once it is final (finished, diverged) or settled (failed, cancelled), else null.';
COMMENT ON COLUMN public.trials.step IS 'Last step whose points are committed, -1 before the first.';
COMMENT ON COLUMN public.trials.steps IS 'Outer iterations that finish the trial.';
COMMENT ON COLUMN public.trials.attempts IS 'Claims so far; more than one means it was interrupted.';
COMMENT ON COLUMN public.trials.numerics IS 'Numerics key the trial is bound to, null before its first claim.';
COMMENT ON COLUMN public.trials.nondeterministic IS 'A replay gave other values than those rolled back; difference says which.';

CREATE VIEW public.metrics AS
SELECT t.hash AS trial_id, n.name, coalesce(u.step, p.first_step + (u.i - 1) * p.stride) AS step, u.value
FROM store.points p
JOIN store.trials t ON t.id = p.trial
JOIN store.metric_names n ON n.id = p.metric
CROSS JOIN LATERAL unnest(p.vals, p.steps) WITH ORDINALITY AS u(value, step, i);
COMMENT ON VIEW public.metrics IS 'One row per point. NaN and Infinity are values. Always filter by trial_id or join trials: a sweep holds millions of points.';

CREATE VIEW public.points_rolled_back AS
SELECT t.hash AS trial_id, p.fence, p.rolled_by, n.name,
       coalesce(u.step, p.first_step + (u.i - 1) * p.stride) AS step, u.value
FROM store.rolled_back_points p
JOIN store.trials t ON t.id = p.trial
JOIN store.metric_names n ON n.id = p.metric
CROSS JOIN LATERAL unnest(p.vals, p.steps) WITH ORDINALITY AS u(value, step, i);
COMMENT ON VIEW public.points_rolled_back IS 'Points after the checkpoint that a later attempt went on from, kept as evidence. They are not in metrics.';
COMMENT ON COLUMN public.points_rolled_back.fence IS 'Attempt that wrote the point.';
COMMENT ON COLUMN public.points_rolled_back.rolled_by IS 'Attempt whose claim rolled it back.';

CREATE VIEW public.final AS
SELECT t.trial_id, t.sweep, t.trial_index, t.experiment, t.task, t.cell, t.cell_values, t.k, t.z_dim, t.labels,
       t.minibatch_discrimination, t.seed, t.state, t.outcome, n.name, l.last_step AS step, l.value
FROM public.trials t
JOIN store.trials i ON i.hash = t.trial_id
CROSS JOIN store.metric_names n
CROSS JOIN LATERAL (
    SELECT p.last_step, p.vals[cardinality(p.vals)] AS value
    FROM store.points p
    WHERE p.trial = i.id AND p.metric = n.id
    ORDER BY p.first_step DESC LIMIT 1) l;
COMMENT ON VIEW public.final IS 'The last value of each metric of each trial, whatever the trial''s state: filter by outcome.';

-- Sums are taken over values that cannot overflow; where one is left out there is no mean.
CREATE VIEW public.curves AS
SELECT t.sweep, t.experiment, t.task, t.cell, t.k, t.z_dim, t.labels, t.minibatch_discrimination, m.name, m.step,
       count(*) AS n,
       count(*) FILTER (WHERE m.value <> 'NaN' AND abs(m.value) <> 'Infinity') AS n_finite,
       CASE WHEN bool_and(abs(m.value) < 1e150) THEN avg(m.value) FILTER (WHERE abs(m.value) < 1e150) END AS mean,
       CASE WHEN bool_and(abs(m.value) < 1e150) THEN stddev_samp(m.value) FILTER (WHERE abs(m.value) < 1e150) END AS sd,
       min(m.value) AS low, max(m.value) AS high
FROM public.trials t
JOIN public.metrics m USING (trial_id)
GROUP BY t.sweep, t.experiment, t.task, t.cell, t.k, t.z_dim, t.labels, t.minibatch_discrimination, m.name, m.step;
COMMENT ON VIEW public.curves IS 'Each metric by step over a cell''s seeds. mean and sd are null where a value is not finite (a diverged run): low and high still hold, NaN counts as highest.';

CREATE VIEW public.paired AS
SELECT a.sweep, a.experiment, a.name, a.cell AS cell_a, b.cell AS cell_b,
       a.cell_values AS cell_values_a, b.cell_values AS cell_values_b,
       a.k AS k_a, b.k AS k_b, a.z_dim AS z_dim_a, b.z_dim AS z_dim_b, a.labels AS labels_a, b.labels AS labels_b,
       a.seed, a.outcome AS outcome_a, b.outcome AS outcome_b,
       a.value AS value_a, b.value AS value_b,
       CASE WHEN abs(a.value) < 1e307 AND abs(b.value) < 1e307 THEN b.value - a.value END AS difference
FROM public.final a
JOIN public.final b ON b.sweep = a.sweep AND b.experiment = a.experiment AND b.name = a.name
                   AND b.seed = a.seed AND a.trial_index < b.trial_index AND a.cell <> b.cell;
COMMENT ON VIEW public.paired IS 'Last values of two cells at the same seed, each pair once (a before b in the plan); difference is b minus a, null where one of them is not finite.';

CREATE VIEW public.attempts AS
SELECT t.hash AS trial_id, a.fence, a.worker, a.workflow_id, a.numerics, a.started, a.ended,
       coalesce(a.last_seen, t.seen) AS last_seen, a.from_step, coalesce(a.last_step, t.step) AS last_step,
       a.rolled_back AS points_rolled_back, coalesce(a.outcome, 'running') AS outcome, a.reason
FROM store.attempts a
JOIN store.trials t ON t.id = a.trial;
COMMENT ON VIEW public.attempts IS 'One worker''s hold on a trial. outcome: running, finished, diverged, preempted, failed, or lost (another took over before it ended).';
COMMENT ON COLUMN public.attempts.from_step IS 'Step of the checkpoint it went on from, -1 for the beginning.';
COMMENT ON COLUMN public.attempts.points_rolled_back IS 'Points that its claim rolled back.';

CREATE VIEW public.cost AS
SELECT t.sweep, t.experiment, t.task, t.cell, t.k, t.z_dim, t.labels, t.minibatch_discrimination, t.seed, t.trial_id, t.outcome,
       count(a.fence) AS attempts,
       coalesce(sum(extract(epoch FROM coalesce(a.ended, a.last_seen) - a.started)), 0)::float8 AS seconds,
       coalesce(sum(a.last_step - a.from_step), 0)::bigint AS steps_trained,
       coalesce(sum(a.points_rolled_back), 0)::bigint AS points_rolled_back
FROM public.trials t
LEFT JOIN public.attempts a USING (trial_id)
GROUP BY t.sweep, t.experiment, t.task, t.cell, t.k, t.z_dim, t.labels, t.minibatch_discrimination, t.seed, t.trial_id, t.outcome;
COMMENT ON VIEW public.cost IS 'What each trial took: seconds a worker held it (a lost attempt counts to its last commit), and steps trained, those done twice included.';

CREATE VIEW public.checkpoints AS
SELECT t.hash AS trial_id, c.step, c.fence, c.key, c.size, c.sha256, c.created
FROM store.checkpoints c JOIN store.trials t ON t.id = c.trial;
COMMENT ON VIEW public.checkpoints IS 'Pointers to stored states; the row is the commit.';

CREATE VIEW public.artifacts AS
SELECT t.hash AS trial_id, a.name, a.step, a.fence, a.key, a.media_type, a.size, a.sha256, a.created
FROM store.artifacts a JOIN store.trials t ON t.id = a.trial;
COMMENT ON VIEW public.artifacts IS 'Pictures, sample files and tables of trials.';

CREATE VIEW public.telemetry AS
SELECT t.hash AS trial_id, y.fence, y.step, y.name, y.value, y.at
FROM store.telemetry y JOIN store.trials t ON t.id = y.trial;
COMMENT ON VIEW public.telemetry IS 'Facts about attempts that are not functions of the trial, e.g. steps_per_second.';

-- A role belongs to the whole server: other databases on it may make it at the
-- same moment.
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'sweep_reader') THEN
        CREATE ROLE sweep_reader NOLOGIN;
    END IF;
EXCEPTION WHEN duplicate_object OR unique_violation THEN
    NULL;
END $$;
-- +goose StatementEnd
-- +goose StatementBegin
DO $$
BEGIN
    IF NOT pg_has_role(current_user, 'sweep_reader', 'MEMBER') THEN
        GRANT sweep_reader TO CURRENT_USER;
    END IF;
END $$;
-- +goose StatementEnd
GRANT USAGE ON SCHEMA public TO sweep_reader;
GRANT SELECT ON public.sweeps, public.trials, public.metrics, public.points_rolled_back, public.final, public.curves,
    public.paired, public.attempts, public.cost, public.checkpoints, public.artifacts, public.telemetry TO sweep_reader;
