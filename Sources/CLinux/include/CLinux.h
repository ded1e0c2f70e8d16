// C declarations that Glibc's module map leaves out. One header a subject; GNU-only calls are wrapped in
// the .c file of the same name, as _GNU_SOURCE must not reach a public header.
#pragma once
#include "CLinuxMemory.h"
#include "CLinuxNamespaces.h"
#include "CLinuxNetlink.h"
#include "CLinuxPackets.h"
#include "CLinuxPolling.h"
#include "CLinuxProcesses.h"
#include "CLinuxSockets.h"
