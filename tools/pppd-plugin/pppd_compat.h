/* SPDX-License-Identifier: GPL-2.0 */
/*
 * pppd 2.4.9 and 2.5: everything that differs between their plugin interfaces.
 *
 * 2.5 has moved its options to a header of their own, its variables behind
 * functions and its types to the standard names; the rest of the plugin is
 * written against the names below.
 */
#ifndef PPPD_COMPAT_H
#define PPPD_COMPAT_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>


#if __has_include(<pppd/options.h>)	/* 2.5 */

#include <pppd/pppd.h>
#include <pppd/fsm.h>
#include <pppd/ccp.h>
#include <pppd/chap.h>
#include <pppd/ipcp.h>
#include <pppd/lcp.h>
#include <pppd/mppe.h>
#include <pppd/options.h>

#define compat_version			PPPD_VERSION
#define compat_add_options		ppp_add_options
#define compat_establish		ppp_generic_establish
#define compat_disestablish		ppp_generic_disestablish

typedef struct option compat_option;

/* pppd has these for its plugins to find, and no header that it installs says so */
extern char *ipparam;
extern char path_ippreup[], path_ipup[], path_ipdown[];
#define compat_path_pre_up		path_ippreup
extern char path_chapfile[];
#define compat_path_chap		path_chapfile
extern bool multilink;
extern bool bundle_terminating;
#define CHAP_MS_SHIFT			8
#define EAP_WITHPEER			0x10
#define EAP_PEER			0x20
extern int auth_done[];
bool in_phase(ppp_phase_t phase);
void continue_networks(int unit);
void ccp_flags_set(int unit, int is_open, int is_up);
void auth_reset(int unit);
int get_secret(int unit, char *client, char *server, char *secret, int *len, int am_server);

static inline void compat_set_names(const char *device, const char *number)
{
	ppp_set_devnam(device);
	ppp_set_pppdevnam(device);
	if (number)
		ppp_set_remote_number(number);
}

static inline void compat_set_number(const char *number)
{
	ppp_set_remote_number(number);
}

static inline void compat_no_modem(void)
{
	ppp_set_modem(false);
}

static inline bool compat_signaled(void)
{
	return ppp_signaled(SIGTERM) || ppp_signaled(SIGHUP);
}

static inline void compat_on_pid_change(void (*notify)(void *, int))
{
	ppp_add_notify(NF_PID_CHANGE, notify, NULL);
}

static inline void compat_on_user(void (*notify)(void *, int))
{
	ppp_add_notify(NF_AUTH_UP, notify, NULL);
}

static inline void compat_on_ip_up(void (*notify)(void *, int))
{
	ppp_add_notify(NF_IP_UP, notify, NULL);
}

static inline void compat_on_ip_down(void (*notify)(void *, int))
{
	ppp_add_notify(NF_IP_DOWN, notify, NULL);
}

static inline void compat_on_phase(void (*notify)(void *, int))
{
	ppp_add_notify(NF_PHASE_CHANGE, notify, NULL);
}

static inline void compat_on_signal(void (*notify)(void *, int))
{
	ppp_add_notify(NF_SIGNALED, notify, NULL);
}

static inline int compat_unit(void)
{
	return ppp_ifunit();
}

static inline int compat_status(void)
{
	return ppp_status();
}

static inline void compat_set_status(int code)
{
	ppp_set_status((ppp_exit_code_t)code);
}

static inline void compat_timeout(void (*function)(void *), int seconds)
{
	ppp_timeout(function, NULL, seconds, 0);
}

static inline void compat_untimeout(void (*function)(void *))
{
	ppp_untimeout(function, NULL);
}

static inline void compat_peer_name(char *name, size_t size)
{
	ppp_peer_authname(name, size);
}

static inline const char *compat_ifname(void)
{
	return ppp_ifname();
}

static inline bool compat_in_network_phase(void)
{
	return in_phase(PHASE_NETWORK);
}

static inline bool compat_mppe_keys(void)
{
	return mppe_keys_isset();
}

#else	/* 2.4.9 */

/* It has a type of its own of this name, for its structures only. */
#undef bool
#include <pppd/pppd.h>
#include <pppd/fsm.h>
#include <pppd/ccp.h>
#include <pppd/chap-new.h>
#include <pppd/ipcp.h>
#include <pppd/lcp.h>
#include <pppd/mppe.h>
#include <pppd/patchlevel.h>
#undef bool
#define bool				_Bool

#define compat_version			VERSION
#define compat_add_options		add_options
#define compat_establish		generic_establish_ppp
#define compat_disestablish		generic_disestablish_ppp

typedef option_t compat_option;

/* Debian's has the script, and its path stands in the code */
#define compat_path_pre_up		NULL
#define compat_path_chap		"/etc/ppp/chap-secrets"

extern int got_sighup;
extern int mppe_keys_set;

static inline void compat_set_names(const char *device, const char *number)
{
	strlcpy(devnam, device, sizeof(devnam));
	strlcpy(ppp_devnam, device, sizeof(ppp_devnam));
	if (number)
		strlcpy(remote_number, number, sizeof(remote_number));
}

static inline void compat_set_number(const char *number)
{
	strlcpy(remote_number, number, sizeof(remote_number));
}

static inline void compat_no_modem(void)
{
	modem = 0;
}

static inline bool compat_signaled(void)
{
	return got_sigterm || got_sighup;
}

static inline void compat_on_pid_change(void (*notify)(void *, int))
{
	add_notifier(&pidchange, notify, NULL);
}

static inline void compat_on_user(void (*notify)(void *, int))
{
	add_notifier(&auth_up_notifier, notify, NULL);
}

static inline void compat_on_ip_up(void (*notify)(void *, int))
{
	add_notifier(&ip_up_notifier, notify, NULL);
}

static inline void compat_on_ip_down(void (*notify)(void *, int))
{
	add_notifier(&ip_down_notifier, notify, NULL);
}

static inline void compat_on_phase(void (*notify)(void *, int))
{
	add_notifier(&phasechange, notify, NULL);
}

static inline void compat_on_signal(void (*notify)(void *, int))
{
	add_notifier(&sigreceived, notify, NULL);
}

static inline int compat_unit(void)
{
	return ifunit;
}

static inline int compat_status(void)
{
	return status;
}

static inline void compat_set_status(int code)
{
	status = code;
}

static inline void compat_timeout(void (*function)(void *), int seconds)
{
	timeout(function, NULL, seconds, 0);
}

static inline void compat_untimeout(void (*function)(void *))
{
	untimeout(function, NULL);
}

static inline void compat_peer_name(char *name, size_t size)
{
	strlcpy(name, peer_authname, size);
}

static inline const char *compat_ifname(void)
{
	return ifname;
}

static inline bool compat_in_network_phase(void)
{
	return phase == PHASE_NETWORK;
}

static inline bool compat_mppe_keys(void)
{
	return mppe_keys_set;
}

#endif

/* Of both, and in no header: what "nomppe-stateful" sets, one octet */
extern bool refuse_mppe_stateful;

/* The same, of "refuse-eap" */
extern bool refuse_eap;

/* Where a call comes from, as options "remotenumber" and "ipparam" say it */
static inline void compat_set_peer(char *peer)
{
	compat_set_number(peer);
	ipparam = peer;
}

#endif /* PPPD_COMPAT_H */
