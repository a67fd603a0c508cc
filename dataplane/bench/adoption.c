// SPDX-License-Identifier: Apache-2.0
// The start that adopts: see adoption.h. As fastpath.c and region_file.c go about it: the region in memory of a tmpfs, the
// engine's own memory on huge pages if there are any.

#include "adoption.h"

#include "memory.h"

#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// The records' part of a region, as a file.
struct file {
	uint8_t *bytes;
	size_t watches; // where they begin, behind the subscribers
	size_t size;
	int fd;
};

static bool
file_map(struct file *file, int flags)
{
	file->bytes = mmap(NULL, file->size, PROT_READ | PROT_WRITE, MAP_SHARED | flags, file->fd, 0);
	return file->bytes != MAP_FAILED;
}

// What a process left that died: a file of its own for each round, because adoption writes to the records.
static bool
leave_records(const struct stand *stand, struct file *file)
{
	size_t subscribers = (size_t)stand->size.subscribers * sizeof(struct subscriber);
	size_t watches = stand->size.watches * watch_stride(stand->size.detectors);

	*file = (struct file){
		.watches = subscribers, .size = subscribers + watches, .fd = memfd_create("records", MFD_CLOEXEC)};
	if (file->fd < 0 || ftruncate(file->fd, (off_t)file->size) != 0 || !file_map(file, 0))
		return false;
	memcpy(file->bytes, stand->records.subscribers, subscribers);
	memcpy(file->bytes + file->watches, stand->records.watches, watches);
	munmap(file->bytes, file->size);
	return true;
}

// What its successor does. Returns whether it found every record good.
static bool
adopt(const struct stand *stand, struct file *file, struct memory *memory)
{
	static struct engine engine;
	const struct engine_size *size = &stand->size;
	const struct hash_secret secret = stand_secret();
	struct engine_records records = stand->records;

	*memory = memory_map(engine_memory_size(size));
	if (memory->bytes == NULL || !file_map(file, MAP_POPULATE))
		return false;
	records.subscribers = (void *)file->bytes;
	records.watches = (void *)(file->bytes + file->watches);
	struct engine_adoption adoption =
		engine_init(&engine, size, &records, &secret, memory->bytes, stand_now_ms(stand));
	return adoption.subscribers == size->subscribers && adoption.watches == size->watches && adoption.dropped == 0;
}

double
adoption_measure(const struct row *row, struct stand *stand, unsigned laps)
{
	struct memory memory;
	struct file file;

	(void)row, (void)laps;
	if (!leave_records(stand, &file))
		return NAN;
	double began = stand_processor_ms();
	bool whole = adopt(stand, &file, &memory);
	double took = stand_processor_ms() - began;
	if (!whole)
		return NAN;
	munmap(file.bytes, file.size);
	memory_unmap(&memory);
	close(file.fd);
	return took;
}
