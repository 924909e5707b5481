-- +goose Up
-- Where a result came from, what it took, and a comment on every column that
-- readers see. A reader cannot become another role inside a statement.

ALTER TABLE store.attempts
    ADD COLUMN machine     text,
    ADD COLUMN version     text,
    ADD COLUMN git_commit  text,
    ADD COLUMN git_dirty   boolean,
    ADD COLUMN cpu_seconds float8;

CREATE OR REPLACE VIEW public.attempts AS
SELECT t.hash AS trial_id, a.fence, a.worker, a.workflow_id, a.numerics, a.started, a.ended,
       coalesce(a.last_seen, t.seen) AS last_seen, a.from_step, coalesce(a.last_step, t.step) AS last_step,
       a.rolled_back AS points_rolled_back, coalesce(a.outcome, 'running') AS outcome, a.reason,
       a.machine, a.version, a.git_commit, a.git_dirty,
       (convert_from(c.config, 'UTF8')::jsonb->>'engine')::bigint AS engine,
       convert_from(c.config, 'UTF8')::jsonb->>'data' AS data_digest,
       a.cpu_seconds
FROM store.attempts a
JOIN store.trials t ON t.id = a.trial
LEFT JOIN store.configs c ON c.trial = a.trial;

CREATE OR REPLACE VIEW public.cost AS
SELECT t.sweep, t.experiment, t.task, t.cell, t.k, t.z_dim, t.labels, t.minibatch_discrimination, t.seed, t.trial_id, t.outcome,
       count(a.fence) AS attempts,
       coalesce(sum(extract(epoch FROM coalesce(a.ended, a.last_seen) - a.started)), 0)::float8 AS seconds,
       coalesce(sum(a.last_step - a.from_step), 0)::bigint AS steps_trained,
       coalesce(sum(a.points_rolled_back), 0)::bigint AS points_rolled_back,
       sum(a.cpu_seconds) AS cpu_seconds
FROM public.trials t
LEFT JOIN public.attempts a USING (trial_id)
GROUP BY t.sweep, t.experiment, t.task, t.cell, t.k, t.z_dim, t.labels, t.minibatch_discrimination, t.seed, t.trial_id, t.outcome;

COMMENT ON COLUMN public.sweeps.sweep IS 'Its name, which every other view joins by.';
COMMENT ON COLUMN public.sweeps.state IS 'What was asked of it: running, paused, cancelled; or done.';
COMMENT ON COLUMN public.sweeps.file IS 'Path it was submitted from.';
COMMENT ON COLUMN public.sweeps.revision IS 'Times the file was submitted with another content, from 1.';
COMMENT ON COLUMN public.sweeps.submitted IS 'When it was submitted last.';
COMMENT ON COLUMN public.sweeps.report_key IS 'Object of its newest report, null for none.';
COMMENT ON COLUMN public.sweeps.report_at IS 'When that report was made.';

COMMENT ON COLUMN public.trials.sweep IS 'Sweep that names it.';
COMMENT ON COLUMN public.trials.experiment IS 'Experiment of the sweep.';
COMMENT ON COLUMN public.trials.task IS 'What is trained and scored: gaussians, ….';
COMMENT ON COLUMN public.trials.cell_values IS 'The axes'' values as JSON, e.g. {"k": 5, "z_dim": 256}.';
COMMENT ON COLUMN public.trials.k IS 'Unrolling steps, null where the task has no such parameter.';
COMMENT ON COLUMN public.trials.z_dim IS 'Dimension of the noise, null where the task has no such parameter.';
COMMENT ON COLUMN public.trials.labels IS 'Labelled examples per class, null where the task has no such parameter.';
COMMENT ON COLUMN public.trials.minibatch_discrimination IS 'Null where the task has no such parameter.';
COMMENT ON COLUMN public.trials.seed IS 'Seed of all random numbers of the trial.';
COMMENT ON COLUMN public.trials.params IS 'Every parameter of the trial, defaults filled in, as JSON.';
COMMENT ON COLUMN public.trials.difference IS 'First point that a replay gave another value than before, null for none.';
COMMENT ON COLUMN public.trials.reason IS 'Why it diverged, failed or was preempted, one line.';
COMMENT ON COLUMN public.trials.worker IS 'Host and process of its newest attempt.';
COMMENT ON COLUMN public.trials.created IS 'When a sweep first named it.';
COMMENT ON COLUMN public.trials.updated IS 'When anything of it last changed.';

COMMENT ON COLUMN public.metrics.trial_id IS 'Trial hash.';
COMMENT ON COLUMN public.metrics.name IS 'Metric, as docs/metrics.md defines it.';
COMMENT ON COLUMN public.metrics.step IS 'Outer iteration, 0 for before the first.';
COMMENT ON COLUMN public.metrics.value IS 'NaN and Infinity are values.';

COMMENT ON COLUMN public.points_rolled_back.trial_id IS 'Trial hash.';
COMMENT ON COLUMN public.points_rolled_back.name IS 'Metric.';
COMMENT ON COLUMN public.points_rolled_back.step IS 'Outer iteration.';
COMMENT ON COLUMN public.points_rolled_back.value IS 'What was recorded then.';

COMMENT ON COLUMN public.final.trial_id IS 'Trial hash.';
COMMENT ON COLUMN public.final.sweep IS 'Sweep that names the trial.';
COMMENT ON COLUMN public.final.trial_index IS 'Position in the sweep''s expansion, from 0.';
COMMENT ON COLUMN public.final.experiment IS 'Experiment of the sweep.';
COMMENT ON COLUMN public.final.task IS 'What is trained and scored.';
COMMENT ON COLUMN public.final.cell IS 'The axes'' values without the seed.';
COMMENT ON COLUMN public.final.cell_values IS 'The axes'' values as JSON.';
COMMENT ON COLUMN public.final.k IS 'Unrolling steps.';
COMMENT ON COLUMN public.final.z_dim IS 'Dimension of the noise.';
COMMENT ON COLUMN public.final.labels IS 'Labelled examples per class.';
COMMENT ON COLUMN public.final.minibatch_discrimination IS 'Null where the task has no such parameter.';
COMMENT ON COLUMN public.final.seed IS 'Seed of the trial.';
COMMENT ON COLUMN public.final.state IS 'State of the trial: a value of one that is not finished is not its last word.';
COMMENT ON COLUMN public.final.outcome IS 'Outcome of the trial, null while it has none.';
COMMENT ON COLUMN public.final.name IS 'Metric.';
COMMENT ON COLUMN public.final.step IS 'Step of the value.';
COMMENT ON COLUMN public.final.value IS 'The last value recorded.';

COMMENT ON COLUMN public.curves.sweep IS 'Sweep.';
COMMENT ON COLUMN public.curves.experiment IS 'Experiment of the sweep.';
COMMENT ON COLUMN public.curves.task IS 'What is trained and scored.';
COMMENT ON COLUMN public.curves.cell IS 'The axes'' values without the seed.';
COMMENT ON COLUMN public.curves.k IS 'Unrolling steps.';
COMMENT ON COLUMN public.curves.z_dim IS 'Dimension of the noise.';
COMMENT ON COLUMN public.curves.labels IS 'Labelled examples per class.';
COMMENT ON COLUMN public.curves.minibatch_discrimination IS 'Null where the task has no such parameter.';
COMMENT ON COLUMN public.curves.name IS 'Metric.';
COMMENT ON COLUMN public.curves.step IS 'Outer iteration.';
COMMENT ON COLUMN public.curves.n IS 'Seeds that have a value at this step.';
COMMENT ON COLUMN public.curves.n_finite IS 'Those of them whose value is finite.';
COMMENT ON COLUMN public.curves.mean IS 'Mean over the seeds, null where one is not finite.';
COMMENT ON COLUMN public.curves.sd IS 'Sample standard deviation, null where one is not finite or there is but one.';
COMMENT ON COLUMN public.curves.low IS 'Smallest value.';
COMMENT ON COLUMN public.curves.high IS 'Largest value; NaN counts as largest.';

COMMENT ON COLUMN public.paired.sweep IS 'Sweep.';
COMMENT ON COLUMN public.paired.experiment IS 'Experiment of the sweep.';
COMMENT ON COLUMN public.paired.name IS 'Metric.';
COMMENT ON COLUMN public.paired.cell_a IS 'The cell that comes first in the plan.';
COMMENT ON COLUMN public.paired.cell_b IS 'The other cell.';
COMMENT ON COLUMN public.paired.cell_values_a IS 'Cell a''s values as JSON.';
COMMENT ON COLUMN public.paired.cell_values_b IS 'Cell b''s values as JSON.';
COMMENT ON COLUMN public.paired.k_a IS 'Unrolling steps of cell a.';
COMMENT ON COLUMN public.paired.k_b IS 'Unrolling steps of cell b.';
COMMENT ON COLUMN public.paired.z_dim_a IS 'Dimension of the noise of cell a.';
COMMENT ON COLUMN public.paired.z_dim_b IS 'Dimension of the noise of cell b.';
COMMENT ON COLUMN public.paired.labels_a IS 'Labelled examples per class of cell a.';
COMMENT ON COLUMN public.paired.labels_b IS 'Labelled examples per class of cell b.';
COMMENT ON COLUMN public.paired.seed IS 'The seed that both have.';
COMMENT ON COLUMN public.paired.outcome_a IS 'Outcome of the trial of cell a.';
COMMENT ON COLUMN public.paired.outcome_b IS 'Outcome of the trial of cell b.';
COMMENT ON COLUMN public.paired.value_a IS 'Last value of cell a.';
COMMENT ON COLUMN public.paired.value_b IS 'Last value of cell b.';
COMMENT ON COLUMN public.paired.difference IS 'value_b minus value_a, null where one is not finite.';

COMMENT ON COLUMN public.attempts.trial_id IS 'Trial hash.';
COMMENT ON COLUMN public.attempts.fence IS 'Number of the attempt within its trial, from 1.';
COMMENT ON COLUMN public.attempts.worker IS 'Host and process that trained.';
COMMENT ON COLUMN public.attempts.workflow_id IS 'Temporal workflow that it belonged to.';
COMMENT ON COLUMN public.attempts.numerics IS 'Backend, instruction set and precision; equal keys promise equal bytes.';
COMMENT ON COLUMN public.attempts.started IS 'When it claimed the trial.';
COMMENT ON COLUMN public.attempts.ended IS 'When it ended, null while it runs or if it was lost.';
COMMENT ON COLUMN public.attempts.last_seen IS 'Its last word.';
COMMENT ON COLUMN public.attempts.last_step IS 'Last step it committed.';
COMMENT ON COLUMN public.attempts.outcome IS 'running, finished, diverged, preempted, failed, or lost: another took over before it ended.';
COMMENT ON COLUMN public.attempts.reason IS 'Why, one line.';
COMMENT ON COLUMN public.attempts.machine IS 'System and processor that trained.';
COMMENT ON COLUMN public.attempts.version IS 'Version of the program.';
COMMENT ON COLUMN public.attempts.git_commit IS 'Commit that the program was built from, null if it was not built from one.';
COMMENT ON COLUMN public.attempts.git_dirty IS 'Whether the source had changes that were not committed.';
COMMENT ON COLUMN public.attempts.engine IS 'Engine version of the trial: raised when numbers change on purpose.';
COMMENT ON COLUMN public.attempts.data_digest IS 'Digest of the trial''s data files, empty for generated data.';
COMMENT ON COLUMN public.attempts.cpu_seconds IS 'Processor time of the training thread, null where it is not measured: the attempt runs, was lost, or the system cannot tell.';

COMMENT ON COLUMN public.cost.sweep IS 'Sweep.';
COMMENT ON COLUMN public.cost.experiment IS 'Experiment of the sweep.';
COMMENT ON COLUMN public.cost.task IS 'What is trained and scored.';
COMMENT ON COLUMN public.cost.cell IS 'The axes'' values without the seed.';
COMMENT ON COLUMN public.cost.k IS 'Unrolling steps.';
COMMENT ON COLUMN public.cost.z_dim IS 'Dimension of the noise.';
COMMENT ON COLUMN public.cost.labels IS 'Labelled examples per class.';
COMMENT ON COLUMN public.cost.minibatch_discrimination IS 'Null where the task has no such parameter.';
COMMENT ON COLUMN public.cost.seed IS 'Seed of the trial.';
COMMENT ON COLUMN public.cost.trial_id IS 'Trial hash.';
COMMENT ON COLUMN public.cost.outcome IS 'Outcome of the trial, null while it has none.';
COMMENT ON COLUMN public.cost.attempts IS 'Attempts made.';
COMMENT ON COLUMN public.cost.seconds IS 'Wall-clock seconds that a worker held it, over all attempts.';
COMMENT ON COLUMN public.cost.steps_trained IS 'Outer iterations trained, those done twice included.';
COMMENT ON COLUMN public.cost.points_rolled_back IS 'Points that its claims rolled back.';
COMMENT ON COLUMN public.cost.cpu_seconds IS 'Processor seconds over the attempts where they were measured, null where in none.';

COMMENT ON COLUMN public.checkpoints.trial_id IS 'Trial hash.';
COMMENT ON COLUMN public.checkpoints.step IS 'Step of the state: everything up to it is included.';
COMMENT ON COLUMN public.checkpoints.fence IS 'Attempt that wrote it.';
COMMENT ON COLUMN public.checkpoints.key IS 'Object in the store.';
COMMENT ON COLUMN public.checkpoints.size IS 'Bytes.';
COMMENT ON COLUMN public.checkpoints.sha256 IS 'Digest of the bytes, hex.';
COMMENT ON COLUMN public.checkpoints.created IS 'When it was committed.';

COMMENT ON COLUMN public.artifacts.trial_id IS 'Trial hash.';
COMMENT ON COLUMN public.artifacts.name IS 'What it is, e.g. samples.';
COMMENT ON COLUMN public.artifacts.step IS 'Step that it shows.';
COMMENT ON COLUMN public.artifacts.fence IS 'Attempt that wrote it.';
COMMENT ON COLUMN public.artifacts.key IS 'Object in the store.';
COMMENT ON COLUMN public.artifacts.media_type IS 'Type of the bytes.';
COMMENT ON COLUMN public.artifacts.size IS 'Bytes.';
COMMENT ON COLUMN public.artifacts.sha256 IS 'Digest of the bytes, hex.';
COMMENT ON COLUMN public.artifacts.created IS 'When it was committed.';

COMMENT ON COLUMN public.telemetry.trial_id IS 'Trial hash.';
COMMENT ON COLUMN public.telemetry.fence IS 'Attempt that it is about.';
COMMENT ON COLUMN public.telemetry.step IS 'Step at which it was measured.';
COMMENT ON COLUMN public.telemetry.name IS 'What was measured.';
COMMENT ON COLUMN public.telemetry.value IS 'The measurement.';
COMMENT ON COLUMN public.telemetry.at IS 'When it was measured.';

-- A reader's session is the owner's with the role changed: what changes roles
-- within one statement is not for readers. A server that does not let its
-- database's owner revoke these (a managed one) has no superuser to become.
-- +goose StatementBegin
DO $$
BEGIN
    GRANT USAGE ON LANGUAGE plpgsql TO CURRENT_USER;
    REVOKE USAGE ON LANGUAGE plpgsql FROM PUBLIC;
    GRANT EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) TO CURRENT_USER;
    REVOKE EXECUTE ON FUNCTION pg_catalog.set_config(text, text, boolean) FROM PUBLIC;
EXCEPTION WHEN insufficient_privilege THEN
    NULL;
END $$;
-- +goose StatementEnd
