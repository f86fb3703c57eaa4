/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The control messages of PPTP (RFC 2637, section 2), to and from the wire.
 *
 * Pure: no input or output, no clock, no allocation. A message in memory is in
 * host byte order; reserved fields are sent as zero and ignored on receipt.
 */
#ifndef PPTP_MSG_H
#define PPTP_MSG_H

#include <stddef.h>
#include <stdint.h>

#define PPTP_PORT		1723
#define PPTP_MAGIC		0x1a2b3c4d
#define PPTP_VERSION		0x0100	/* version 1, revision 0 */

/*
 * Packets that the module takes without an acknowledgement. It bounds what a peer
 * that believes it sends in a round trip: at 50 ms, 512 are 100 Mbit/s.
 */
#define PPTP_RECEIVE_WINDOW	512

#define PPTP_MSG_MIN		16	/* octets of the shortest message */
#define PPTP_MSG_MAX		220	/* octets of the longest one */
#define PPTP_STRING_MAX		64	/* octets of the longest text field */
#define PPTP_STATISTICS_MAX	128	/* ... but for a CDN's statistics */

enum pptp_type {
	PPTP_SCCRQ = 1,
	PPTP_SCCRP,
	PPTP_STOP_RQ,
	PPTP_STOP_RP,
	PPTP_ECHO_RQ,
	PPTP_ECHO_RP,
	PPTP_OCRQ,
	PPTP_OCRP,
	PPTP_ICRQ,
	PPTP_ICRP,
	PPTP_ICCN,
	PPTP_CCRQ,
	PPTP_CDN,
	PPTP_WEN,
	PPTP_SLI,

	PPTP_TYPES	/* number of types, and one */
};

/* Framing and bearer capabilities, and types */
#define PPTP_FRAMING_ASYNC	1
#define PPTP_FRAMING_SYNC	2
#define PPTP_FRAMING_EITHER	3
#define PPTP_BEARER_ANALOG	1
#define PPTP_BEARER_DIGITAL	2
#define PPTP_BEARER_EITHER	3

/* Start-Control-Connection-Reply: result */
enum pptp_start_result {
	PPTP_START_OK = 1,
	PPTP_START_GENERAL,
	PPTP_START_EXISTS,
	PPTP_START_NOT_AUTHORISED,
	PPTP_START_VERSION,
};

/* Stop-Control-Connection-Request: reason */
enum pptp_stop_reason {
	PPTP_STOP_NONE = 1,
	PPTP_STOP_PROTOCOL,
	PPTP_STOP_SHUTDOWN,
};

/* Stop-Control-Connection-Reply and Echo-Reply: result */
enum pptp_result_code {
	PPTP_RESULT_OK = 1,
	PPTP_RESULT_GENERAL,
};

/* Outgoing-Call-Reply: result */
enum pptp_out_result {
	PPTP_OUT_CONNECTED = 1,
	PPTP_OUT_GENERAL,
	PPTP_OUT_NO_CARRIER,
	PPTP_OUT_BUSY,
	PPTP_OUT_NO_DIAL_TONE,
	PPTP_OUT_TIME_OUT,
	PPTP_OUT_NOT_ACCEPTED,
};

/* Incoming-Call-Reply: result */
enum pptp_in_result {
	PPTP_IN_CONNECT = 1,
	PPTP_IN_GENERAL,
	PPTP_IN_NOT_ACCEPTED,
};

/* Call-Disconnect-Notify: result */
enum pptp_cdn_result {
	PPTP_CDN_LOST_CARRIER = 1,
	PPTP_CDN_GENERAL,
	PPTP_CDN_ADMINISTRATIVE,
	PPTP_CDN_REQUEST,
};

/* General error codes (RFC 2637, section 2.16) */
enum pptp_error {
	PPTP_ERROR_NONE,
	PPTP_ERROR_NOT_CONNECTED,
	PPTP_ERROR_BAD_FORMAT,
	PPTP_ERROR_BAD_VALUE,
	PPTP_ERROR_NO_RESOURCE,
	PPTP_ERROR_BAD_CALL_ID,
	PPTP_ERROR_PAC,
};

/* Start-Control-Connection-Request and -Reply; result and error in the latter */
struct pptp_start {
	uint16_t version;
	uint8_t result;
	uint8_t error;
	uint32_t framing;
	uint32_t bearer;
	uint16_t max_channels;
	uint16_t firmware;
	char host[PPTP_STRING_MAX + 1];
	char vendor[PPTP_STRING_MAX + 1];
};

/* Stop-Control-Connection-Request: the reason; -Reply: result and error */
struct pptp_stop {
	uint8_t result;
	uint8_t error;
};

/* Echo-Request and -Reply; result and error in the latter */
struct pptp_echo {
	uint32_t identifier;
	uint8_t result;
	uint8_t error;
};

struct pptp_out_request {
	uint16_t call_id;
	uint16_t serial;
	uint32_t min_bps;
	uint32_t max_bps;
	uint32_t bearer;
	uint32_t framing;
	uint16_t window;	/* packets */
	uint16_t delay;		/* tenths of a second */
	uint16_t phone_len;
	char phone[PPTP_STRING_MAX + 1];
	char subaddress[PPTP_STRING_MAX + 1];
};

struct pptp_out_reply {
	uint16_t call_id;
	uint16_t peer_call_id;
	uint8_t result;
	uint8_t error;
	uint16_t cause;
	uint32_t speed;
	uint16_t window;
	uint16_t delay;
	uint32_t channel;
};

struct pptp_in_request {
	uint16_t call_id;
	uint16_t serial;
	uint32_t bearer;
	uint32_t channel;
	uint16_t dialed_len;
	uint16_t dialing_len;
	char dialed[PPTP_STRING_MAX + 1];
	char dialing[PPTP_STRING_MAX + 1];
	char subaddress[PPTP_STRING_MAX + 1];
};

struct pptp_in_reply {
	uint16_t call_id;
	uint16_t peer_call_id;
	uint8_t result;
	uint8_t error;
	uint16_t window;
	uint16_t delay;
};

struct pptp_in_connected {
	uint16_t peer_call_id;
	uint32_t speed;
	uint16_t window;
	uint16_t delay;
	uint32_t framing;
};

struct pptp_clear {
	uint16_t call_id;
};

struct pptp_disconnect {
	uint16_t call_id;
	uint8_t result;
	uint8_t error;
	uint16_t cause;
	char statistics[PPTP_STATISTICS_MAX + 1];
};

struct pptp_wan_error {
	uint16_t peer_call_id;
	uint32_t crc;
	uint32_t framing;
	uint32_t hardware;
	uint32_t buffer;
	uint32_t time_out;
	uint32_t alignment;
};

struct pptp_link_info {
	uint16_t peer_call_id;
	uint32_t send_accm;
	uint32_t receive_accm;
};

struct pptp_msg {
	enum pptp_type type;
	union {
		struct pptp_start start;
		struct pptp_stop stop;
		struct pptp_echo echo;
		struct pptp_out_request out_request;
		struct pptp_out_reply out_reply;
		struct pptp_in_request in_request;
		struct pptp_in_reply in_reply;
		struct pptp_in_connected in_connected;
		struct pptp_clear clear;
		struct pptp_disconnect disconnect;
		struct pptp_wan_error wan_error;
		struct pptp_link_info link_info;
	};
};

enum pptp_result {
	PPTP_OK,	/* a message */
	PPTP_MORE,	/* right so far, but not whole */
	PPTP_BAD,	/* not PPTP: the connection must be closed */
};

enum pptp_result pptp_msg_decode(const uint8_t *data, size_t len,
				 struct pptp_msg *msg, const char **reason);
size_t pptp_msg_encode(const struct pptp_msg *msg, uint8_t *data, size_t size);
size_t pptp_msg_length(enum pptp_type type);
enum pptp_error pptp_msg_fault(const struct pptp_msg *msg);

/* Text for logs; never NULL */
const char *pptp_type_name(unsigned int type);
const char *pptp_start_result_text(unsigned int result);
const char *pptp_stop_reason_text(unsigned int reason);
const char *pptp_out_result_text(unsigned int result);
const char *pptp_in_result_text(unsigned int result);
const char *pptp_cdn_result_text(unsigned int result);
const char *pptp_error_text(unsigned int error);

/*
 * Cuts a stream of octets into messages. Holds one message at most, so that
 * what a peer sends never takes more memory than this.
 */
struct pptp_framer {
	uint8_t data[PPTP_MSG_MAX];
	size_t len;
};

void pptp_framer_init(struct pptp_framer *framer);
enum pptp_result pptp_framer_next(struct pptp_framer *framer,
				  const uint8_t **data, size_t *len,
				  struct pptp_msg *msg, const char **reason);

#endif /* PPTP_MSG_H */
