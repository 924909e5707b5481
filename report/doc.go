// Package report turns what a sweep recorded into answers: statistics per cell
// and paired differences over seeds (Compare), pictures of what was generated
// (Strip, Gallery), and one self-contained HTML page with its figures (Build,
// Page), whose charts are drawn by report/chart.
//
// It promises that the same rows and objects give the same bytes, that no trial
// is dropped silently (diverged, failed and unfinished ones are counted where
// they belong), and that the page holds no script and loads nothing from
// outside. It reads through the interfaces it declares and never imports a
// driver, a store's implementation or Temporal.
package report
