// Package slurm is the little of Slurm that a sweep needs: submit an array of
// jobs, see how its tasks stand, put oneself back into the queue. It calls
// Slurm's own commands, so that whatever the site has set up (SLURM_CONF,
// SBATCH_PARTITION, accounts) holds.
//
// A task is known by its job's name and its index, not by a number that Slurm
// gave: the name is the caller's choice, so that jobs are found again by
// another process, on another day.
package slurm

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
)

// Array is an array of jobs: the script is run once for each index from 0 to
// Size-1, with SLURM_ARRAY_TASK_ID set to it.
type Array struct {
	Name    string   // of the job; to be found again by
	Script  string   // path of the script
	Size    int      // number of tasks, at least 1
	AtOnce  int      // tasks that run side by side at most; 0: as many as there is room for
	Log     string   // path of a task's log, %a in it is the index
	Options []string // more options of sbatch, such as "--partition=long"
}

// Submit puts the array into the queue and returns its job number.
//
// Tasks may be put back into the queue by Slurm, when they are preempted or
// their node fails. Two minutes before their time limit they get a SIGTERM.
func Submit(ctx context.Context, a Array) (string, error) {
	indices := fmt.Sprintf("--array=0-%d", a.Size-1)
	if a.AtOnce > 0 {
		indices += fmt.Sprintf("%%%d", a.AtOnce)
	}
	args := append([]string{"--parsable", "--requeue", "--signal=B:TERM@120", "--open-mode=append",
		"--job-name=" + a.Name, "--output=" + a.Log, "--cpus-per-task=1", indices}, a.Options...)
	out, err := run(ctx, "sbatch", append(args, a.Script)...)
	if err != nil {
		return "", err
	}
	id, _, _ := strings.Cut(strings.TrimSpace(out), ";") // a cluster's name may follow
	return id, nil
}

// Task is how one task of an array stands.
type Task struct {
	Name  string // of its job
	Index int
	Job   string // such as 123_4, what scontrol and scancel take
	State string // Slurm's word, such as PENDING or RUNNING
}

// Ended reports whether the task neither runs nor will.
func (t Task) Ended() bool {
	return slices.Contains([]string{"BOOT_FAIL", "CANCELLED", "COMPLETED", "DEADLINE", "FAILED", "NODE_FAIL",
		"OUT_OF_MEMORY", "REVOKED", "TIMEOUT"}, t.State)
}

// Tasks returns the tasks of the jobs of these names that Slurm still knows,
// and among them those that have ended within the last minutes.
func Tasks(ctx context.Context, names ...string) ([]Task, error) {
	if len(names) == 0 {
		return nil, nil
	}
	out, err := run(ctx, "squeue", "--noheader", "--array", "--states=all", "--format=%j|%F|%K|%T", "--name="+strings.Join(names, ","))
	if err != nil {
		return nil, err
	}
	return parseTasks(out)
}

func parseTasks(out string) ([]Task, error) {
	var tasks []Task
	for line := range strings.Lines(out) {
		f := strings.Split(strings.TrimSpace(line), "|")
		if len(f) != 4 {
			return nil, fmt.Errorf("slurm: squeue printed %q instead of name|job|index|state", line)
		}
		index, err := strconv.Atoi(f[2])
		if err != nil {
			return nil, fmt.Errorf("slurm: squeue printed the array index %q", f[2])
		}
		tasks = append(tasks, Task{f[0], index, f[1] + "_" + f[2], f[3]})
	}
	return tasks, nil
}

// Cancel ends all tasks of the jobs of these names; running ones get a SIGTERM
// first.
func Cancel(ctx context.Context, names ...string) error {
	var errs []error
	for _, name := range names {
		_, err := run(ctx, "scancel", "--name="+name)
		errs = append(errs, err)
	}
	return errors.Join(errs...)
}

// Inside reports whether this process is a job of Slurm's.
func Inside() bool { return os.Getenv("SLURM_JOB_ID") != "" }

// Requeue puts the job that this process is back into the queue, from which it
// starts again: for a job that was told to end, by preemption or for its time
// limit, with work left. A job that somebody cancelled stays cancelled, and
// the result is false.
func Requeue(ctx context.Context) (bool, error) {
	id := os.Getenv("SLURM_JOB_ID")
	out, err := run(ctx, "squeue", "--noheader", "--states=all", "--format=%T", "--jobs="+id)
	if err != nil {
		return false, err
	}
	if state := strings.TrimSpace(out); state != "RUNNING" {
		return false, nil
	}
	_, err = run(ctx, "scontrol", "requeue", id)
	return err == nil, err
}

// run runs one of Slurm's commands and returns what it prints.
func run(ctx context.Context, name string, args ...string) (string, error) {
	cmd := exec.CommandContext(ctx, name, args...)
	var out, complaint bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &complaint
	err := cmd.Run()
	if errors.Is(err, exec.ErrNotFound) {
		return "", fmt.Errorf("slurm: there is no %s on this machine: give the command on a machine of the cluster from which jobs are submitted: %w", name, err)
	}
	if err != nil {
		return "", fmt.Errorf("slurm: %s: %w: %s", name, err, strings.TrimSpace(complaint.String()))
	}
	return out.String(), nil
}
