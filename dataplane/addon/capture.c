// SPDX-License-Identifier: Apache-2.0
// Capture files: see capture.h.

#include "capture.h"

#include <pcap/pcap.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The last that ECMAScript's Date can tell.
#define TIME_MAX_SECONDS INT64_C(8640000000000)

struct capture {
	pcap_t *pcap;
	char path[256]; // for sentences
};

static pcap_t *
open_ethernet(const char *path, char error[CAPTURE_ERROR_SIZE])
{
	char why[PCAP_ERRBUF_SIZE] = "";
	FILE *file = fopen(path, "rbe");

	if (file == NULL) {
		snprintf(error, CAPTURE_ERROR_SIZE, "The capture %.255s cannot be read: %s.", path, strerror(errno));
		return NULL;
	}
	pcap_t *pcap = pcap_fopen_offline(file, why);
	if (pcap == NULL) {
		fclose(file);
		snprintf(error, CAPTURE_ERROR_SIZE, "%.255s is not a pcap or pcapng capture: %s.", path, why);
		return NULL;
	}
	if (pcap_datalink(pcap) != DLT_EN10MB) {
		const char *type = pcap_datalink_val_to_description(pcap_datalink(pcap));
		snprintf(error, CAPTURE_ERROR_SIZE,
			 "The capture %.255s holds frames of another kind (%s): give one of Ethernet.", path,
			 type == NULL ? "unknown" : type);
		pcap_close(pcap);
		return NULL;
	}
	return pcap;
}

struct capture *
capture_open(const char *path, char error[CAPTURE_ERROR_SIZE])
{
	struct capture *capture = calloc(1, sizeof(*capture));

	if (capture == NULL) {
		snprintf(error, CAPTURE_ERROR_SIZE, "There is no memory to read the capture %.255s.", path);
		return NULL;
	}
	capture->pcap = open_ethernet(path, error);
	if (capture->pcap == NULL) {
		free(capture);
		return NULL;
	}
	snprintf(capture->path, sizeof(capture->path), "%s", path);
	return capture;
}

void
capture_close(struct capture *capture)
{
	pcap_close(capture->pcap);
	free(capture);
}

enum capture_outcome
capture_next(struct capture *capture, struct frame *frame, uint64_t *time_ms, char error[CAPTURE_ERROR_SIZE])
{
	struct pcap_pkthdr *header;
	const u_char *bytes;
	int outcome = pcap_next_ex(capture->pcap, &header, &bytes);

	if (outcome == PCAP_ERROR_BREAK)
		return CAPTURE_END;
	if (outcome != 1) {
		snprintf(error, CAPTURE_ERROR_SIZE, "The capture %s is cut short or damaged: %s.", capture->path,
			 pcap_geterr(capture->pcap));
		return CAPTURE_BROKEN;
	}
	if (header->ts.tv_sec < 0 || header->ts.tv_sec > TIME_MAX_SECONDS) {
		snprintf(error, CAPTURE_ERROR_SIZE, "The capture %s is damaged: a frame's time is out of range.",
			 capture->path);
		return CAPTURE_BROKEN;
	}
	*frame = (struct frame){
		.bytes = bytes,
		.captured = header->caplen,
		.length = header->len > header->caplen ? header->len : header->caplen,
	};
	*time_ms = (uint64_t)header->ts.tv_sec * 1000 + (uint64_t)header->ts.tv_usec / 1000;
	return CAPTURE_FRAME;
}
