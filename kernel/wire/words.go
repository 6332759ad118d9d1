package wire

// ProtocolVersion is the version of the messaging protocol spoken here.
const ProtocolVersion = "5.5"

// Channel names one of a kernel's sockets.
type Channel string

// The five channels of a kernel.
const (
	Shell     Channel = "shell"
	Control   Channel = "control"
	Stdin     Channel = "stdin"
	IOPub     Channel = "iopub"
	Heartbeat Channel = "hb"
)

// Channels lists all channels in the order in which they are opened.
func Channels() []Channel { return []Channel{IOPub, Heartbeat, Control, Stdin, Shell} }

// Message types, in the order of the specification.
const (
	ExecuteRequest        = "execute_request"
	ExecuteReply          = "execute_reply"
	InspectRequest        = "inspect_request"
	InspectReply          = "inspect_reply"
	CompleteRequest       = "complete_request"
	CompleteReply         = "complete_reply"
	HistoryRequest        = "history_request"
	HistoryReply          = "history_reply"
	IsCompleteRequest     = "is_complete_request"
	IsCompleteReply       = "is_complete_reply"
	ConnectRequest        = "connect_request"
	ConnectReply          = "connect_reply"
	CommInfoRequest       = "comm_info_request"
	CommInfoReply         = "comm_info_reply"
	KernelInfoRequest     = "kernel_info_request"
	KernelInfoReply       = "kernel_info_reply"
	ShutdownRequest       = "shutdown_request"
	ShutdownReply         = "shutdown_reply"
	InterruptRequest      = "interrupt_request"
	InterruptReply        = "interrupt_reply"
	DebugRequest          = "debug_request"
	DebugReply            = "debug_reply"
	UsageRequest          = "usage_request"
	UsageReply            = "usage_reply"
	CreateSubshellRequest = "create_subshell_request"
	DeleteSubshellRequest = "delete_subshell_request"
	ListSubshellRequest   = "list_subshell_request"

	Stream            = "stream"
	DisplayData       = "display_data"
	UpdateDisplayData = "update_display_data"
	ExecuteInput      = "execute_input"
	ExecuteResult     = "execute_result"
	Error             = "error"
	Status            = "status"
	ClearOutput       = "clear_output"
	IOPubWelcome      = "iopub_welcome"

	InputRequest = "input_request"
	InputReply   = "input_reply"

	CommOpen  = "comm_open"
	CommMsg   = "comm_msg"
	CommClose = "comm_close"
)

// The execution states of a status message.
const (
	StateStarting = "starting"
	StateBusy     = "busy"
	StateIdle     = "idle"
)

// The values of a reply's status.
const (
	StatusOK      = "ok"
	StatusError   = "error"
	StatusAborted = "aborted"
)
