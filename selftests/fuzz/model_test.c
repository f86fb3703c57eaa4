// SPDX-License-Identifier: GPL-2.0
/*
 * The engines against slow, obviously right models (TAP): model_test [STEPS].
 *
 * The models count in 64 bits, so numbers never wrap in them, remember the fate
 * of every number, and know nothing of shifts and masks. Whatever happens, at
 * random but from a seed that is printed, both must agree after every step.
 */
#include <stdio.h>
#include <stdlib.h>

#include "pptp_window.h"
#include "receiver.h"

#define STEPS		10000000
#define SEED		0x2637

static u64 random_state = SEED;

/* splitmix64, of its published definition */
static u64 random64(void)
{
	u64 z = random_state += 0x9e3779b97f4a7c15;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static u32 below(u32 limit)
{
	return random64() % limit;
}

static bool chance(u32 in)
{
	return !below(in);
}

#define agree(a, b) do { \
	if ((a) != (b)) { \
		printf("# %s is %lld, but %s is %lld\n", #a, \
		       (long long)(a), #b, (long long)(b)); \
		return false; \
	} \
} while (0)

/* ---- reception ---- */

enum fate { UNKNOWN, MISSING, RECEIVED };

#define FATES	65536

/* Numbers are absolute: the low 32 bits of them are on the wire. */
struct reception {
	s64		next;
	bool		started;
	bool		suspicious;
	s64		suspect;
	enum fate	fate[FATES];	/* of number n at n % FATES */
	s64		held[HELD_MAX + 1];
	unsigned int	held_count;
	s64		delivered[2 * HELD_MAX + 4];
	unsigned int	delivered_count;
	u64		lost;
	u64		resyncs;
};

static enum fate *fate(struct reception *m, s64 number)
{
	return &m->fate[(u64)number % FATES];
}

/* From here on the past is as if it had never been */
static void take_up(struct reception *m, s64 number)
{
	memset(m->fate, 0, sizeof(m->fate));
	m->next = number;
	m->started = true;
	m->suspicious = false;
}

static void up(struct reception *m, s64 number)
{
	*fate(m, number) = RECEIVED;
	m->delivered[m->delivered_count++] = number;
	m->next = number + 1;
	m->started = true;
	m->suspicious = false;
}

static void unhold(struct reception *m, unsigned int at)
{
	unsigned int i;

	m->held_count--;
	for (i = at; i < m->held_count; i++)
		m->held[i] = m->held[i + 1];
}

static unsigned int lowest(const struct reception *m)
{
	unsigned int i, at = 0;

	for (i = 1; i < m->held_count; i++)
		if (m->held[i] < m->held[at])
			at = i;
	return at;
}

static void continue_with_held(struct reception *m)
{
	while (m->held_count && m->held[lowest(m)] == m->next) {
		up(m, m->next);
		unhold(m, lowest(m));
	}
}

static void model_give_up(struct reception *m)
{
	s64 first = m->held[lowest(m)];

	while (m->next < first) {
		*fate(m, m->next++) = MISSING;
		m->lost++;
	}
	m->started = true;
	continue_with_held(m);
}

static enum pptp_seq_verdict model_early(struct reception *m, s64 number)
{
	unsigned int i;

	for (i = 0; i < m->held_count; i++)
		if (m->held[i] == number)
			return PPTP_SEQ_DROP_DUPLICATE;
	m->held[m->held_count++] = number;
	if (m->held_count > HELD_MAX)
		model_give_up(m);
	return PPTP_SEQ_HOLD;
}

static void deliver_held(struct reception *m)
{
	while (m->held_count) {
		m->delivered[m->delivered_count++] = m->held[lowest(m)];
		unhold(m, lowest(m));
	}
}

/* The one before it, which was dropped, is where the new numbering begins. */
static enum pptp_seq_verdict model_far(struct reception *m, s64 number)
{
	s64 ahead = (s32)((u32)number - (u32)m->suspect);

	if (!m->suspicious || !ahead || ahead >= 64 || ahead <= -64) {
		m->suspicious = true;
		m->suspect = number;
		return PPTP_SEQ_DROP_JUMP;
	}
	deliver_held(m);
	m->resyncs++;
	take_up(m, number - ahead + 1);
	if (ahead > 1)
		return model_early(m, number);
	if (ahead == 1) {
		up(m, number);
	} else {
		*fate(m, number) = RECEIVED;
		m->delivered[m->delivered_count++] = number;
	}
	return PPTP_SEQ_DELIVER;
}

/* Beyond the last 64 the engine does not know, and calls it late. */
static enum pptp_seq_verdict model_behind(struct reception *m, s64 number)
{
	if (number >= m->next - 64 && *fate(m, number) == RECEIVED)
		return PPTP_SEQ_DROP_DUPLICATE;
	return PPTP_SEQ_DROP_LATE;
}

static enum pptp_seq_verdict model_packet(struct reception *m, s64 number)
{
	m->delivered_count = 0;
	if (number == m->next || (!m->started && number == 1)) {
		up(m, number);
		continue_with_held(m);
		return PPTP_SEQ_DELIVER;
	}
	if (number < m->next - 4096 || number >= m->next + 256 ||
	    (!m->started && number < m->next))
		return model_far(m, number);
	m->suspicious = false;
	if (number > m->next)
		return model_early(m, number);
	return model_behind(m, number);
}

static bool same_reception(const struct receiver *r, const struct reception *m)
{
	unsigned int i;

	agree(r->rx.next, (u32)m->next);
	agree(r->held_count, m->held_count);
	agree(r->lost, m->lost);
	agree(r->resyncs, m->resyncs);
	agree(r->logged, m->delivered_count);
	for (i = 0; i < r->logged; i++)
		agree(r->log[i], (u32)m->delivered[i]);
	return true;
}

/* What the network makes of a sender that counts on from number @sent. */
static s64 arrives(const struct reception *m, s64 *sent)
{
	switch (below(20)) {
	case 0:		/* some are lost */
		*sent += below(6);
		return (*sent)++;
	case 1:		/* a burst is lost */
		*sent += below(chance(10) ? 600 : 80);
		return (*sent)++;
	case 2:
	case 3:		/* overtakes, or is overtaken */
		return m->next + below(8);
	case 4:		/* again, or late */
		return m->next - 1 - below(70);
	case 5:		/* near the bounds */
		return m->next + (chance(2) ? 256 : -4096) + (s64)below(3) - 1;
	case 6:		/* forged, or half of two near each other */
		if (m->suspicious && chance(2))
			return m->suspect + (chance(4) ? 66 - (s64)below(132) :
					     3 - (s64)below(6));
		return m->next + (s32)random64();
	case 7:		/* the sender goes back to what is missing */
		*sent = m->next;
		return (*sent)++;
	default:
		return (*sent)++;
	}
}

/* Distances of 2^31 and more mean something else on the wire. */
static s64 on_the_wire(const struct reception *m, s64 number)
{
	return m->next + (s32)((u32)number - (u32)m->next);
}

/* The start of a numbering, often shortly before the wrap, sometimes where none is */
static void begin(struct receiver *r, struct reception *m, s64 *sent)
{
	static struct reception none;

	receiver_init(r);
	*m = none;
	*sent = chance(4) ? (s32)random64() : chance(2) ? -(s64)below(5000) : below(3);
	if (chance(2))
		return;
	m->next = *sent = (s64)0xffffffff - below(200);
	m->started = true;
	r->rx.next = m->next;
	r->rx.started = true;
}

static bool receive_steps(unsigned int steps)
{
	static struct receiver r;
	static struct reception m;
	s64 sent = 0, number;
	unsigned int step;
	u32 now = 0;

	for (step = 0; step < steps; step++) {
		if (!step || chance(5000))
			begin(&r, &m, &sent);
		if (m.held_count && chance(40)) {
			now = r.hole + pptp_reorder_time(&r.reorder);
			receiver_tick(&r, now);
			m.delivered_count = 0;
			model_give_up(&m);
		} else {
			number = on_the_wire(&m, arrives(&m, &sent));
			now += below(3000);
			agree(receiver_packet(&r, number, now),
			      model_packet(&m, number));
		}
		if (!same_reception(&r, &m)) {
			printf("# step %u\n", step);
			return false;
		}
	}
	return true;
}

/* ---- the send window ---- */

#define FLIGHT_MAX	8192

struct flight {
	s64	number;
	s64	at;
};

/* RFC 2637 sections 4.3 and 4.4, word by word; times are real numbers. */
struct sending {
	s64		next;
	s64		acked;		/* all below are */
	struct flight	flight[FLIGHT_MAX];	/* neither acked nor given up */
	unsigned int	flying;
	s64		progress;
	struct flight	timed;
	bool		timing;
	u32		max;
	u32		size;
	u32		credit;
	unsigned int	silence;
	bool		trusted;
	enum pptp_window_mode mode;
	double		rtt;
	double		dev;
};

static double model_ato(const struct sending *m)
{
	double ato = m->rtt + 4 * m->dev;

	if (ato > 3000000)
		ato = 3000000;
	return ato < 100000 ? 100000 : ato;
}

static bool model_open(const struct sending *m)
{
	bool limits = m->mode == PPTP_WINDOW_ON ||
		      (m->mode == PPTP_WINDOW_AUTO && m->trusted &&
		       m->max >= 16);

	return !limits || !m->max || m->flying < m->size;
}

static void model_send(struct sending *m, s64 now)
{
	struct flight packet = { m->next++, now };

	if (!m->flying)
		m->progress = now;
	if (!m->timing) {
		m->timing = true;
		m->timed = packet;
	}
	m->flight[m->flying++] = packet;
}

static void model_double(struct sending *m)
{
	m->rtt = 2 * m->rtt < 3000000 ? 2 * m->rtt : 3000000;
}

static void model_sample(struct sending *m, s64 ack, s64 now)
{
	double diff = (double)(now - m->timed.at) - m->rtt;

	if (!m->timing || m->timed.number > ack)
		return;
	m->timing = false;
	if ((double)(now - m->timed.at) >= model_ato(m)) {
		model_double(m);
		return;
	}
	m->dev += ((diff < 0 ? -diff : diff) - m->dev) / 4;
	m->rtt += diff / 8;
}

static unsigned int model_land(struct sending *m, s64 ack)
{
	unsigned int i, count = 0, left = 0;

	for (i = 0; i < m->flying; i++) {
		if (m->flight[i].number <= ack)
			count++;
		else
			m->flight[left++] = m->flight[i];
	}
	m->flying = left;
	return count;
}

static bool model_ack(struct sending *m, s64 ack, bool alone, s64 now)
{
	unsigned int count;

	if (ack < m->acked || ack >= m->next)
		return false;
	m->acked = ack + 1;
	m->silence = 0;
	if (alone)
		m->trusted = true;
	model_sample(m, ack, now);
	count = model_land(m, ack);
	if (!count)
		return true;
	m->progress = now;
	m->credit += count < m->size ? count : m->size;
	if (m->credit >= m->size) {
		m->credit -= m->size;
		m->size += m->size < m->max;
	}
	return true;
}

static bool model_timeout(struct sending *m, s64 now)
{
	if (!m->flying || (double)(now - m->progress) < model_ato(m))
		return false;
	m->flying = 0;
	m->timing = false;
	m->progress = now;
	m->size = (m->size + 1) / 2;
	m->credit = 0;
	model_double(m);
	if (++m->silence >= 2)
		m->trusted = false;
	return true;
}

/* Integers are exact to a microsecond in a step; the next one begins even. */
static bool same_time(struct pptp_window *win, struct sending *m)
{
	double rtt = m->rtt - win->rtt.mean, dev = m->dev - win->rtt.dev;

	if (rtt <= -2 || rtt >= 2 || dev <= -2 || dev >= 2) {
		printf("# rtt %u and %f, dev %u and %f\n", win->rtt.mean, m->rtt,
		       win->rtt.dev, m->dev);
		return false;
	}
	m->rtt = win->rtt.mean;
	m->dev = win->rtt.dev;
	return true;
}

static bool same_window(struct pptp_window *win, struct sending *m)
{
	agree(win->next, (u32)m->next);
	agree(pptp_window_in_flight(win), m->flying);
	agree(win->size, m->size);
	agree(win->trusted, m->trusted);
	agree(pptp_window_open(win), model_open(m));
	/* Two time-outs in silence, and nothing is held back in auto mode */
	agree(m->mode == PPTP_WINDOW_AUTO && win->silence == 2 &&
	      !pptp_window_open(win), false);
	return same_time(win, m);
}

static void begin_sending(struct pptp_window *win, struct sending *m)
{
	u32 start = chance(2) ? 0 : -below(500);

	memset(win, 0, sizeof(*win));
	memset(m, 0, sizeof(*m));
	pptp_window_init(win);
	m->mode = win->mode = below(3);
	m->max = chance(10) ? 0 : 1 + below(100);
	m->size = m->max > 1 ? m->max / 2 : 1;
	pptp_window_set_max(win, m->max);
	m->rtt = PPTP_WINDOW_RTT_START;
	m->next = m->acked = start;
	win->next = start;
	win->base = start;
	win->acked = start;
}

static bool send_step(struct pptp_window *win, struct sending *m, s64 now)
{
	agree(pptp_window_open(win), model_open(m));
	if (!model_open(m) || m->flying == FLIGHT_MAX)
		return true;
	if (pptp_window_wants_time(win))
		pptp_window_stamp(win, now);
	agree(pptp_window_take(win), (u32)m->next);
	model_send(m, now);
	return true;
}

/* Mostly what a peer says that lives; sometimes old, or of the future */
static bool ack_step(struct pptp_window *win, struct sending *m, s64 now)
{
	s64 ack = m->acked - 1 + below(m->next - m->acked + 1);
	bool alone = chance(2);

	if (chance(20))
		ack += (s32)below(200) - 100;
	if (ack < m->acked - (1LL << 31))
		return true;
	agree(pptp_window_ack(win, ack, alone, now),
	      model_ack(m, ack, alone, now));
	return true;
}

static bool window_step(struct pptp_window *win, struct sending *m, s64 *now)
{
	switch (below(8)) {
	case 0:
	case 1:
		return ack_step(win, m, *now);
	case 2:
		*now += below(chance(10) ? 2000000 : 20000);
		agree(pptp_window_timeout(win, *now), model_timeout(m, *now));
		return true;
	case 3:
		*now += below(1000);
		return true;
	default:
		return send_step(win, m, *now);
	}
}

static bool window_steps(unsigned int steps)
{
	static struct pptp_window win;
	static struct sending m;
	unsigned int step;
	s64 now = 0;

	for (step = 0; step < steps; step++) {
		if (!step || chance(3000))
			begin_sending(&win, &m);
		if (!window_step(&win, &m, &now) || !same_window(&win, &m)) {
			printf("# step %u\n", step);
			return false;
		}
	}
	return true;
}

static int report(unsigned int number, bool good, const char *name,
		  unsigned int steps)
{
	printf("%sok %u - %s: %u steps, seed %#x\n", good ? "" : "not ", number,
	       name, steps, SEED);
	return !good;
}

int main(int argc, char **argv)
{
	unsigned int steps = argc > 1 ? strtoul(argv[1], NULL, 10) : STEPS;
	unsigned int window = steps / 5;
	int failed;

	if (steps < 10) {
		fprintf(stderr, "usage: model_test [STEPS], 10 at least\n");
		return 2;
	}
	failed = report(1, receive_steps(steps - window),
			"the sequence engine is as its model", steps - window);
	failed |= report(2, window_steps(window),
			 "the send window is as its model", window);
	printf("1..2\n");
	return failed;
}
