package webhook

// What the tests look at from outside.
var (
	Permitted = permitted
	Dialer    = dialer
)
