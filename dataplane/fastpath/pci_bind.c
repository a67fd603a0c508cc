// SPDX-License-Identifier: Apache-2.0
// PCI devices and their drivers: see pci_bind.h.

#include "pci_bind.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <limits.h>
#include <net/if.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

// Base class of network controllers (PCI Code and ID Assignment, 1.1).
#define CLASS_NETWORK 0x02

// What it takes to bind one device.
struct binding {
	const char *sysfs;
	const char *address;
	const char *driver;
	char *sentence;
};

__attribute__((format(printf, 2, 3))) static const char *
say(const struct binding *binding, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	vsnprintf(binding->sentence, PCI_BIND_SENTENCE, format, arguments);
	va_end(arguments);
	return binding->sentence;
}

__attribute__((format(printf, 3, 4))) static const char *
path_of(const struct binding *binding, char path[PATH_MAX], const char *format, ...)
{
	va_list arguments;
	int length = snprintf(path, PATH_MAX, "%s/bus/pci/", binding->sysfs);

	va_start(arguments, format);
	vsnprintf(path + length, PATH_MAX - (size_t)length, format, arguments);
	va_end(arguments);
	return path;
}

static bool
exists(const char *path)
{
	return access(path, F_OK) == 0;
}

// The driver that a device is bound to; "" for none.
static const char *
driver_of(const struct binding *binding, const char *address, char target[PATH_MAX])
{
	char path[PATH_MAX];
	ssize_t length = readlink(path_of(binding, path, "devices/%s/driver", address), target, PATH_MAX - 1);

	target[length < 0 ? 0 : length] = 0;
	const char *slash = strrchr(target, '/');
	return slash == NULL ? target : slash + 1;
}

// Returns an errno, or 0.
static int
write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	int error = fd < 0 || write(fd, text, strlen(text)) < 0 ? errno : 0;

	if (fd >= 0)
		close(fd);
	return error;
}

static bool
has_address(const char *interface)
{
	struct ifaddrs *all, *at;

	if (getifaddrs(&all) != 0)
		return false;
	for (at = all; at != NULL; at = at->ifa_next)
		if (strcmp(at->ifa_name, interface) == 0 && at->ifa_addr != NULL &&
		    (at->ifa_addr->sa_family == AF_INET || at->ifa_addr->sa_family == AF_INET6))
			break;
	freeifaddrs(all);
	return at != NULL;
}

static bool
is_up(const char *directory, const char *interface)
{
	char path[PATH_MAX + 300], text[32] = "";

	snprintf(path, sizeof(path), "%s/%s/flags", directory, interface);
	FILE *f = fopen(path, "re");
	if (f == NULL)
		return false;
	bool read = fgets(text, sizeof(text), f) != NULL;
	fclose(f);
	return read && (strtoul(text, NULL, 16) & IFF_UP) != 0;
}

// A disk that a slip of the hand named would be taken away from the system that runs on it.
static const char *
check_class(const struct binding *binding)
{
	char path[PATH_MAX], text[32] = "";
	FILE *f = fopen(path_of(binding, path, "devices/%s/class", binding->address), "re");

	if (f == NULL)
		return say(binding, "cannot read what the PCI device %s is: %s: %s", binding->address, path,
			   strerror(errno));
	bool read = fgets(text, sizeof(text), f) != NULL;
	fclose(f);
	if (!read || strtoul(text, NULL, 16) >> 16 != CLASS_NETWORK)
		return say(binding, "the PCI device %s is no network card; see lspci -D", binding->address);
	return NULL;
}

// The machine's own network interfaces in `directory`.
static const char *
check_interfaces(const struct binding *binding, const char *directory)
{
	DIR *interfaces = opendir(directory);
	const char *wrong = NULL;

	if (interfaces == NULL)
		return NULL;
	for (struct dirent *at; wrong == NULL && (at = readdir(interfaces)) != NULL;) {
		if (*at->d_name != '.' && (is_up(directory, at->d_name) || has_address(at->d_name)))
			wrong = say(
				binding,
				"the PCI device %s is this machine's own interface %s; if it is to be a port, first: "
				"ip addr flush dev %s; ip link set dev %s down",
				binding->address, at->d_name, at->d_name, at->d_name);
	}
	closedir(interfaces);
	return wrong;
}

// A virtio device has its interface one level deeper.
static const char *
check_not_ours(const struct binding *binding)
{
	char device[PATH_MAX], path[2 * PATH_MAX];
	DIR *parts = opendir(path_of(binding, device, "devices/%s", binding->address));
	snprintf(path, sizeof(path), "%s/net", device);
	const char *wrong = check_interfaces(binding, path);

	if (parts == NULL)
		return wrong;
	for (struct dirent *at; wrong == NULL && (at = readdir(parts)) != NULL;) {
		if (strncmp(at->d_name, "virtio", 6) != 0)
			continue;
		snprintf(path, sizeof(path), "%s/%s/net", device, at->d_name);
		wrong = check_interfaces(binding, path);
	}
	closedir(parts);
	return wrong;
}

// vfio hands out whole groups of devices that the IOMMU cannot tell apart.
static const char *
check_group(const struct binding *binding)
{
	char path[PATH_MAX], target[PATH_MAX];
	DIR *group = opendir(path_of(binding, path, "devices/%s/iommu_group/devices", binding->address));
	const char *wrong = NULL;

	if (group == NULL)
		return say(
			binding,
			"the PCI device %s has no IOMMU, which vfio-pci needs: switch it on in the firmware and with "
			"intel_iommu=on or amd_iommu=on, or use pci:%s/uio_pci_generic",
			binding->address, binding->address);
	for (struct dirent *at; wrong == NULL && (at = readdir(group)) != NULL;) {
		if (*at->d_name == '.' || strcmp(at->d_name, binding->address) == 0)
			continue;
		const char *other = driver_of(binding, at->d_name, target);
		if (*other != 0 && strcmp(other, "vfio-pci") != 0 && strcmp(other, "pcieport") != 0)
			wrong = say(
				binding,
				"the PCI device %s shares its IOMMU group with %s, which %s drives; unbind that one or "
				"use another slot",
				binding->address, at->d_name, other);
	}
	closedir(group);
	return wrong;
}

// After what did not work: the device goes to whichever driver the kernel finds for it, as before.
static void
give_back(const struct binding *binding)
{
	char path[PATH_MAX], target[PATH_MAX];

	write_text(path_of(binding, path, "devices/%s/driver_override", binding->address), "\n");
	if (*driver_of(binding, binding->address, target) == 0)
		write_text(path_of(binding, path, "drivers_probe"), binding->address);
}

static const char *
rebind(const struct binding *binding)
{
	char path[PATH_MAX], target[PATH_MAX];
	int error = write_text(path_of(binding, path, "devices/%s/driver_override", binding->address), binding->driver);

	if (error == 0 && *driver_of(binding, binding->address, target) != 0)
		error = write_text(path_of(binding, path, "devices/%s/driver/unbind", binding->address),
				   binding->address);
	if (error == 0)
		error = write_text(path_of(binding, path, "drivers_probe"), binding->address);
	if (error == 0 && strcmp(driver_of(binding, binding->address, target), binding->driver) == 0)
		return NULL;
	if (error == 0)
		say(binding, "the driver %s refuses the PCI device %s; dmesg says why", binding->driver,
		    binding->address);
	else
		say(binding, "cannot bind the PCI device %s to %s: %s: %s", binding->address, binding->driver, path,
		    strerror(error));
	give_back(binding);
	return binding->sentence;
}

const char *
pci_bind(const char *sysfs, const char *address, const char *driver, char sentence[PCI_BIND_SENTENCE])
{
	struct binding binding = {.sysfs = sysfs, .address = address, .driver = driver, .sentence = sentence};
	char path[PATH_MAX], target[PATH_MAX];
	const char *wrong;

	if (!exists(path_of(&binding, path, "devices/%s", address)))
		return say(&binding, "there is no PCI device %s; see lspci -D", address);
	if ((wrong = check_class(&binding)) != NULL)
		return wrong;
	if (*driver == 0)
		binding.driver = exists(path_of(&binding, path, "devices/%s/iommu_group", address)) ? "vfio-pci"
												    : "uio_pci_generic";
	if (strcmp(driver_of(&binding, address, target), binding.driver) == 0)
		return NULL;
	if (!exists(path_of(&binding, path, "drivers/%s", binding.driver)))
		return say(&binding, "the driver %s is not loaded; load it with: modprobe %s", binding.driver,
			   binding.driver);
	if ((wrong = check_not_ours(&binding)) != NULL)
		return wrong;
	if (strcmp(binding.driver, "vfio-pci") == 0 && (wrong = check_group(&binding)) != NULL)
		return wrong;
	return rebind(&binding);
}
