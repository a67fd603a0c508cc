// SPDX-License-Identifier: Apache-2.0
// Takes a PCI device away from the kernel's network stack, for DPDK: by sysfs, as driverctl(8) does.

#pragma once

#include <stddef.h>

#define PCI_BIND_SENTENCE 256

// Binds the device at `address` (as 0000:03:00.0) to `driver`: vfio-pci, uio_pci_generic, or "" for the former if the device has an
// IOMMU, else the latter. `sysfs` is where it is mounted. A device that this machine itself uses is left alone, and one
// that cannot be bound is given back. Returns NULL when it is
// bound, also before; else `sentence`, which says what to do, without a full stop. Needs root.
const char *pci_bind(const char *sysfs, const char *address, const char *driver, char sentence[PCI_BIND_SENTENCE]);
