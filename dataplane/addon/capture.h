// SPDX-License-Identifier: Apache-2.0
// A capture file, pcap or pcapng, frame by frame.

#pragma once

#include "offline_engine.h"

#ifdef __cplusplus
extern "C" {
#endif

struct capture;

#define CAPTURE_ERROR_SIZE 768

// NULL: `error` is a sentence that says why.
struct capture *capture_open(const char *path, char error[CAPTURE_ERROR_SIZE]);

void capture_close(struct capture *capture);

enum capture_outcome {
	CAPTURE_FRAME,
	CAPTURE_END,
	CAPTURE_BROKEN, // `error` says how; the frames before were whole
};

// The next frame; it stays where it is until the next call. `*time_ms` is since 1970.
enum capture_outcome capture_next(struct capture *capture, struct frame *frame, uint64_t *time_ms,
				  char error[CAPTURE_ERROR_SIZE]);

#ifdef __cplusplus
}
#endif
