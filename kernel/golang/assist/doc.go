// Package assist answers what front-ends ask about a cell while it is being
// written: completion, inspection, whether it is complete. It reads the
// session and changes nothing, also while a cell runs.
package assist
