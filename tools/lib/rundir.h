/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The directory of the pptpmuxd of a network namespace, which holds its state and
 * the socket that it answers on. Each namespace has its own, named after the
 * namespace's number, since they may share one /run.
 */
#ifndef RUNDIR_H
#define RUNDIR_H

#include <stdbool.h>
#include <stddef.h>

#define RUNDIR_DEFAULT	"/run/pptpmuxd"

/**
 * rundir_path() - Name a file in the directory of the caller's namespace
 * @top: the directory of all namespaces
 * @name: the file, NULL for the directory itself
 * @path: where to, @size octets
 *
 * Return: false with errno set if the namespace cannot be told or the path is
 * too long.
 */
bool rundir_path(const char *top, const char *name, char *path, size_t size);

#endif /* RUNDIR_H */
