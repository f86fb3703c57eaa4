// SPDX-License-Identifier: GPL-2.0
/*
 * pptp_mux.so: PPTP calls of pptp-mux.ko as a channel of pppd.
 *
 * Server side (pptp_mux_fd): the call's socket is inherited, connected.
 * Client side (pptp_server): the call is dialled here, again for each "persist"
 * or "demand". Either way pppd runs on the PPP channel that the kernel made.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <syslog.h>
#include <unistd.h>
#include <linux/ppp-ioctl.h>
#include <linux/pptp_mux.h>

#include "pppd_compat.h"
#include "apart.h"
#include "dial.h"
#include "encryption.h"
#include "keeper.h"
#include "lease.h"
#include "link.h"
#include "repeat.h"
#include "scripts.h"
#include "seen.h"
#include "warm.h"

/*
 * With MPPE, 1400 octets stay below what fits into one Ethernet frame beneath
 * GRE and IP. Windows proposes the same.
 */
#define PPTP_MTU	1400

__attribute__((visibility("default"))) void plugin_init(void);
__attribute__((visibility("default"))) char pppd_version[] = compat_version;

/* As pppd's options set them */
static int inherited_fd = -1;
static int lease_fd = -1;
static int link_fd = -1;
static char *servers;
static char *redial;
static char *client;
static char *phone;
static char *usage;
static bool mppe_prefer;
static bool warm;

static struct dial_plan plan = {
	.usage = PPTP_MUX_USAGE_DIAL_OUT,
	.reply_timeout = DIAL_TIMEOUT,
	.echo_interval = DIAL_TIMEOUT,
	.echo_timeout = DIAL_TIMEOUT,
};
static struct call_socket call = { .fd = -1 };
static struct keeper keeper = { .fd = -1 };
static int channel_fd = -1;	/* /dev/ppp, attached to the call's channel */

#define OPTION(n, t, a, d)	{ .name = (n), .type = (t), .addr = (a), .description = (d), \
				  .flags = OPT_PRIV }

#define SECONDS(n, a, d)	{ .name = (n), .type = o_int, .addr = (a), .description = (d), \
				  .flags = OPT_PRIV | OPT_LIMITS, .lower_limit = 1, \
				  .upper_limit = 86400 }

static compat_option options[] = {
	OPTION("pptp_mux_fd", o_int, &inherited_fd, "Descriptor of a call, from pptpmuxd"),
	OPTION("pptp_mux_lease_fd", o_int, &lease_fd, "Descriptor to ask pptpmuxd for an address"),
	OPTION("pptp_link_fd", o_int, &link_fd, "Descriptor to tell pptpmuxd of calls"),
	OPTION("pptp_server", o_string, &servers, "PPTP servers to dial, with commas between"),
	OPTION("pptp_redial", o_string, &redial, "Seconds between attempts: FIRST-MOST"),
	OPTION("pptp_client", o_string, &client, "Local address to dial from"),
	OPTION("pptp_phone", o_string, &phone, "Phone number to give to the server"),
	OPTION("pptp_usage", o_string, &usage, "Slots to use: dial-out or demand-dial"),
	{ .name = "pptp_mppe_prefer", .type = o_bool, .addr = &mppe_prefer,
	  .description = "Do without MPPE where the peer has none", .flags = OPT_PRIV | 1 },
	{ .name = "pptp_mux_warm", .type = o_bool, .addr = &warm,
	  .description = "Wait for calls from pptpmuxd, each for a copy", .flags = OPT_PRIV | 1 },
	SECONDS("pptp_reply_timeout", &plan.reply_timeout, "Seconds to wait for the server's reply"),
	SECONDS("pptp_echo_interval", &plan.echo_interval, "Seconds of silence before an echo"),
	SECONDS("pptp_echo_timeout", &plan.echo_timeout, "Seconds to wait for the echo"),
	{ .name = NULL }
};

static void check_usage(void)
{
	if (!usage)
		return;
	if (!strcmp(usage, "demand-dial"))
		plan.usage = PPTP_MUX_USAGE_DEMAND_DIAL;
	else if (strcmp(usage, "dial-out"))
		fatal("pptp_usage %s: write dial-out or demand-dial", usage);
}

/*
 * Each line stands in one place. pptpmuxd reads what pppd writes to its descriptor 1, so
 * pppd's own syslog says nothing then: it uses no level as urgent as this one. For who
 * runs pppd with more rights than his own the environment says nothing.
 */
static void leave_log_to_pptpmuxd(void)
{
	if (secure_getenv("PPTPMUXD_LOGS"))
		setlogmask(LOG_MASK(LOG_EMERG));
}

/* Which fragments have short numbers, of a bundle that LCP has agreed to */
static uint32_t short_numbers(void)
{
	uint32_t numbers = 0;

	if (lcp_gotoptions[0].neg_ssnhf)
		numbers |= PPTP_MUX_CLEAR_TEXT_RX_SHORT;
	if (lcp_hisoptions[0].neg_ssnhf)
		numbers |= PPTP_MUX_CLEAR_TEXT_TX_SHORT;
	return numbers;
}

/*
 * pppd itself asks of CCP only that it comes up. What somebody else sends in the peer's
 * name is none of its business, and goes to the network as it is.
 */
static void keep_clear_text_out(uint32_t numbers)
{
	if (ccp_wantoptions[0].mppe && call_socket_encrypted(&call, numbers) < 0)
		warn("pptp: what is not encrypted cannot be kept out: %m; install the module and pptp_mux.so of one version");
}

static void on_encrypted(void)
{
	keep_clear_text_out(0);
}

static void channel_check_options(void)
{
	/* option "debug" has asked for more than plugin_init() has left */
	leave_log_to_pptpmuxd();
	if (servers && inherited_fd >= 0)
		fatal("pptp_server and pptp_mux_fd exclude each other: give pptp_server to dial, pptp_mux_fd is for pptpmuxd");
	if (!servers && inherited_fd < 0)
		fatal("plugin pptp_mux.so: nothing to connect to; add \"pptp_server HOST\"");
	if (mppe_prefer && multilink)
		fatal("pptp_mppe_prefer and multilink exclude each other: a link that joins a bundle does not know whether it is encrypted");
	if (client && inet_pton(AF_INET, client, &plan.client) != 1)
		fatal("pptp_client %s: write an IPv4 address of this host, such as 192.0.2.1",
		      client);
	check_usage();
	plan.phone = phone;
	if (servers)
		link_check_options(servers, redial, link_fd);
	encryption_start(mppe_prefer, servers ? "the server" : "the client", on_encrypted);
	repeat_start();
	if (warm && lease_fd < 0)
		fatal("pptp_mux_warm: there is nobody to wait for; this option is for pptpmuxd alone");
	if (warm)
		warm_wait(lease_fd, inherited_fd);
}

/*
 * By SIGHUP pptpmuxd says that nobody is there any more to agree to the end. Runs in
 * the signal's handler: it may write a word, and no more.
 */
static void on_signal(void *context, int number)
{
	(void)context;
	if (number == SIGHUP)
		lcp_fsm[0].maxtermtransmits = 0;
}

/* The call that pptpmuxd has given us; there is only this one */
static int adopt(void)
{
	int index;

	call.fd = inherited_fd;
	inherited_fd = -1;
	if (call.fd < 0) {
		error("pptp: a call from pptpmuxd cannot be connected anew; remove \"persist\" from the options");
		return -1;
	}
	if (ioctl(call.fd, PPPIOCGCHAN, &index) < 0) {
		error("pptp: pptp_mux_fd %d is not a connected call: %m; this option is for pptpmuxd, use pptp_server to dial",
		      call.fd);
		call.fd = -1;
		return -1;
	}
	fcntl(call.fd, F_SETFD, FD_CLOEXEC);
	if (lease_fd >= 0)
		lease_start(lease_fd);
	scripts_start();
	seen_start(lease_fd);
	compat_on_signal(on_signal);
	compat_set_names("pptp", NULL);
	return call.fd;
}

/* The call is ours now, and its control connection the keeper's */
static int take(struct dialled *dialled)
{
	char address[INET_ADDRSTRLEN];

	call = dialled->call;
	if (keeper_start(&keeper, &plan, dialled) < 0) {
		stream_close(&dialled->line.stream);
		call_socket_close(&call);
		return -1;
	}
	inet_ntop(AF_INET, &dialled->peer, address, sizeof(address));
	compat_set_names(plan.server, address);
	notice("pptp: connected to %s (%s) in slot VPN%d, call id %d, peer's %d",
	       plan.server, address, call.slot, call.call_id, dialled->line.peer_call_id);
	link_accepted(call.slot);
	return call.fd;
}

/* One server after the other: what is to be sent waits, which a new attempt's does not */
static int dial_servers(void)
{
	struct dialled dialled;
	int rc;

	link_begin();
	do {
		plan.server = link_dial();
		rc = dial(&plan, &dialled);
		link_outer(dialled.peer);
		if (rc == 0)
			return take(&dialled);
	} while (!compat_signaled() && link_refused());
	if (!compat_signaled())
		compat_set_status(EXIT_CONNECT_FAILED);
	return -1;
}

static int channel_connect(void)
{
	int fd = servers ? dial_servers() : adopt();

	apart_anew();
	encryption_begin();
	/* whoever may do without encryption sends nothing of the network before it is agreed on */
	if (fd >= 0 && !mppe_prefer)
		keep_clear_text_out(0);
	return fd;
}

/* The call's end; pppd may come here twice for one call */
static void channel_disconnect(void)
{
	uint32_t cause;

	if (keeper.fd >= 0) {
		cause = keeper_cause(&keeper);
		link_cause(cause);
		call_socket_cause(&call, cause);
		call_socket_close(&call);
		keeper_stop(&keeper);
	}
	call_socket_close(&call);
	lease_down();
}

static int channel_establish(int fd)
{
	channel_fd = compat_establish(fd);
	if (channel_fd < 0)
		error("pptp: cannot attach to the PPP channel: is ppp_generic loaded? Try \"modprobe ppp_generic\"");
	return channel_fd;
}

static void channel_disestablish(int fd)
{
	channel_fd = -1;
	compat_disestablish(fd);
}

/* What to escape: in GRE nothing is, but a PAC may have a serial line behind it */
static uint32_t send_accm = ~0U;

/*
 * Tells the channel which header compression the peer has agreed to. The
 * receiving side needs no telling: it understands either form.
 */
static void channel_send_config(int mtu, uint32_t accm, int pcomp, int accomp)
{
	int flags;

	(void)mtu;	/* pppd sets the interface's itself */
	send_accm = accm;
	if (channel_fd < 0)
		return;
	if (ioctl(channel_fd, PPPIOCGFLAGS, &flags) < 0) {
		warn("pptp: cannot read the channel's flags: %m");
		return;
	}
	flags &= ~(SC_COMP_PROT | SC_COMP_AC);
	flags |= (pcomp ? SC_COMP_PROT : 0) | (accomp ? SC_COMP_AC : 0);
	if (ioctl(channel_fd, PPPIOCSFLAGS, &flags) < 0)
		warn("pptp: cannot set the channel's flags: %m");
}

/* pppd calls this one after channel_send_config(), and when LCP is up */
static void channel_recv_config(int mru, uint32_t accm, int pcomp, int accomp)
{
	if (keeper.fd >= 0)
		keeper_link_info(&keeper, send_accm, accm);
	if (!mppe_prefer && call.fd >= 0)
		keep_clear_text_out(short_numbers());
	(void)mru;
	(void)pcomp;
	(void)accomp;
}

/* In pppd's children, which must not keep the slot taken */
static void channel_close(void)
{
	call_socket_close(&call);
	if (keeper.fd >= 0)
		close(keeper.fd);
	keeper.fd = -1;
}

static void pid_changed(void *context, int pid)
{
	(void)context;
	keeper_follow(&keeper, pid);
}

static struct channel channel = {
	.check_options = channel_check_options,
	.connect = channel_connect,
	.disconnect = channel_disconnect,
	.establish_ppp = channel_establish,
	.disestablish_ppp = channel_disestablish,
	.send_config = channel_send_config,
	.recv_config = channel_recv_config,
	.cleanup = channel_disconnect,
	.close = channel_close,
};

static void limit_mtu(void)
{
	if (lcp_wantoptions[0].mru == DEFMRU)
		lcp_wantoptions[0].mru = PPTP_MTU;
	if (lcp_allowoptions[0].mru == DEFMRU)
		lcp_allowoptions[0].mru = PPTP_MTU;
	lcp_wantoptions[0].neg_mru = 1;
}

/**
 * plugin_init - pppd's entry: become its channel
 *
 * The serial line's options stay known, since /etc/ppp/options and files that
 * served a modem before often hold some ("lock", "crtscts").
 */
void plugin_init(void)
{
	leave_log_to_pptpmuxd();
	channel.options = the_channel->options;
	the_channel = &channel;
	compat_no_modem();
	compat_add_options(options);
	compat_on_pid_change(pid_changed);
	apart_start();
	limit_mtu();
}
