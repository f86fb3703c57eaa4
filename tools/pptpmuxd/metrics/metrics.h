/* SPDX-License-Identifier: GPL-2.0 */
/* Metrics for Prometheus, over HTTP */
#ifndef METRICS_H
#define METRICS_H

struct metrics;
struct server;

struct metrics *metrics_open(struct server *server);
void metrics_close(struct metrics *metrics);

#endif /* METRICS_H */
