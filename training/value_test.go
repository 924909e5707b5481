package training_test

import (
	"encoding/json"
	"math"
	"testing"

	"sweep/training"
)

func TestConvertGivesOneValueForEverySpelling(t *testing.T) {
	for _, c := range []struct {
		kind training.Kind
		raw  []any
		want training.Value
	}{
		{training.Int, []any{int64(1), uint64(1), 1.0, "1", "1.0", " 1 ", "+1", "01", "1e0", "0.1e1"}, training.IntValue(1)},
		{training.Int, []any{"1000", "1e3", "1_000"}, training.IntValue(1000)},
		{training.Int, []any{int64(-3), -3.0, "-3", "-3.0"}, training.IntValue(-3)},
		{training.Int, []any{int64(math.MaxInt64), uint64(math.MaxInt64), "9223372036854775807"}, training.IntValue(math.MaxInt64)},
		{training.Int, []any{0.0, math.Copysign(0, -1), "-0", "0.0"}, training.IntValue(0)},
		{training.Float, []any{1e-5, "1e-5", "1E-5", "0.00001", ".00001", "1.0e-05"}, training.FloatValue(1e-5)},
		{training.Float, []any{int64(2), uint64(2), 2.0, "2", "2.", "2e0"}, training.FloatValue(2)},
		{training.Float, []any{math.Copysign(0, -1), "-0", "-0.0", int64(0), 0.0}, training.FloatValue(0)},
		{training.Bool, []any{true, "true", " true"}, training.BoolValue(true)},
		{training.Bool, []any{false, "false"}, training.BoolValue(false)},
		{training.String, []any{"ring8"}, training.StringValue("ring8")},
	} {
		for _, raw := range c.raw {
			got, err := c.kind.Convert(raw)
			if err != nil || got != c.want {
				t.Errorf("%s from %T %v: %v %v", c.kind, raw, raw, got, err)
			}
			if g, w := mustJSON(t, got), mustJSON(t, c.want); g != w {
				t.Errorf("%s from %T %v: JSON %s, want %s", c.kind, raw, raw, g, w)
			}
		}
	}
}

func TestConvertRefusesWhatIsNotOfTheKind(t *testing.T) {
	for _, c := range []struct {
		kind training.Kind
		raw  []any
	}{
		{training.Int, []any{1.5, "1.5", "", "one", "1__0", "0x10", true, nil, math.NaN(), math.Inf(1), "nan", "inf", 1e300, "1e300", uint64(math.MaxInt64) + 1, "9223372036854775808", []any{int64(1)}}},
		{training.Float, []any{"", "one", "1e-", true, nil, math.NaN(), math.Inf(-1), "NaN", "-Inf", ".inf", "1e999", map[string]any{}}},
		{training.Bool, []any{"yes", "no", "on", "off", "True", "1", int64(1), 0.0, nil}},
		{training.String, []any{int64(1), 1.5, true, nil}},
		{"", []any{"x", int64(1)}},
	} {
		for _, raw := range c.raw {
			if got, err := c.kind.Convert(raw); err == nil {
				t.Errorf("%q from %T %v: got %v", c.kind, raw, raw, got)
			}
		}
	}
}

func TestValuesReadBackFromTheirOwnSpelling(t *testing.T) {
	for _, v := range []training.Value{
		training.IntValue(math.MinInt64), training.IntValue(1 << 60), training.FloatValue(0.1), training.FloatValue(math.MaxFloat64),
		training.FloatValue(math.SmallestNonzeroFloat64), training.FloatValue(1e21), training.BoolValue(false), training.StringValue("a b"),
	} {
		if got, err := v.Kind().Convert(v.String()); err != nil || got != v {
			t.Errorf("%v: %v %v", v, got, err)
		}
	}
}

func mustJSON(t testing.TB, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}
