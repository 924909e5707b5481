// Package chart draws charts as SVG: lines with bands and thin runs, in panels
// of one scale (Lines), and rows of dots with an estimate and its interval
// (Rows: forest plots and dot charts).
//
// It promises the same bytes for the same input, that every text is escaped,
// that no value that is not finite is drawn, and that colours come from style
// classes alone, so that a page shows a chart in its own light or dark scheme
// (CSS) while a file of its own is plain enough for any program (File). gonum's
// plots are not used here: they have fixed colours, which one of the schemes
// would hide. It imports the standard library only.
package chart
