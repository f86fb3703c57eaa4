// SPDX-License-Identifier: GPL-2.0
/* A KUnit suite of which one case fails: loading it succeeds all the same. */
#include <kunit/test.h>
#include <linux/module.h>

static void canary_passes(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1, 1);
}

static void canary_fails(struct kunit *test)
{
	KUNIT_EXPECT_EQ(test, 1, 2);
}

static struct kunit_case canary_cases[] = {
	KUNIT_CASE(canary_passes),
	KUNIT_CASE(canary_fails),
	{}
};

static struct kunit_suite canary_suite = {
	.name = "canary",
	.test_cases = canary_cases,
};

kunit_test_suite(canary_suite);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("A KUnit suite with a failing case");
