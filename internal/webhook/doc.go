// Package webhook posts signed messages to addresses that are known by name.
// Addresses and secrets come from the environment of the process that sends:
//
//	SWEEP_WEBHOOK_<NAME>_URL     https://…, or http:// on this machine
//	SWEEP_WEBHOOK_<NAME>_SECRET  whsec_<base64 of 24 to 64 bytes>
//
// It signs as the Standard Webhooks specification says
// (https://www.standardwebhooks.com), symmetric scheme v1.
//
// It promises that no error and no log line holds an address, a secret or a
// word of the receiver's answer; that nothing but https leaves the machine;
// that no redirect is followed and no link-local or metadata address reached;
// and that one message takes bounded time and memory. It imports the standard
// library only.
package webhook
