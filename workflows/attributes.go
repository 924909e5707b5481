package workflows

import (
	"go.temporal.io/api/enums/v1"
	"go.temporal.io/sdk/temporal"

	"sweep/activities"
)

const abandon = enums.PARENT_CLOSE_POLICY_ABANDON

// The search attributes by which the Temporal web UI finds trials.
var (
	sweepKey      = temporal.NewSearchAttributeKeyKeyword("Sweep")
	experimentKey = temporal.NewSearchAttributeKeyKeyword("Experiment")
	taskKey       = temporal.NewSearchAttributeKeyKeyword("Task")
	stateKey      = temporal.NewSearchAttributeKeyKeyword("TrialState")
	kKey          = temporal.NewSearchAttributeKeyInt64("K")
	zDimKey       = temporal.NewSearchAttributeKeyInt64("ZDim")
	labelsKey     = temporal.NewSearchAttributeKeyInt64("Labels")
	paramsKey     = temporal.NewSearchAttributeKeyKeywordList("Params")
)

// Attribute is a search attribute that the program registers at its start.
type Attribute struct {
	Name string
	Type enums.IndexedValueType
}

// Attributes lists the search attributes to register.
func Attributes() []Attribute {
	keys := []temporal.SearchAttributeKey{sweepKey, experimentKey, taskKey, stateKey, kKey, zDimKey, labelsKey, paramsKey}
	out := make([]Attribute, len(keys))
	for i, k := range keys {
		out[i] = Attribute{k.GetName(), k.GetValueType()}
	}
	return out
}

// SweepAttributes are the search attributes of a sweep's own workflow.
func SweepAttributes(sweep string) temporal.SearchAttributes {
	return temporal.NewSearchAttributes(sweepKey.ValueSet(sweep))
}

func groupAttributes(sweep string, t activities.Trial) temporal.SearchAttributes {
	return trialAttributes(sweep, t.Experiment, t.Task, t.Params, t.K, t.ZDim, t.Labels)
}

// packAttributes leave out what the pack's trials do not have in common; Params
// lists it.
func packAttributes(sweep string, p activities.Pack) temporal.SearchAttributes {
	return trialAttributes(sweep, p.Experiment, p.Task, p.Params, p.K, p.ZDim, p.Labels)
}

func trialAttributes(sweep, experiment, task string, params []string, k, zDim, labels int64) temporal.SearchAttributes {
	set := []temporal.SearchAttributeUpdate{
		sweepKey.ValueSet(sweep), experimentKey.ValueSet(experiment), taskKey.ValueSet(task),
		stateKey.ValueSet(string(activities.TrialRunning)), paramsKey.ValueSet(params),
	}
	for _, n := range []struct {
		key   temporal.SearchAttributeKeyInt64
		value int64
	}{{kKey, k}, {zDimKey, zDim}, {labelsKey, labels}} {
		if n.value >= 0 {
			set = append(set, n.key.ValueSet(n.value))
		}
	}
	return temporal.NewSearchAttributes(set...)
}
