-- +goose Up
-- The data sets that a sweep was submitted with: {"mnist": digest}. They are part
-- of its trials' identity, so a plan made later, or on another machine, must know
-- them.
ALTER TABLE store.sweeps ADD COLUMN data jsonb NOT NULL DEFAULT '{}';
