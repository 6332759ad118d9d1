"""The public jupyter_kernel_test suite for a Go kernel.

  KERNEL=<kernelspec name> python3 -m unittest -v public_suite

Needs the package jupyter_kernel_test (0.7.0 from PyPI, or Debian's python3-jupyter-kernel-test 0.4.5).
"""
import os, unittest, jupyter_kernel_test as jkt
print('jupyter_kernel_test', jkt.__version__, jkt.__file__)
class GoKernelTests(jkt.KernelTests):
    kernel_name = os.environ['KERNEL']
    language_name = 'go'; file_extension = '.go'
    code_hello_world = 'import "fmt"\nfmt.Println("hello, world")'
    code_stderr = 'import "fmt"\nimport "os"\nfmt.Fprintln(os.Stderr, "oops")'
    completion_samples = [{'text': 'fmt.Sprint', 'matches': {'Sprint', 'Sprintf', 'Sprintln'}}]
    complete_code_samples = ['1', 'fmt.Println("hello")', 'func f(x int) int {\n  return x*2\n}', 'x := 1']
    incomplete_code_samples = ['fmt.Println("hello', 'func f(x int) int {', 'if true {', 'fmt.Println(', 'x := `raw']
    invalid_code_samples = ['func func', 'x := := 7q', ')']
    code_generate_error = 'panic("boom")'
    code_execute_result = [{'code': '6*7', 'result': '42'}, {'code': '"a"+"b"'}, {'code': '1+2', 'result': '3'}]
    code_display_data = [{'code': 'display.Show(display.HTML("<b>bold</b>"))', 'mime': 'text/html'}]
    code_history_pattern = '1?2*'
    supported_history_operations = ('tail', 'range', 'search')
    code_inspect_sample = 'fmt.Println'
    code_page_something = '?fmt.Println'
    code_clear_output = 'display.ClearOutput(false)'
if hasattr(jkt, 'IopubWelcomeTests'):
    class W(jkt.IopubWelcomeTests): kernel_name = os.environ['KERNEL']; support_iopub_welcome = True
