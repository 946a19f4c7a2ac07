package main

import (
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// moveTimes moves all times that controllers wrote by the same whole number of
// seconds, so that the newest is now and none is in the future.
func moveTimes(objects []*unstructured.Unstructured, now time.Time) {
	var newest time.Time
	for _, object := range objects {
		mapTimes(object, func(value string, at time.Time) string {
			if at.After(newest) {
				newest = at
			}
			return value
		})
	}
	if newest.IsZero() {
		return
	}
	shift := now.Sub(newest).Truncate(time.Second)
	if now.Before(newest) {
		shift -= time.Second // Truncate rounds toward zero
	}
	for _, object := range objects {
		mapTimes(object, func(value string, at time.Time) string { return moveTime(value, at, shift) })
	}
}

// moveTime adds whole seconds to a time and keeps the fraction as it is written:
// the server accepts some only with the digits they had.
func moveTime(value string, at time.Time, shift time.Duration) string {
	moved := at.UTC().Add(shift).Format("2006-01-02T15:04:05")
	if _, fraction, found := strings.Cut(value, "."); found {
		digits := len(fraction) - len(strings.TrimLeft(fraction, "0123456789"))
		moved += "." + fraction[:digits]
	}
	return moved + "Z"
}

// mapTimes replaces the times of an object outside its spec: in its status, its
// annotations (requests to reconcile), its managed fields and, if it is an
// event, on its top level.
func mapTimes(object *unstructured.Unstructured, replace func(string, time.Time) string) {
	for key, value := range object.Object {
		switch key {
		case "spec", "data", "stringData", "message":
		case "metadata":
			metadata, _ := value.(map[string]any)
			for _, field := range []string{"annotations", "managedFields"} {
				if inner, ok := metadata[field]; ok {
					metadata[field] = mapTimesIn(inner, replace)
				}
			}
		default:
			object.Object[key] = mapTimesIn(value, replace)
		}
	}
}

func mapTimesIn(value any, replace func(string, time.Time) string) any {
	switch value := value.(type) {
	case map[string]any:
		for key, inner := range value {
			value[key] = mapTimesIn(inner, replace)
		}
	case []any:
		for i, inner := range value {
			value[i] = mapTimesIn(inner, replace)
		}
	case string:
		if at, err := time.Parse(time.RFC3339, value); err == nil {
			return replace(value, at)
		}
	}
	return value
}
