// Package experiment turns a [Config] into a [Run]: TD3 on one task with one
// actor and one seed, evaluated as the paper does, kept in a folder from which
// it can be resumed, and gathered with others in a [Sweep].
//
//	run, err := experiment.New(experiment.DefaultConfig("Hopper-v3"), experiment.Parts{})
//	defer run.Close()
//	err = run.Train(ctx, func(p experiment.Progress) { ... })
//
// # The schedule
//
// Per environment step t = 1, 2, ...: an action, uniformly random while
// t <= StartSteps, later the policy's plus noise; the transition goes to the
// replay buffer (an episode cut by the time limit as not terminal); from
// t = UpdateAfter on, UpdateEvery updates follow every UpdateEvery steps;
// after every EvalEvery steps EvalEpisodes episodes without noise run side by
// side in environments of their own, through one network pass per step.
// The defaults are the paper's as far as it tells them: 10,000 random steps,
// from step 1,000 on 50 updates every 50 steps, 10 episodes every 10,000.
//
// A simulation that diverges ends its episode; the transition is left out and
// observers are warned. Any other error of a task ends Train.
//
// # Bits
//
// Every consumer of randomness has a stream of its own: "env/0" the initial
// states of training, "random actions", "replay" the batches, "exploration"
// and "td3/target" the noise, "actor/init", "q1/init", "q2/init" the weights,
// "actor/coding" the spikes of stochastic codings. An evaluation uses streams
// named after its step, so that looking never changes a run. Equal
// configurations give equal bytes in progress.csv, evaluations.csv,
// episodes.csv and best.ckpt on the same machine and build, however often the
// run was interrupted or killed. Another processor may choose other vector
// instructions and so other last bits: manifest.json notes both.
//
// # The folder
//
// A checkpoint (latest.ckpt) holds weights, targets, Adam's moments, the
// normaliser, all streams, the simulation, the tables, the best policy and the
// configuration; of the replay buffer only how far its files count. What does
// not fit on the disk stays in memory, with a warning, until there is room.
// One process at a time trains in a folder.
//
// The folder vouches for itself: whoever reads it compares manifest,
// checkpoint, tables and best policy. What the checkpoint knows better is
// taken from there, with a note, and written anew by a resume; what nobody can
// mend is an error with file and row.
//
// Ownership: the program makes, replaces, shortens and deletes only the files
// that manifest.json lists, and lists a name only where nothing of that name
// is. Links, folders, read-only and unlisted files in the way are refused by
// name. A listed file that somebody else has changed is kept beside as
// NAME.damaged-N. Outputs that a command is told to write (export, report, run
// -o) replace a plain file of that name, never a link or a file of a run.
//
// # The metric
//
// [PaperScore] is Table 1's: the maximum over evaluations of the mean over
// seeds, not smoothed, with the population standard deviation there.
// [PaperBand] is what the paper's curves show. Package stats has what the
// field uses since.
//
// A Run, an Actor and an evaluation belong to one goroutine at a time; any
// number of runs may go on side by side, as a Sweep does.
package experiment
