// This file lets Go functions without bodies be declared (typelinks_linux.go).
