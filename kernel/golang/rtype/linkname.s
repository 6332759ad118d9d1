// This file lets Go functions without bodies be declared (abi.go).
