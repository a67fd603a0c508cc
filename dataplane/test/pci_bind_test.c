// SPDX-License-Identifier: Apache-2.0
// Binding a PCI device, on a tree of files in place of sysfs. What the kernel does on a write is done in the place of write(2).

#include "pci_bind.h"

#include "test.h"

#include <errno.h>
#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>
#include <unistd.h>

#define ADDRESS  "0000:03:00.0"
#define NEIGHBOR "0000:03:00.1"

static char sysfs[] = "/tmp/pci_bind_test.XXXXXX";
static char log_text[512];  // what was written, in order: "file=text "
static const char *refuses; // a driver that takes no device
static const char *fails;   // a file that cannot be written

static const char *
path_of(const char *name)
{
	static char path[PATH_MAX];

	snprintf(path, sizeof(path), "%s/bus/pci/%s", sysfs, name);
	return path;
}

static void
make_directory(const char *name)
{
	char path[PATH_MAX];

	strcpy(path, path_of(name));
	for (char *at = path + 1; (at = strchr(at, '/')) != NULL; at++) {
		*at = 0;
		mkdir(path, 0755);
		*at = '/';
	}
	assert_true(mkdir(path, 0755) == 0 || errno == EEXIST);
}

static void
make_file(const char *name, const char *text)
{
	FILE *f = fopen(path_of(name), "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void
drive(const char *address, const char *driver)
{
	char name[128], target[256];

	snprintf(name, sizeof(name), "drivers/%s", driver);
	make_directory(name);
	snprintf(name, sizeof(name), "drivers/%s/unbind", driver);
	make_file(name, "");
	snprintf(name, sizeof(name), "devices/%s/driver", address);
	snprintf(target, sizeof(target), "../../drivers/%s", driver);
	assert_int_equal(symlink(target, path_of(name)), 0);
}

// The kernel: unbinds, and binds a device to the driver that its override names.
static void
kernel_acts(const char *file)
{
	char override[64] = "";

	if (strcmp(file, "unbind") == 0)
		unlink(path_of("devices/" ADDRESS "/driver"));
	if (strcmp(file, "drivers_probe") != 0)
		return;
	FILE *f = fopen(path_of("devices/" ADDRESS "/driver_override"), "r");
	assert_non_null(f);
	assert_non_null(fgets(override, sizeof(override), f));
	fclose(f);
	// An override of an empty line is none: the kernel finds a driver itself.
	if (override[0] == '\n')
		drive(ADDRESS, "ixgbe");
	else if (refuses == NULL || strcmp(override, refuses) != 0)
		drive(ADDRESS, override);
}

ssize_t __real_write(int fd, const void *bytes, size_t size);

ssize_t
__wrap_write(int fd, const void *bytes, size_t size)
{
	char link[64], path[PATH_MAX] = "";
	snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	const char *file = readlink(link, path, sizeof(path) - 1) < 0 ? NULL : strrchr(path, '/');

	if (file == NULL || strncmp(path, sysfs, strlen(sysfs)) != 0)
		return __real_write(fd, bytes, size);
	if (fails != NULL && strcmp(file + 1, fails) == 0) {
		errno = EBUSY;
		return -1;
	}
	size_t length = strlen(log_text);
	snprintf(log_text + length, sizeof(log_text) - length, "%s=%.*s ", file + 1, (int)size, (const char *)bytes);
	ssize_t written = __real_write(fd, bytes, size);
	kernel_acts(file + 1);
	return written;
}

static int
remove_one(const char *path, const struct stat *status, int flag, struct FTW *at)
{
	(void)status;
	(void)flag;
	(void)at;
	return remove(path);
}

static int
take_down(void **state)
{
	(void)state;
	return nftw(sysfs, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

// A card that the kernel drives, down and without address, with vfio-pci loaded and an IOMMU group of its own.
static int
set_up(void **state)
{
	(void)state;
	strcpy(strchr(sysfs, '.'), ".XXXXXX");
	assert_non_null(mkdtemp(sysfs));
	log_text[0] = 0;
	refuses = fails = NULL;
	make_directory("devices/" ADDRESS "/net/port0");
	make_file("devices/" ADDRESS "/net/port0/flags", "0x1002\n");
	make_file("devices/" ADDRESS "/class", "0x020000\n");
	make_file("devices/" ADDRESS "/driver_override", "(null)\n");
	make_file("drivers_probe", "");
	make_directory("devices/" ADDRESS "/iommu_group/devices/" ADDRESS);
	make_directory("drivers/vfio-pci");
	make_directory("drivers/uio_pci_generic");
	drive(ADDRESS, "ixgbe");
	return 0;
}

static void
assert_bound(const char *driver, const char *to)
{
	char sentence[PCI_BIND_SENTENCE] = "", target[256] = "";
	const char *wrong = pci_bind(sysfs, ADDRESS, driver, sentence);

	if (wrong != NULL)
		fail_msg("%s", wrong);
	assert_true(readlink(path_of("devices/" ADDRESS "/driver"), target, sizeof(target) - 1) > 0);
	assert_string_equal(strrchr(target, '/') + 1, to);
}

// The sentence has to begin so, and nothing may have been touched.
static void
assert_refused(const char *address, const char *driver, const char *begins)
{
	char sentence[PCI_BIND_SENTENCE] = "";
	const char *wrong = pci_bind(sysfs, address, driver, sentence);

	assert_non_null(wrong);
	if (strncmp(wrong, begins, strlen(begins)) != 0)
		fail_msg("it says: %s", wrong);
	assert_string_equal(log_text, "");
}

static void
a_device_is_unbound_and_bound_in_the_order_that_the_kernel_wants(void **state)
{
	(void)state;
	assert_bound("vfio-pci", "vfio-pci");
	assert_string_equal(log_text, "driver_override=vfio-pci unbind=" ADDRESS " drivers_probe=" ADDRESS " ");
}

static void
a_device_that_nobody_drives_is_only_bound(void **state)
{
	(void)state;
	unlink(path_of("devices/" ADDRESS "/driver"));
	assert_bound("uio_pci_generic", "uio_pci_generic");
	assert_string_equal(log_text, "driver_override=uio_pci_generic drivers_probe=" ADDRESS " ");
}

static void
a_device_that_is_bound_already_is_left_alone(void **state)
{
	(void)state;
	assert_bound("vfio-pci", "vfio-pci");
	log_text[0] = 0;
	assert_bound("vfio-pci", "vfio-pci");
	assert_string_equal(log_text, "");
}

static void
without_a_named_driver_the_iommu_decides(void **state)
{
	(void)state;
	assert_bound("", "vfio-pci");
	take_down(NULL);
	set_up(NULL);
	rmdir(path_of("devices/" ADDRESS "/iommu_group/devices/" ADDRESS));
	rmdir(path_of("devices/" ADDRESS "/iommu_group/devices"));
	rmdir(path_of("devices/" ADDRESS "/iommu_group"));
	assert_bound("", "uio_pci_generic");
}

static void
an_absent_device_and_an_absent_driver_are_told(void **state)
{
	(void)state;
	assert_refused("0000:04:00.0", "", "there is no PCI device 0000:04:00.0; see lspci -D");
	rmdir(path_of("drivers/vfio-pci"));
	assert_refused(ADDRESS, "vfio-pci", "the driver vfio-pci is not loaded; load it with: modprobe vfio-pci");
}

static void
a_device_that_is_no_network_card_is_told_and_left_alone(void **state)
{
	(void)state;
	make_file("devices/" ADDRESS "/class", "0x010802\n");
	assert_refused(ADDRESS, "vfio-pci", "the PCI device " ADDRESS " is no network card; ");
}

static void
a_device_whose_interface_is_up_or_has_an_address_is_left_to_the_machine(void **state)
{
	(void)state;
	make_file("devices/" ADDRESS "/net/port0/flags", "0x1003\n");
	assert_refused(ADDRESS, "", "the PCI device " ADDRESS " is this machine's own interface port0; ");
	make_file("devices/" ADDRESS "/net/port0/flags", "0x1002\n");
	// This machine's own loopback has one.
	make_directory("devices/" ADDRESS "/net/lo");
	make_file("devices/" ADDRESS "/net/lo/flags", "0x1002\n");
	assert_refused(ADDRESS, "", "the PCI device " ADDRESS " is this machine's own interface lo; ");
}

static void
a_virtio_device_in_use_is_left_to_the_machine(void **state)
{
	(void)state;
	make_directory("devices/" ADDRESS "/virtio2/net/eth7");
	make_file("devices/" ADDRESS "/virtio2/net/eth7/flags", "0x1003\n");
	assert_refused(ADDRESS, "", "the PCI device " ADDRESS " is this machine's own interface eth7; ");
}

static void
vfio_without_an_iommu_or_with_company_is_refused(void **state)
{
	(void)state;
	make_directory("devices/" ADDRESS "/iommu_group/devices/" NEIGHBOR);
	make_directory("devices/" NEIGHBOR);
	drive(NEIGHBOR, "ahci");
	assert_refused(ADDRESS, "vfio-pci",
		       "the PCI device " ADDRESS " shares its IOMMU group with " NEIGHBOR ", which ahci drives; ");
	rmdir(path_of("devices/" ADDRESS "/iommu_group/devices/" ADDRESS));
	rmdir(path_of("devices/" ADDRESS "/iommu_group/devices/" NEIGHBOR));
	rmdir(path_of("devices/" ADDRESS "/iommu_group/devices"));
	rmdir(path_of("devices/" ADDRESS "/iommu_group"));
	assert_refused(ADDRESS, "vfio-pci", "the PCI device " ADDRESS " has no IOMMU, which vfio-pci needs: ");
}

static void
a_driver_that_refuses_and_a_file_that_cannot_be_written_are_told(void **state)
{
	char sentence[PCI_BIND_SENTENCE];
	(void)state;

	fails = "unbind";
	assert_non_null(strstr(pci_bind(sysfs, ADDRESS, "vfio-pci", sentence), "unbind: Device or resource busy"));
	fails = NULL;
	refuses = "vfio-pci";
	assert_string_equal(pci_bind(sysfs, ADDRESS, "vfio-pci", sentence),
			    "the driver vfio-pci refuses the PCI device " ADDRESS "; dmesg says why");
	assert_non_null(strstr(log_text, "driver_override=\n drivers_probe=" ADDRESS));
	refuses = NULL;
	// It is the kernel's again, and can be bound once that works.
	assert_null(pci_bind(sysfs, ADDRESS, "vfio-pci", sentence));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_device_is_unbound_and_bound_in_the_order_that_the_kernel_wants,
						set_up, take_down),
		cmocka_unit_test_setup_teardown(a_device_that_nobody_drives_is_only_bound, set_up, take_down),
		cmocka_unit_test_setup_teardown(a_device_that_is_bound_already_is_left_alone, set_up, take_down),
		cmocka_unit_test_setup_teardown(without_a_named_driver_the_iommu_decides, set_up, take_down),
		cmocka_unit_test_setup_teardown(an_absent_device_and_an_absent_driver_are_told, set_up, take_down),
		cmocka_unit_test_setup_teardown(a_device_that_is_no_network_card_is_told_and_left_alone, set_up,
						take_down),
		cmocka_unit_test_setup_teardown(a_device_whose_interface_is_up_or_has_an_address_is_left_to_the_machine,
						set_up, take_down),
		cmocka_unit_test_setup_teardown(a_virtio_device_in_use_is_left_to_the_machine, set_up, take_down),
		cmocka_unit_test_setup_teardown(vfio_without_an_iommu_or_with_company_is_refused, set_up, take_down),
		cmocka_unit_test_setup_teardown(a_driver_that_refuses_and_a_file_that_cannot_be_written_are_told,
						set_up, take_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
