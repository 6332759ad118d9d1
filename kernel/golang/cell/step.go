package cell

// A Step is a part of the work on a cell, before the cell itself runs.
type Step string

const (
	StepMagic    Step = "reading the magics of"
	StepParse    Step = "parsing"
	StepImport   Step = "importing the packages of"
	StepCheck    Step = "checking"
	StepEvaluate Step = "evaluating"
	StepLower    Step = "lowering"
	StepEmit     Step = "writing the code of"
	StepCompile  Step = "compiling"
	StepLoad     Step = "loading"
	StepCommit   Step = "committing"
)
