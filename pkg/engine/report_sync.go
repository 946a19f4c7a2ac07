package engine

import (
	"github.com/fluxctx/kubectl-fluxctx/pkg/api/v1alpha1"
	"github.com/fluxctx/kubectl-fluxctx/pkg/model"
)

// shownCommits is how many commits of a list the report has; it counts all.
const shownCommits = 10

func reportSync(sync *model.Sync) *v1alpha1.Sync {
	if sync == nil {
		return nil
	}
	report := &v1alpha1.Sync{
		Matched: sync.Matched(),
		Reason:  sync.Mismatch,
		Path:    sync.Path,
		Sources: convert(sync.Sources, func(s model.SyncedSource) v1alpha1.SyncedSource {
			return v1alpha1.SyncedSource{
				Object: objectRef(s.ID), URL: s.URL, Remote: s.Remote, Branch: s.Branch, Upstream: s.Upstream, Artifact: s.Artifact, Fetched: s.Fetched, MergeBase: s.MergeBase,
				NotPushed: reportCommits(s.NotPushed), NotFetched: reportCommits(s.NotFetched), NotHere: reportCommits(s.NotHere), Summary: s.Summary,
			}
		}),
		Kustomizations: convert(sync.Kustomizations, func(k model.SyncedKustomization) v1alpha1.SyncedKustomization {
			return v1alpha1.SyncedKustomization{
				Object: objectRef(k.ID), Source: objectRef(k.Source), Path: k.Path, Applied: k.Applied, Attempted: k.Attempted,
				NotApplied: reportCommits(k.NotApplied), Pending: reportCommits(k.Pending), Inventory: convert(k.Inventory, reportInventoryObject), Summary: k.Summary,
			}
		}),
	}
	if sync.Root != (model.ID{}) {
		root := objectRef(sync.Root)
		report.Root = &root
	}
	return report
}

func reportInventoryObject(o model.InventoryObject) v1alpha1.InventoryObject {
	report := v1alpha1.InventoryObject{
		ObjectRef: objectRef(o.ID), Origin: o.Origin.String(), File: o.Location.File, Line: o.Location.Line, Absence: reportAbsence(o.Absence),
	}
	if o.Commit != nil {
		report.Commit = o.Commit.Hash
	}
	return report
}

func reportCommits(commits model.Commits) v1alpha1.Commits {
	newest := commits.List
	if len(newest) > shownCommits {
		newest = newest[:shownCommits]
	}
	return v1alpha1.Commits{
		Count: len(commits.List), AtLeast: commits.AtLeast,
		Newest: convert(newest, func(c model.Commit) v1alpha1.Commit { return *reportCommit(&c) }),
	}
}

func reportCommit(commit *model.Commit) *v1alpha1.Commit {
	if commit == nil {
		return nil
	}
	return &v1alpha1.Commit{Hash: commit.Hash, Subject: commit.Subject, Author: commit.Author, Time: reportTime(commit.Time)}
}

func reportAbsence(absence *model.Absence) *v1alpha1.Absence {
	if absence == nil {
		return nil
	}
	return &v1alpha1.Absence{From: absence.From.String(), Reason: string(absence.Reason), Message: absence.Message, Expected: absence.Expected}
}

func reportDrift(drift model.Drift) v1alpha1.Drift {
	return v1alpha1.Drift{
		Field: drift.Field, Git: drift.Git, Cluster: drift.Cluster, File: drift.File, Line: drift.Line, Pending: drift.Pending,
		Manager: drift.Manager, Time: reportTime(drift.Time), Message: drift.Text,
	}
}
