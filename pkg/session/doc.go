// Package session keeps the state of a run in a file, so that a run that was
// stopped can go on, and later runs can look back.
//
// The file is flux-context-<id>.json in a folder that other users may write to,
// /tmp as a rule. It holds the published state structure (v1alpha1.Session) and a
// few more keys, is replaced as a whole at every change, and so parses at every
// moment. Everything else a session puts there is named flux-temp-<id>-* and is
// removed when the session is closed.
package session
