// Package session is the command that lists, shows, resumes, archives and
// prunes sessions.
package session

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/spf13/cobra"
	"k8s.io/kubectl/pkg/util/templates"

	"github.com/fluxctx/kubectl-fluxctx/pkg/cmd/report"
	"github.com/fluxctx/kubectl-fluxctx/pkg/cmdutil"
	"github.com/fluxctx/kubectl-fluxctx/pkg/session"
	"github.com/fluxctx/kubectl-fluxctx/pkg/ui"
)

// folders are where sessions are looked for: the folder of the session files,
// and the archive.
type folders struct {
	factory *cmdutil.Factory
	dir     string
}

func (f *folders) archive() *session.Archive { return session.NewArchive(cmdutil.ArchiveDir()) }

// NewCommand returns the session command.
func NewCommand(factory *cmdutil.Factory) *cobra.Command {
	where := &folders{factory: factory, dir: os.TempDir()}
	cmd := &cobra.Command{
		Use:   "session",
		Short: "List, show, resume, archive and prune sessions",
		Example: templates.Examples(fmt.Sprintf(`
			# Sessions, newest first, those of the archive included
			%[1]s session list

			# Go on with one, or do a part of it again
			%[1]s session resume ID
			%[1]s session resume ID --from flux_docs_loaded

			# Remove what is older than a week
			%[1]s session prune --older-than 168h`, factory.Program)),
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.PersistentFlags().StringVar(&where.dir, "session-dir", where.dir, "Folder of the session files.")
	cmd.AddCommand(newList(where), newShow(where), newResume(where), newArchive(where), newPrune(where))
	return cmd
}

// entries lists the sessions of both places, each once.
func (f *folders) entries() ([]session.Entry, error) {
	live, err := session.List(f.dir)
	archived, archiveErr := f.archive().List()
	seen := map[string]bool{}
	for _, entry := range live {
		seen[entry.SessionID] = true
	}
	for _, entry := range archived {
		if !seen[entry.SessionID] {
			live = append(live, entry)
		}
	}
	return live, errors.Join(err, archiveErr)
}

// load finds a session by its id, in the folder before the archive.
func (f *folders) load(id string) (*session.Entry, error) {
	entry, err := session.Load(f.dir, id)
	if errors.Is(err, fs.ErrNotExist) {
		entry, err = f.archive().Load(id)
	}
	if err != nil {
		return nil, cmdutil.Errorf(fmt.Sprintf("'%s session list' shows the sessions there are", f.factory.Program),
			"there is no session %q in %s or in the archive: %w", id, f.dir, err)
	}
	return entry, nil
}

// complete offers the ids of all sessions.
func (f *folders) complete(_ *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	entries, _ := f.entries()
	offers := make([]string, len(entries))
	for i, entry := range entries {
		offers[i] = entry.SessionID + "\t" + entry.Folder
	}
	return offers, cobra.ShellCompDirectiveNoFileComp
}

func newList(where *folders) *cobra.Command {
	var output string
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List sessions, newest first",
		Example: templates.Examples(fmt.Sprintf("%s session list", where.factory.Program)),
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			entries, err := where.entries()
			switch output {
			case "json":
				return errors.Join(writeJSON(where.factory, entries), err)
			case "":
				printList(where.factory, entries)
				return err
			}
			return cmdutil.UnknownWord("output format", output, []string{"json"})
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", output, "Output format. One of: (json).")
	return cmd
}

func printList(factory *cmdutil.Factory, entries []session.Entry) {
	muted := factory.Terminal().Theme.Muted.Render
	rows := [][]string{{muted("SESSION"), muted("AGE"), muted("STATE"), muted("CHECKPOINT"), muted("FOLDER")}}
	for _, entry := range entries {
		state := "unfinished"
		if entry.Complete {
			state = "complete"
		}
		if entry.Archived {
			state += ", archived"
		}
		rows = append(rows, []string{
			entry.SessionID, factory.Now().Sub(entry.Updated).Round(time.Second).String(), state,
			entry.Checkpoints.LastCheckpoint, entry.Folder,
		})
	}
	for _, line := range ui.Columns(rows) {
		fmt.Fprintln(factory.Streams.Out, line)
	}
}

func newShow(where *folders) *cobra.Command {
	output := "json"
	cmd := &cobra.Command{
		Use:   "show ID",
		Short: "Show the state of a session, or its context summary",
		Example: templates.Examples(fmt.Sprintf(`
			%[1]s session show ID

			# The context summary, ready to hand to an assistant
			%[1]s session show ID -o markdown`, where.factory.Program)),
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: where.complete,
		RunE: func(_ *cobra.Command, args []string) error {
			if output != "json" && output != "markdown" {
				return cmdutil.UnknownWord("output format", output, []string{"json", "markdown"})
			}
			entry, err := where.load(args[0])
			if err != nil {
				return err
			}
			if output == "json" {
				return writeJSON(where.factory, entry.State)
			}
			return where.summary(entry)
		},
	}
	cmd.Flags().StringVarP(&output, "output", "o", output, "Output format: the state, or the context summary. One of: (json, markdown).")
	return cmd
}

// summary prints the context summary, which a run leaves in the archive when it
// reaches its end.
func (f *folders) summary(entry *session.Entry) error {
	summary, err := f.archive().File(entry.SessionID, session.SummaryFile)
	if err != nil {
		return cmdutil.Errorf(fmt.Sprintf("'%s session resume %s' goes on to the end and writes one", f.factory.Program, entry.SessionID),
			"session %s has no context summary: %w", entry.SessionID, err)
	}
	_, err = f.factory.Streams.Out.Write(summary)
	return err
}

func newResume(where *folders) *cobra.Command {
	from := ""
	flags := report.NewFlags(where.factory)
	cmd := &cobra.Command{
		Use:               "resume ID",
		Short:             "Go on with a session, or do it again from a checkpoint",
		Example:           templates.Examples(fmt.Sprintf("%s session resume ID --from flux_docs_loaded", where.factory.Program)),
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: where.complete,
		RunE: func(cmd *cobra.Command, args []string) error {
			where.dir = flags.SessionDir // the flag of the main job takes the place of ours
			resumed, err := where.resume(args[0], from)
			if err != nil {
				return err
			}
			if flags.Repo == "" {
				flags.Repo = resumed.State().Folder
			}
			options, err := flags.ToOptions(cmd.Context(), where.factory, resumed.State().Focus)
			if err != nil {
				return errors.Join(err, resumed.Close())
			}
			options.Engine.Resumed = resumed
			return options.Run(cmd.Context())
		},
	}
	flags.AddFlags(cmd)
	cmd.Flags().StringVar(&from, "from", from, "Checkpoint to go back to before going on; the documents of later ones are loaded again.")
	_ = cmd.RegisterFlagCompletionFunc("from", cobra.FixedCompletions(session.Checkpoints(), cobra.ShellCompDirectiveNoFileComp))
	return cmd
}

// resume opens a session, from the archive when its file is gone.
func (f *folders) resume(id, from string) (*session.Session, error) {
	entry, err := f.load(id)
	if err != nil {
		return nil, err
	}
	open := func() (*session.Session, error) { return session.Resume(f.dir, id) }
	if entry.Archived {
		open = func() (*session.Session, error) { return session.Restore(f.dir, entry.State) }
	}
	resumed, err := open()
	if errors.Is(err, session.ErrInUse) {
		return nil, cmdutil.Errorf("wait for that process, or end it", "session %s is in use: %w", id, err)
	}
	if err != nil {
		return nil, err
	}
	if from != "" {
		if err := resumed.RollBack(from, f.factory.Now()); err != nil {
			return nil, errors.Join(err, resumed.Close())
		}
	}
	return resumed, nil
}

func newArchive(where *folders) *cobra.Command {
	return &cobra.Command{
		Use:               "archive ID",
		Short:             "Keep a session beyond the life of the temporary folder",
		Example:           templates.Examples(fmt.Sprintf("%s session archive ID", where.factory.Program)),
		Args:              cobra.ExactArgs(1),
		ValidArgsFunction: where.complete,
		RunE: func(_ *cobra.Command, args []string) error {
			entry, err := where.load(args[0])
			if err != nil {
				return err
			}
			if entry.Archived {
				fmt.Fprintf(where.factory.Streams.ErrOut, "%s session %s is archived already\n", where.factory.ErrTerminal().Symbols.Good, entry.SessionID)
				return nil
			}
			return where.archive().Save(entry.State, nil)
		},
	}
}

func newPrune(where *folders) *cobra.Command {
	limits := session.DefaultLimits()
	cmd := &cobra.Command{
		Use:     "prune",
		Short:   "Remove old sessions from the folder and the archive",
		Example: templates.Examples(fmt.Sprintf("%s session prune --older-than 168h --keep 20", where.factory.Program)),
		Args:    cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			now := where.factory.Now()
			removed, err := session.Prune(where.dir, limits, now)
			archived, archiveErr := where.archive().Prune(limits, now)
			for _, id := range append(removed, archived...) {
				fmt.Fprintln(where.factory.Streams.Out, id)
			}
			return errors.Join(err, archiveErr)
		},
	}
	cmd.Flags().DurationVar(&limits.MaxAge, "older-than", limits.MaxAge, "Remove sessions that were last written before that; 0 means none.")
	cmd.Flags().IntVar(&limits.MaxCount, "keep", limits.MaxCount, "Keep at most that many in each place; 0 means all.")
	return cmd
}

func writeJSON(factory *cmdutil.Factory, value any) error {
	encoder := json.NewEncoder(factory.Streams.Out)
	encoder.SetIndent("", "    ")
	return encoder.Encode(value)
}
