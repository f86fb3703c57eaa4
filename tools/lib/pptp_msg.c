// SPDX-License-Identifier: GPL-2.0
/*
 * The control messages of PPTP (RFC 2637, section 2), to and from the wire.
 */
#include "pptp_msg.h"

#include <stdbool.h>
#include <string.h>

#define ARRAY_SIZE(a)	(sizeof(a) / sizeof((a)[0]))

/* Where the header's fields are */
#define OFFSET_LENGTH	0
#define OFFSET_KIND	2	/* the RFC's "PPTP message type" */
#define OFFSET_MAGIC	4
#define OFFSET_TYPE	8
#define HEADER_LEN	12

#define KIND_CONTROL	1

/*
 * A field: its place in the message, its width there, its place in struct
 * pptp_msg. Widths of 1, 2 and 4 are numbers; all others are text, which has
 * one octet more in memory, for its end.
 */
struct field {
	uint8_t wire;
	uint8_t width;
	uint16_t memory;
};

#define FIELD(w, n, m)	{ .wire = (w), .width = (n), .memory = offsetof(struct pptp_msg, m) }

static const struct field sccrq[] = {
	FIELD(12, 2, start.version),
	FIELD(16, 4, start.framing),
	FIELD(20, 4, start.bearer),
	FIELD(24, 2, start.max_channels),
	FIELD(26, 2, start.firmware),
	FIELD(28, 64, start.host),
	FIELD(92, 64, start.vendor),
};

static const struct field sccrp[] = {
	FIELD(12, 2, start.version),
	FIELD(14, 1, start.result),
	FIELD(15, 1, start.error),
	FIELD(16, 4, start.framing),
	FIELD(20, 4, start.bearer),
	FIELD(24, 2, start.max_channels),
	FIELD(26, 2, start.firmware),
	FIELD(28, 64, start.host),
	FIELD(92, 64, start.vendor),
};

static const struct field stop_rq[] = {
	FIELD(12, 1, stop.result),
};

static const struct field stop_rp[] = {
	FIELD(12, 1, stop.result),
	FIELD(13, 1, stop.error),
};

static const struct field echo_rq[] = {
	FIELD(12, 4, echo.identifier),
};

static const struct field echo_rp[] = {
	FIELD(12, 4, echo.identifier),
	FIELD(16, 1, echo.result),
	FIELD(17, 1, echo.error),
};

static const struct field ocrq[] = {
	FIELD(12, 2, out_request.call_id),
	FIELD(14, 2, out_request.serial),
	FIELD(16, 4, out_request.min_bps),
	FIELD(20, 4, out_request.max_bps),
	FIELD(24, 4, out_request.bearer),
	FIELD(28, 4, out_request.framing),
	FIELD(32, 2, out_request.window),
	FIELD(34, 2, out_request.delay),
	FIELD(36, 2, out_request.phone_len),
	FIELD(40, 64, out_request.phone),
	FIELD(104, 64, out_request.subaddress),
};

static const struct field ocrp[] = {
	FIELD(12, 2, out_reply.call_id),
	FIELD(14, 2, out_reply.peer_call_id),
	FIELD(16, 1, out_reply.result),
	FIELD(17, 1, out_reply.error),
	FIELD(18, 2, out_reply.cause),
	FIELD(20, 4, out_reply.speed),
	FIELD(24, 2, out_reply.window),
	FIELD(26, 2, out_reply.delay),
	FIELD(28, 4, out_reply.channel),
};

static const struct field icrq[] = {
	FIELD(12, 2, in_request.call_id),
	FIELD(14, 2, in_request.serial),
	FIELD(16, 4, in_request.bearer),
	FIELD(20, 4, in_request.channel),
	FIELD(24, 2, in_request.dialed_len),
	FIELD(26, 2, in_request.dialing_len),
	FIELD(28, 64, in_request.dialed),
	FIELD(92, 64, in_request.dialing),
	FIELD(156, 64, in_request.subaddress),
};

static const struct field icrp[] = {
	FIELD(12, 2, in_reply.call_id),
	FIELD(14, 2, in_reply.peer_call_id),
	FIELD(16, 1, in_reply.result),
	FIELD(17, 1, in_reply.error),
	FIELD(18, 2, in_reply.window),
	FIELD(20, 2, in_reply.delay),
};

static const struct field iccn[] = {
	FIELD(12, 2, in_connected.peer_call_id),
	FIELD(16, 4, in_connected.speed),
	FIELD(20, 2, in_connected.window),
	FIELD(22, 2, in_connected.delay),
	FIELD(24, 4, in_connected.framing),
};

static const struct field ccrq[] = {
	FIELD(12, 2, clear.call_id),
};

static const struct field cdn[] = {
	FIELD(12, 2, disconnect.call_id),
	FIELD(14, 1, disconnect.result),
	FIELD(15, 1, disconnect.error),
	FIELD(16, 2, disconnect.cause),
	FIELD(20, 128, disconnect.statistics),
};

static const struct field wen[] = {
	FIELD(12, 2, wan_error.peer_call_id),
	FIELD(16, 4, wan_error.crc),
	FIELD(20, 4, wan_error.framing),
	FIELD(24, 4, wan_error.hardware),
	FIELD(28, 4, wan_error.buffer),
	FIELD(32, 4, wan_error.time_out),
	FIELD(36, 4, wan_error.alignment),
};

static const struct field sli[] = {
	FIELD(12, 2, link_info.peer_call_id),
	FIELD(16, 4, link_info.send_accm),
	FIELD(20, 4, link_info.receive_accm),
};

/* A type: how long it is, where its fields are, what it is called */
struct layout {
	const char *name;
	uint8_t length;
	uint8_t fields;
	const struct field *field;
};

#define LAYOUT(n, l, f)	{ .name = (n), .length = (l), .fields = ARRAY_SIZE(f), .field = (f) }

static const struct layout layouts[PPTP_TYPES] = {
	[PPTP_SCCRQ]	= LAYOUT("Start-Control-Connection-Request", 156, sccrq),
	[PPTP_SCCRP]	= LAYOUT("Start-Control-Connection-Reply", 156, sccrp),
	[PPTP_STOP_RQ]	= LAYOUT("Stop-Control-Connection-Request", 16, stop_rq),
	[PPTP_STOP_RP]	= LAYOUT("Stop-Control-Connection-Reply", 16, stop_rp),
	[PPTP_ECHO_RQ]	= LAYOUT("Echo-Request", 16, echo_rq),
	[PPTP_ECHO_RP]	= LAYOUT("Echo-Reply", 20, echo_rp),
	[PPTP_OCRQ]	= LAYOUT("Outgoing-Call-Request", 168, ocrq),
	[PPTP_OCRP]	= LAYOUT("Outgoing-Call-Reply", 32, ocrp),
	[PPTP_ICRQ]	= LAYOUT("Incoming-Call-Request", 220, icrq),
	[PPTP_ICRP]	= LAYOUT("Incoming-Call-Reply", 24, icrp),
	[PPTP_ICCN]	= LAYOUT("Incoming-Call-Connected", 28, iccn),
	[PPTP_CCRQ]	= LAYOUT("Call-Clear-Request", 16, ccrq),
	[PPTP_CDN]	= LAYOUT("Call-Disconnect-Notify", 148, cdn),
	[PPTP_WEN]	= LAYOUT("WAN-Error-Notify", 40, wen),
	[PPTP_SLI]	= LAYOUT("Set-Link-Info", 24, sli),
};

static uint32_t get(const uint8_t *data, unsigned int width)
{
	uint32_t value = 0;

	while (width--)
		value = value << 8 | *data++;
	return value;
}

static void put(uint8_t *data, unsigned int width, uint32_t value)
{
	while (width--) {
		data[width] = value & 0xff;
		value >>= 8;
	}
}

static void field_decode(const struct field *field, const uint8_t *data, struct pptp_msg *msg)
{
	uint32_t value = field->width <= 4 ? get(data + field->wire, field->width) : 0;
	void *memory = (char *)msg + field->memory;

	switch (field->width) {
	case 1:
		*(uint8_t *)memory = value;
		break;
	case 2:
		*(uint16_t *)memory = value;
		break;
	case 4:
		*(uint32_t *)memory = value;
		break;
	default:
		memcpy(memory, data + field->wire, field->width);
		((char *)memory)[field->width] = '\0';
	}
}

static void field_encode(const struct field *field, uint8_t *data, const struct pptp_msg *msg)
{
	const void *memory = (const char *)msg + field->memory;

	switch (field->width) {
	case 1:
		put(data + field->wire, 1, *(const uint8_t *)memory);
		break;
	case 2:
		put(data + field->wire, 2, *(const uint16_t *)memory);
		break;
	case 4:
		put(data + field->wire, 4, *(const uint32_t *)memory);
		break;
	default:
		memcpy(data + field->wire, memory, strnlen(memory, field->width));
	}
}

static const struct layout *layout_of(unsigned int type)
{
	return type < PPTP_TYPES && layouts[type].length ? &layouts[type] : NULL;
}

/*
 * Checks what there is of the header, so that a connection that speaks
 * something else is known by its first octets and not by its 220th.
 * Returns NULL or what is wrong.
 */
static const char *header_fault(const uint8_t *data, size_t len)
{
	const struct layout *layout;
	uint16_t length;

	if (len < OFFSET_KIND)
		return NULL;
	length = get(data + OFFSET_LENGTH, 2);
	if (length < PPTP_MSG_MIN)
		return "length below that of any control message";
	if (length > PPTP_MSG_MAX)
		return "length above that of any control message";
	if (len >= OFFSET_MAGIC && get(data + OFFSET_KIND, 2) != KIND_CONTROL)
		return "not a control message (PPTP message type is not 1)";
	if (len >= OFFSET_TYPE && get(data + OFFSET_MAGIC, 4) != PPTP_MAGIC)
		return "wrong magic cookie: the peer does not speak PPTP, or is out of step";
	if (len < OFFSET_TYPE + 2)
		return NULL;
	layout = layout_of(get(data + OFFSET_TYPE, 2));
	if (!layout)
		return "unknown control message type";
	return length == layout->length ? NULL : "length does not fit the control message type";
}

/**
 * pptp_msg_decode - one message from the head of a buffer
 * @data:	what has been received
 * @len:	octets of it; may be more than one message
 * @msg:	filled in when PPTP_OK is returned
 * @reason:	set to a text for the log when PPTP_BAD is returned
 *
 * The octets that the message took are pptp_msg_length(msg->type). A protocol
 * version other than PPTP_VERSION is no error here: it has an answer of its
 * own (RFC 2637, section 2.2, result 5).
 *
 * Return: PPTP_OK, PPTP_MORE or PPTP_BAD.
 */
enum pptp_result pptp_msg_decode(const uint8_t *data, size_t len,
				 struct pptp_msg *msg, const char **reason)
{
	const struct layout *layout;
	unsigned int i;

	*reason = header_fault(data, len);
	if (*reason)
		return PPTP_BAD;
	if (len < HEADER_LEN || len < get(data + OFFSET_LENGTH, 2))
		return PPTP_MORE;
	memset(msg, 0, sizeof(*msg));
	msg->type = get(data + OFFSET_TYPE, 2);
	layout = &layouts[msg->type];
	for (i = 0; i < layout->fields; i++)
		field_decode(&layout->field[i], data, msg);
	return PPTP_OK;
}

/**
 * pptp_msg_encode - a message as it goes over the wire
 * @msg:	the message
 * @data:	where to
 * @size:	octets there; PPTP_MSG_MAX is enough for any
 *
 * Return: octets written, 0 if the type is unknown or @size too small.
 */
size_t pptp_msg_encode(const struct pptp_msg *msg, uint8_t *data, size_t size)
{
	const struct layout *layout = layout_of(msg->type);
	unsigned int i;

	if (!layout || size < layout->length)
		return 0;
	memset(data, 0, layout->length);
	put(data + OFFSET_LENGTH, 2, layout->length);
	put(data + OFFSET_KIND, 2, KIND_CONTROL);
	put(data + OFFSET_MAGIC, 4, PPTP_MAGIC);
	put(data + OFFSET_TYPE, 2, msg->type);
	for (i = 0; i < layout->fields; i++)
		field_encode(&layout->field[i], data, msg);
	return layout->length;
}

/**
 * pptp_msg_length - octets that a type of message takes on the wire
 * @type:	the type
 *
 * Return: octets, 0 for an unknown type.
 */
size_t pptp_msg_length(enum pptp_type type)
{
	const struct layout *layout = layout_of(type);

	return layout ? layout->length : 0;
}

static enum pptp_error out_request_fault(const struct pptp_out_request *request)
{
	if (request->phone_len > PPTP_STRING_MAX)
		return PPTP_ERROR_BAD_FORMAT;
	if (request->min_bps > request->max_bps ||
	    !request->bearer || request->bearer > PPTP_BEARER_EITHER ||
	    !request->framing || request->framing > PPTP_FRAMING_EITHER)
		return PPTP_ERROR_BAD_VALUE;
	return PPTP_ERROR_NONE;
}

static enum pptp_error in_request_fault(const struct pptp_in_request *request)
{
	if (request->dialed_len > PPTP_STRING_MAX || request->dialing_len > PPTP_STRING_MAX)
		return PPTP_ERROR_BAD_FORMAT;
	if (!request->bearer || request->bearer > PPTP_BEARER_EITHER)
		return PPTP_ERROR_BAD_VALUE;
	return PPTP_ERROR_NONE;
}

/**
 * pptp_msg_fault - what is wrong with a request for a call
 * @msg:	a message
 *
 * The other types have no field whose value would be refused: unknown results
 * and reasons mean what "general error" does.
 *
 * Return: the error code for the reply (RFC 2637, section 2.16).
 */
enum pptp_error pptp_msg_fault(const struct pptp_msg *msg)
{
	switch (msg->type) {
	case PPTP_OCRQ:
		return out_request_fault(&msg->out_request);
	case PPTP_ICRQ:
		return in_request_fault(&msg->in_request);
	default:
		return PPTP_ERROR_NONE;
	}
}

static const char *text_of(const char * const *texts, size_t count, unsigned int value)
{
	return value < count && texts[value] ? texts[value] : "unknown code";
}

const char *pptp_type_name(unsigned int type)
{
	const struct layout *layout = layout_of(type);

	return layout ? layout->name : "unknown message";
}

const char *pptp_start_result_text(unsigned int result)
{
	static const char * const texts[] = {
		[PPTP_START_OK] = "accepted",
		[PPTP_START_GENERAL] = "general error",
		[PPTP_START_EXISTS] = "a control connection exists already",
		[PPTP_START_NOT_AUTHORISED] = "not authorised to open a control connection",
		[PPTP_START_VERSION] = "protocol version not supported",
	};

	return text_of(texts, ARRAY_SIZE(texts), result);
}

const char *pptp_stop_reason_text(unsigned int reason)
{
	static const char * const texts[] = {
		[PPTP_STOP_NONE] = "on request",
		[PPTP_STOP_PROTOCOL] = "protocol error or version not supported",
		[PPTP_STOP_SHUTDOWN] = "it shuts down",
	};

	return text_of(texts, ARRAY_SIZE(texts), reason);
}

const char *pptp_in_result_text(unsigned int result)
{
	static const char * const texts[] = {
		[PPTP_IN_CONNECT] = "accepted",
		[PPTP_IN_GENERAL] = "general error",
		[PPTP_IN_NOT_ACCEPTED] = "not accepted",
	};

	return text_of(texts, ARRAY_SIZE(texts), result);
}

const char *pptp_out_result_text(unsigned int result)
{
	static const char * const texts[] = {
		[PPTP_OUT_CONNECTED] = "connected",
		[PPTP_OUT_GENERAL] = "general error",
		[PPTP_OUT_NO_CARRIER] = "no carrier",
		[PPTP_OUT_BUSY] = "busy: all VPN slots are taken, or no new calls are wanted",
		[PPTP_OUT_NO_DIAL_TONE] = "no dial tone",
		[PPTP_OUT_TIME_OUT] = "not answered in time",
		[PPTP_OUT_NOT_ACCEPTED] = "not accepted: no VPN slot is set to receive calls, or an administrator forbids it",
	};

	return text_of(texts, ARRAY_SIZE(texts), result);
}

const char *pptp_cdn_result_text(unsigned int result)
{
	static const char * const texts[] = {
		[PPTP_CDN_LOST_CARRIER] = "lost carrier",
		[PPTP_CDN_GENERAL] = "general error",
		[PPTP_CDN_ADMINISTRATIVE] = "hung up by the administrator",
		[PPTP_CDN_REQUEST] = "hung up on request",
	};

	return text_of(texts, ARRAY_SIZE(texts), result);
}

const char *pptp_error_text(unsigned int error)
{
	static const char * const texts[] = {
		[PPTP_ERROR_NONE] = "no error",
		[PPTP_ERROR_NOT_CONNECTED] = "no control connection",
		[PPTP_ERROR_BAD_FORMAT] = "bad format",
		[PPTP_ERROR_BAD_VALUE] = "bad value",
		[PPTP_ERROR_NO_RESOURCE] = "no resource",
		[PPTP_ERROR_BAD_CALL_ID] = "bad call id",
		[PPTP_ERROR_PAC] = "error of the access concentrator",
	};

	return text_of(texts, ARRAY_SIZE(texts), error);
}

void pptp_framer_init(struct pptp_framer *framer)
{
	framer->len = 0;
}

/* How many octets are needed before more can be said */
static size_t framer_goal(const struct pptp_framer *framer)
{
	if (framer->len < HEADER_LEN)
		return HEADER_LEN;
	return get(framer->data + OFFSET_LENGTH, 2);
}

/**
 * pptp_framer_next - the next message of a stream
 * @framer:	the stream
 * @data:	octets that have come; advanced past what was taken
 * @len:	how many; lessened likewise
 * @msg:	filled in when PPTP_OK is returned
 * @reason:	set when PPTP_BAD is returned
 *
 * Call again while it returns PPTP_OK. After PPTP_BAD the stream is out of step
 * for good.
 *
 * Return: PPTP_OK, PPTP_MORE when @data is used up, PPTP_BAD.
 */
enum pptp_result pptp_framer_next(struct pptp_framer *framer,
				  const uint8_t **data, size_t *len,
				  struct pptp_msg *msg, const char **reason)
{
	enum pptp_result result;
	size_t take;

	while (*len) {
		take = framer_goal(framer) - framer->len;
		if (take > *len)
			take = *len;
		memcpy(framer->data + framer->len, *data, take);
		framer->len += take;
		*data += take;
		*len -= take;
		result = pptp_msg_decode(framer->data, framer->len, msg, reason);
		if (result == PPTP_OK)
			framer->len = 0;
		if (result != PPTP_MORE)
			return result;
	}
	return PPTP_MORE;
}
