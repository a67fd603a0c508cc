// SPDX-License-Identifier: Apache-2.0
// The region's file: see region_file.h.

#include "region_file.h"

#include "message.h"
#include "privileges.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

void
region_file_lock(const char *directory)
{
	char path[4096];

	if (mkdir(directory, 0750) != 0 && errno != EEXIST)
		fatal("cannot make %s: %s", directory, strerror(errno));
	privileges_give(directory, 0750);
	snprintf(path, sizeof(path), "%s/lock", directory);
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (fd < 0)
		fatal("cannot open %s: %s", path, strerror(errno));
	if (flock(fd, LOCK_EX | LOCK_NB) != 0)
		fatal("another appliance runs in %s; stop it, or give this one a --run-dir of its own", directory);
	// The descriptor stays open on purpose: the lock ends with the process.
}

// This boot's identity: times in records mean nothing in another.
static void
read_boot_id(uint8_t id[16])
{
	char text[64] = "";
	FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");
	int n = 0;

	if (f == NULL || fgets(text, sizeof(text), f) == NULL)
		fatal("cannot read the boot id: is /proc mounted?");
	fclose(f);
	for (const char *at = text; *at != 0 && n < 16; at++) {
		unsigned byte;
		if (*at == '-' || sscanf(at, "%2x", &byte) != 1)
			continue;
		id[n++] = (uint8_t)byte;
		at++;
	}
}

static bool
rings_whole(const struct region *region)
{
	for (unsigned w = 0; w < WORKERS_MAX; w++)
		if (!event_ring_whole(region->rings[w], REGION_EVENTS))
			return false;
	return true;
}

static const char *
refuse(const struct region *region, const struct region_geometry *geometry)
{
	const struct region_header *header = region->header;
	uint8_t boot[16] = {0};

	read_boot_id(boot);
	if (memcmp(boot, header->boot_id, sizeof(boot)) != 0)
		return "it is of an earlier boot";
	// Another number of workers is no reason: records belong to no worker until they are adopted.
	if (header->engine.subscribers != geometry->engine.subscribers ||
	    header->engine.watches != geometry->engine.watches ||
	    header->engine.detectors != geometry->engine.detectors || header->links != geometry->links)
		return "it was made for other sizes";
	return rings_whole(region) ? NULL : "its event rings are damaged";
}

// Maps the file and checks it. NULL when it was adopted, "" when there is none, else what is wrong with it.
static const char *
adopt(struct region_file *file, const struct region_geometry *geometry)
{
	struct stat status;
	int fd = open(file->path, O_RDWR | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0)
		return errno == ENOENT ? "" : strerror(errno);
	if (fstat(fd, &status) != 0 || status.st_size < REGION_HEADER_SIZE) {
		close(fd);
		return "it is too short";
	}
	size_t size = (size_t)status.st_size;
	void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
	close(fd);
	if (memory == MAP_FAILED)
		return strerror(errno);

	const char *wrong = region_bind(&file->region, memory, size);
	if (wrong == NULL)
		wrong = refuse(&file->region, geometry);
	if (wrong != NULL) {
		munmap(memory, size);
		return wrong;
	}
	// Workers and sessions may differ: neither has a record in the file.
	file->region.header->engine = geometry->engine;
	return NULL;
}

static void
initialise(struct region *region, void *memory, const struct region_header *filled)
{
	struct region_header *header = memory;

	*header = *filled;
	read_boot_id(header->boot_id);
	region_bind(region, memory, filled->size);
	for (unsigned w = 0; w < WORKERS_MAX; w++)
		event_ring_init(region->rings[w], REGION_EVENTS);
}

// A new file under another name, whole before it gets the right one.
static const char *
create(struct region_file *file, const struct region_header *filled)
{
	char path[sizeof(file->path) + 4];

	snprintf(path, sizeof(path), "%s.new", file->path);
	unlink(path);
	int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (fd < 0)
		return strerror(errno);
	// Every page now: a full file system must be an error here, not a SIGBUS under traffic.
	int error = posix_fallocate(fd, 0, (off_t)filled->size);
	void *memory = error != 0 ? MAP_FAILED
				  : mmap(NULL, filled->size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, 0);
	if (error == 0 && memory == MAP_FAILED)
		error = errno;
	close(fd);
	if (memory != MAP_FAILED) {
		initialise(&file->region, memory, filled);
		privileges_give(path, 0640);
		if (rename(path, file->path) == 0)
			return NULL;
		error = errno;
		munmap(memory, filled->size);
	}
	unlink(path);
	return strerror(error);
}

static void
replace(struct region_file *file, const struct region_geometry *geometry)
{
	struct region_header filled = {0};

	region_header_fill(&filled, geometry);
	const char *wrong = create(file, &filled);
	file->in_file = wrong == NULL;
	if (file->in_file)
		return;

	message("cannot make %s of %llu MiB: %s; traffic passes unjudged until there is room and it is started again",
		file->path, (unsigned long long)filled.size >> 20, wrong);
	void *memory = mmap(NULL, filled.size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		fatal("no memory for %llu MiB: %s", (unsigned long long)filled.size >> 20, strerror(errno));
	initialise(&file->region, memory, &filled);
}

// A worker's store must never wait for a disk.
static void
warn_of_disk(const char *directory)
{
	struct statfs fs;

	if (statfs(directory, &fs) == 0 && fs.f_type != TMPFS_MAGIC && fs.f_type != HUGETLBFS_MAGIC)
		message("%s is not on a tmpfs: a busy disk may hold up traffic; use a --run-dir that is on one",
			directory);
}

void
region_file_open(struct region_file *file, const char *directory, const struct region_geometry *geometry)
{
	snprintf(file->path, sizeof(file->path), "%s/region", directory);
	warn_of_disk(directory);
	const char *wrong = adopt(file, geometry);

	file->in_file = wrong == NULL;
	if (wrong == NULL)
		return;
	if (*wrong != 0)
		message("starts with an empty region in place of %s: %s", file->path, wrong);
	replace(file, geometry);
}

void
region_file_check(struct region_file *file, const struct region_geometry *geometry)
{
	struct region again;
	const char *wrong = region_bind(&again, file->region.header, file->region.size);

	if (wrong == NULL)
		wrong = refuse(&file->region, geometry);
	if (wrong == NULL)
		return;
	message("starts with an empty region in place of %s: %s", file->path, wrong);
	munmap(file->region.header, file->region.size);
	replace(file, geometry);
}
