// SPDX-License-Identifier: GPL-2.0
/*
 * A plugin of QEMU's: how often the guest executes each instruction of its kernel,
 * between two marks of a program (selftests/bench/packet_cost.c). For scripts/vm
 * --profile. What is counted goes to FILE.0, FILE.1 and so on, one for each pair of
 * marks: address and count, hexadecimal and decimal; all of user space is address 0.
 *
 * Debian has no header of this interface: what is used of it is declared here.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct qemu_plugin_tb;
struct qemu_plugin_insn;

#define INLINE_ADD_U64	0
#define CB_NO_REGS	0

void qemu_plugin_register_vcpu_tb_trans_cb(uint64_t id,
	void (*cb)(uint64_t id, struct qemu_plugin_tb *tb));
void qemu_plugin_register_vcpu_insn_exec_inline(struct qemu_plugin_insn *insn,
	int op, void *counter, uint64_t value);
void qemu_plugin_register_vcpu_insn_exec_cb(struct qemu_plugin_insn *insn,
	void (*cb)(unsigned int cpu, void *data), int flags, void *data);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *tb);
struct qemu_plugin_insn *qemu_plugin_tb_get_insn(const struct qemu_plugin_tb *tb,
						 size_t index);
const void *qemu_plugin_insn_data(const struct qemu_plugin_insn *insn);
size_t qemu_plugin_insn_size(const struct qemu_plugin_insn *insn);
uint64_t qemu_plugin_insn_vaddr(const struct qemu_plugin_insn *insn);

int qemu_plugin_version = 1;

/* nopl 0x5050542a(%rax) begins, nopl 0x5050542b(%rax) ends. */
static const uint8_t begin[] = { 0x0f, 0x1f, 0x80, 0x2a, 0x54, 0x50, 0x50 };
static const uint8_t end[] = { 0x0f, 0x1f, 0x80, 0x2b, 0x54, 0x50, 0x50 };

/* Open addressing; a kernel and its modules have some 2^20 that are ever executed. */
#define BITS	23
#define PLACES	(1u << BITS)

static struct place {
	uint64_t address;
	uint64_t count;
	uint64_t before;
} *places;

static const char *file;
static unsigned int files;
static uint64_t user;

static uint64_t *counter_of(uint64_t address)
{
	uint32_t i = address * 0x9e3779b97f4a7c15ull >> (64 - BITS);

	if (!(address >> 63))
		return &user;
	while (places[i].address && places[i].address != address)
		i = (i + 1) % PLACES;
	places[i].address = address;
	return &places[i].count;
}

static void on_begin(unsigned int cpu, void *data)
{
	uint32_t i;

	(void)cpu;
	(void)data;
	user = 0;
	for (i = 0; i < PLACES; i++)
		places[i].before = places[i].count;
}

static void on_end(unsigned int cpu, void *data)
{
	char name[4096];
	uint32_t i;
	FILE *to;

	(void)cpu;
	(void)data;
	snprintf(name, sizeof(name), "%s.%u", file, files++);
	to = fopen(name, "w");
	if (!to) {
		perror(name);
		exit(1);
	}
	fprintf(to, "0 %llu\n", (unsigned long long)user);
	for (i = 0; i < PLACES; i++)
		if (places[i].count != places[i].before)
			fprintf(to, "%llx %llu\n",
				(unsigned long long)places[i].address,
				(unsigned long long)(places[i].count -
						     places[i].before));
	fclose(to);
}

static bool is(const struct qemu_plugin_insn *insn, const uint8_t *mark)
{
	return qemu_plugin_insn_size(insn) == sizeof(begin) &&
	       !memcmp(qemu_plugin_insn_data(insn), mark, sizeof(begin));
}

static void translate(uint64_t id, struct qemu_plugin_tb *tb)
{
	size_t i, count = qemu_plugin_tb_n_insns(tb);

	(void)id;
	for (i = 0; i < count; i++) {
		struct qemu_plugin_insn *insn = qemu_plugin_tb_get_insn(tb, i);
		uint64_t *counter = counter_of(qemu_plugin_insn_vaddr(insn));

		qemu_plugin_register_vcpu_insn_exec_inline(insn, INLINE_ADD_U64,
							   counter, 1);
		if (is(insn, begin))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_begin,
							       CB_NO_REGS, NULL);
		else if (is(insn, end))
			qemu_plugin_register_vcpu_insn_exec_cb(insn, on_end,
							       CB_NO_REGS, NULL);
	}
}

int qemu_plugin_install(uint64_t id, const void *info, int argc, char **argv)
{
	(void)info;
	if (argc != 1 || strncmp(argv[0], "to=", 3)) {
		fprintf(stderr, "profile.c: the plugin wants to=FILE\n");
		return 1;
	}
	file = argv[0] + 3;
	places = calloc(PLACES, sizeof(*places));
	if (!places) {
		perror("profile.c");
		return 1;
	}
	qemu_plugin_register_vcpu_tb_trans_cb(id, translate);
	return 0;
}
