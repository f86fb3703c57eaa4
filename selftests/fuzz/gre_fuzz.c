// SPDX-License-Identifier: GPL-2.0
/*
 * libFuzzer target: what a peer may send, from the header to the decision.
 *
 * An input is a row of records. A record begins with a byte: below 0xf0 it is
 * the length of a packet that follows; otherwise it is something else that
 * happens (enum). Each packet lies in memory of its own of exactly the length
 * that the parser is promised, so that ASan sees every byte read beyond.
 */
#include <stdlib.h>

#include "pptp_header.h"
#include "pptp_window.h"
#include "receiver.h"

enum {
	OTHER = 0xf0,		/* the first that is no packet */
	MILLISECONDS = 0xf0,	/* up to 0xf7: 1, 2, 4, ... pass */
	SEND = 0xf8,		/* we send a packet, if the window is open */
	MODE = 0xf9,		/* the next byte: window mode and peer's window */
	REORDER = 0xfa,		/* the next byte: hole time */
	BIG = 0xfb,		/* 1 to 14 bytes of header follow, of a long packet */
};

struct session {
	struct receiver		receiver;
	struct pptp_window	win;
	u32			now;
};

static void check_delivered(const struct receiver *r, u32 last, bool resync)
{
	unsigned int i;

	for (i = 0; i < r->logged && !resync; i++) {
		assert(pptp_seq_distance(last, r->log[i]) > 0);
		last = r->log[i];
	}
	for (i = 1; i < r->held_count; i++)
		assert(pptp_seq_distance(r->held[i - 1], r->held[i]) > 0);
	assert(r->held_count <= HELD_MAX);
	assert(!r->held_count ||
	       pptp_seq_distance(r->rx.next, r->held[0]) > 0);
}

static void receive_data(struct session *s, u32 seq)
{
	struct receiver *r = &s->receiver;
	u64 resyncs = r->resyncs;
	u32 last = r->rx.started ? r->last : (u32)-1;
	enum pptp_seq_verdict verdict;

	verdict = receiver_packet(r, seq, s->now);
	assert(verdict == PPTP_SEQ_DELIVER || verdict == PPTP_SEQ_HOLD ||
	       !r->logged);
	check_delivered(r, last, r->resyncs != resyncs);
}

static void check_window(const struct pptp_window *win)
{
	assert(win->size >= 1 && win->size <= (win->max ? win->max : 1));
	assert(pptp_window_ato(win) >= PPTP_WINDOW_ATO_MIN);
	assert(pptp_window_ato(win) <= PPTP_WINDOW_ATO_MAX);
	assert(pptp_window_delay(win) >= PPTP_WINDOW_DELAY_MIN);
	assert(pptp_window_delay(win) <= PPTP_WINDOW_DELAY_MAX);
	assert(win->next - win->acked >= win->next - win->base);
}

static void receive_packet(struct session *s, const u8 *data, size_t there,
			   unsigned int len)
{
	struct pptp_header hdr;
	enum pptp_header_fault fault;
	u8 *copy = malloc(there ? there : 1);

	if (!copy)
		abort();
	memcpy(copy, data, there);
	fault = pptp_header_read(copy, len, &hdr);
	assert(fault < PPTP_HEADER_FAULTS);
	if (fault == PPTP_HEADER_GOOD) {
		assert(hdr.has_seq || hdr.has_ack);
		assert(hdr.has_seq == (hdr.payload_len > 0));
		assert(hdr.header_len >= PPTP_HEADER_MIN + 4);
		assert(hdr.header_len <= PPTP_HEADER_MAX);
		assert((size_t)hdr.header_len + hdr.payload_len <= len);
		assert((copy[0] & 0xcf) == 0 && (copy[1] & 0x7f) == 1);
		if (hdr.has_ack)
			pptp_window_ack(&s->win, hdr.ack, !hdr.has_seq, s->now);
		if (hdr.has_seq)
			receive_data(s, hdr.seq);
	} else if (pptp_header_has_id(fault)) {
		assert(hdr.call_id == (copy[6] << 8 | copy[7]));
	}
	free(copy);
}

static void send_one(struct session *s)
{
	struct pptp_window *win = &s->win;

	if (!pptp_window_open(win))
		return;
	if (pptp_window_wants_time(win))
		pptp_window_stamp(win, s->now);
	pptp_window_take(win);
}

static void pass_time(struct session *s, u32 time)
{
	struct receiver *r = &s->receiver;
	u32 last = r->rx.started ? r->last : (u32)-1;

	s->now += time;
	receiver_tick(r, s->now);
	check_delivered(r, last, false);
	pptp_window_timeout(&s->win, s->now);
}

static void set_mode(struct session *s, u8 value)
{
	s->win.mode = value % 3;
	pptp_window_set_max(&s->win, value / 3);
}

static void set_reorder(struct session *s, u8 value)
{
	s->receiver.reorder.fixed = value == 255 ? PPTP_REORDER_ADAPTIVE :
						   value * PPTP_MS;
}

/* How many bytes of the input it took */
static size_t play(struct session *s, const u8 *data, size_t size)
{
	size_t there = size - 1 < data[0] ? size - 1 : data[0];
	u8 next = size > 1 ? data[1] : 0;

	if (data[0] < OTHER) {
		receive_packet(s, data + 1, there, there);
		return 1 + there;
	}
	if (data[0] < SEND) {
		pass_time(s, PPTP_MS << (data[0] - MILLISECONDS));
		return 1;
	}
	switch (data[0]) {
	case MODE:
		set_mode(s, next);
		return 2;
	case REORDER:
		set_reorder(s, next);
		return 2;
	case BIG:
		if (size <= PPTP_HEADER_MAX)
			return 1;
		receive_packet(s, data + 1, PPTP_HEADER_MAX, 65535);
		return 1 + PPTP_HEADER_MAX;
	default:
		send_one(s);
		return 1;
	}
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct session s = { 0 };
	size_t at;

	receiver_init(&s.receiver);
	pptp_window_init(&s.win);
	pptp_window_set_max(&s.win, 16);
	for (at = 0; at < size;) {
		at += play(&s, data + at, size - at);
		check_window(&s.win);
	}
	return 0;
}
