// SPDX-License-Identifier: Apache-2.0
// Attaching a region: every doubt about the file is settled here.

#include "region_mapped.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define RESTART "restart the fast path, which then makes a new one"

static struct region_reader *
refused(struct region_fault *fault, const char *code, const char *format, ...)
{
	va_list arguments;

	fault->code = code;
	va_start(arguments, format);
	vsnprintf(fault->text, sizeof(fault->text), format, arguments);
	va_end(arguments);
	return NULL;
}

static struct region_reader *
refused_by_kernel(struct region_fault *fault, const char *path, int error)
{
	if (error == ENOENT || error == ENOTDIR)
		return refused(fault, "absent", "There is no region at %.300s: start the fast path.", path);
	if (error == EACCES || error == EPERM)
		return refused(fault, "no-permission",
			       "The region %.300s may not be read by this user: run as a member of the group "
			       "postern.",
			       path);
	return refused(fault, "unreadable", "The region %.300s cannot be read: %s.", path, strerror(error));
}

void
region_boot_id(uint8_t id[16])
{
	FILE *file = fopen("/proc/sys/kernel/random/boot_id", "re");
	unsigned digit, digits = 0;

	memset(id, 0, 16);
	if (file == NULL)
		return;
	while (digits < 32 && fscanf(file, "%*[-]") != EOF && fscanf(file, "%1x", &digit) == 1) {
		id[digits / 2] = (uint8_t)(id[digits / 2] << 4 | digit);
		digits++;
	}
	fclose(file);
}

static struct region_reader *
refused_as_cut(struct region_fault *fault, const char *path)
{
	return refused(fault, "too-short", "The region %.300s is shorter than its header says: " RESTART ".", path);
}

// Names what region_bind found wrong.
static struct region_reader *
refused_by_check(struct region_fault *fault, const char *path, const struct region_header *header, size_t size)
{
	if (memcmp(header->magic, REGION_MAGIC, sizeof(header->magic)) != 0)
		return refused(fault, "not-a-region", "%.300s is not a region.", path);
	if (header->version != REGION_VERSION || header->layout != region_layout())
		return refused(
			fault, "other-version",
			"The region %.300s was made by another version of the fast path: run both of one version.",
			path);
	if (size < header->size)
		return refused_as_cut(fault, path);
	return refused(fault, "damaged", "The region %.300s has a damaged header: " RESTART ".", path);
}

static struct region_reader *
check(struct region_reader *reader, const char *path, struct region_fault *fault)
{
	uint8_t page[REGION_HEADER_SIZE] __attribute__((aligned(64)));
	struct region unused;
	uint8_t boot_id[16];

	// Checked and kept is one copy: the file may change between two looks.
	if (pread(reader->fd, page, sizeof(page), 0) != (ssize_t)sizeof(page))
		return refused(fault, "too-short", "The region %.300s is shorter than a header: " RESTART ".", path);
	memcpy(&reader->header, page, sizeof(reader->header));
	if (region_bind(&unused, page, reader->size) != NULL)
		return refused_by_check(fault, path, &reader->header, reader->size);
	region_boot_id(boot_id);
	if (memcmp(boot_id, reader->header.boot_id, sizeof(boot_id)) != 0)
		return refused(fault, "other-boot", "The region %.300s is of an earlier boot: start the fast path.",
			       path);
	reader->copy = aligned_alloc(64, reader->header.rings);
	return reader->copy == NULL ? refused_by_kernel(fault, path, ENOMEM) : reader;
}

// An inode's number may be given to another file later; not so its birth. 0: the file system does not tell it.
static uint64_t
born_ns(int fd)
{
	struct statx status;

	if (statx(fd, "", AT_EMPTY_PATH, STATX_BTIME, &status) != 0 || !(status.stx_mask & STATX_BTIME))
		return 0;
	return (uint64_t)status.stx_btime.tv_sec * 1000000000 + status.stx_btime.tv_nsec;
}

static void
forget(struct region_reader *reader)
{
	munmap((void *)(uintptr_t)reader->memory, reader->size);
	free(reader->copy);
	free(reader);
}

static struct region_reader *
attach(int fd, const char *path, struct region_fault *fault)
{
	struct stat status;

	if (fstat(fd, &status) != 0)
		return refused_by_kernel(fault, path, errno);
	if (!S_ISREG(status.st_mode))
		return refused(fault, "not-a-region", "%.300s is not a file.", path);
	if (status.st_size < REGION_HEADER_SIZE)
		return refused(fault, "too-short", "The region %.300s is shorter than a header: " RESTART ".", path);

	size_t size = (size_t)status.st_size;
	void *memory = mmap(NULL, size, PROT_READ, MAP_SHARED, fd, 0);
	if (memory == MAP_FAILED)
		return refused_by_kernel(fault, path, errno);
	struct region_reader *reader = aligned_alloc(_Alignof(struct region_reader), sizeof(*reader));
	if (reader == NULL) {
		munmap(memory, size);
		return refused_by_kernel(fault, path, ENOMEM);
	}
	*reader = (struct region_reader){
		.memory = memory,
		.size = size,
		.fd = fd,
		.device = status.st_dev,
		.inode = status.st_ino,
		.born_ns = born_ns(fd),
	};
	snprintf(reader->path, sizeof(reader->path), "%s", path);
	if (check(reader, path, fault) == NULL) {
		forget(reader);
		return NULL;
	}
	return reader;
}

struct region_reader *
region_reader_open(const char *path, struct region_fault *fault)
{
	// O_NONBLOCK: the path may name a pipe.
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0)
		return refused_by_kernel(fault, path, errno);

	struct region_reader *reader = attach(fd, path, fault);
	if (reader == NULL)
		close(fd);
	return reader;
}

void
region_reader_close(struct region_reader *reader)
{
	close(reader->fd);
	forget(reader);
}

bool
region_reader_refresh(struct region_reader *reader)
{
	size_t size = reader->header.rings;

	return region_reader_whole(reader) && pread(reader->fd, reader->copy, size, 0) == (ssize_t)size;
}

bool
region_reader_whole(const struct region_reader *reader)
{
	struct stat status;

	return fstat(reader->fd, &status) == 0 && (size_t)status.st_size >= reader->size;
}

void
region_reader_cut(const struct region_reader *reader, struct region_fault *fault)
{
	refused_as_cut(fault, reader->path);
}
