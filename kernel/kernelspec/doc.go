// Package kernelspec tells Jupyter about the kernel: it writes, lists and
// removes kernel specifications, directories with a kernel.json and logos.
//
//	dir, err := kernelspec.UserDir()
//	path, err := kernelspec.Install(dir, kernelspec.Default(executable))
//
// None of this needs Python or Jupyter to be there. Where the directories are:
// https://jupyter.readthedocs.io/en/latest/use/jupyter-directories.html
package kernelspec
