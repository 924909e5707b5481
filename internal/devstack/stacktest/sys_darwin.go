package stacktest

import "syscall"

func dieWithParent(*syscall.SysProcAttr) {}
