package main

import (
	"testing"
	"time"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func TestMoveTimes(t *testing.T) {
	now := time.Date(2030, 1, 1, 12, 0, 0, 400_000_000, time.UTC)
	tests := map[string]struct{ written, want string }{
		"the newest is now":          {"2026-11-23T12:00:00Z", "2030-01-01T12:00:00Z"},
		"an older one keeps its age": {"2026-11-23T11:30:00Z", "2030-01-01T11:30:00Z"},
		"a fraction stays":           {"2026-11-23T11:59:59.250000Z", "2030-01-01T11:59:59.250000Z"},
		"a zone becomes UTC":         {"2026-11-23T12:30:00+02:00", "2030-01-01T10:30:00Z"},
		"text stays":                 {"at 2026-11-23T12:00:00Z", "at 2026-11-23T12:00:00Z"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			object := &unstructured.Unstructured{Object: map[string]any{
				"spec": map[string]any{"at": test.written},
				"metadata": map[string]any{
					"name":        test.written,
					"annotations": map[string]any{"reconcile.fluxcd.io/requestedAt": test.written},
				},
				"status": map[string]any{
					"conditions": []any{
						map[string]any{"lastTransitionTime": "2026-11-23T12:00:00Z"},
						map[string]any{"lastTransitionTime": test.written},
					},
				},
				"lastTimestamp": test.written,
			}}
			moveTimes([]*unstructured.Unstructured{object}, now)
			get := func(fields ...string) string {
				value, _, _ := unstructured.NestedString(object.Object, fields...)
				return value
			}
			conditions, _, _ := unstructured.NestedSlice(object.Object, "status", "conditions")
			for where, got := range map[string]string{
				"status":     conditions[1].(map[string]any)["lastTransitionTime"].(string),
				"annotation": get("metadata", "annotations", "reconcile.fluxcd.io/requestedAt"),
				"event":      get("lastTimestamp"),
			} {
				if got != test.want {
					t.Errorf("%s: got %s, want %s", where, got, test.want)
				}
			}
			for where, got := range map[string]string{"spec": get("spec", "at"), "name": get("metadata", "name")} {
				if got != test.written {
					t.Errorf("%s changed to %s", where, got)
				}
			}
		})
	}
}

func TestMoveTimesBack(t *testing.T) {
	object := &unstructured.Unstructured{Object: map[string]any{"status": map[string]any{"at": "2031-01-01T00:00:00Z"}}}
	now := time.Date(2030, 1, 1, 12, 0, 0, 400_000_000, time.UTC)
	moveTimes([]*unstructured.Unstructured{object}, now)
	if got, _, _ := unstructured.NestedString(object.Object, "status", "at"); got != "2030-01-01T12:00:00Z" {
		t.Errorf("got %s", got)
	}
}
