//go:build !linux && !darwin

package docs

import "errors"

func limitFileSize(uint64) error { return errors.New("only on Linux and macOS") }
