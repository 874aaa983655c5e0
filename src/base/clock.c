/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"

int64_t
clock_now(void)
{
	return g_get_real_time();
}

static char *
format(int64_t moment, char separator)
{
	int64_t second = moment / CLOCK_SECOND;
	int64_t rest = moment % CLOCK_SECOND;
	if (rest < 0) {
		second--;
		rest += CLOCK_SECOND;
	}
	g_autoptr(GDateTime) when = g_date_time_new_from_unix_utc(second);
	if (when == NULL)
		return NULL;
	g_autofree char *day = g_date_time_format(when, "%Y-%m-%d");
	g_autofree char *time = g_date_time_format(when, "%H:%M:%S");
	return g_strdup_printf("%s%c%s.%06d", day, separator, time, (int)rest);
}

char *
clock_format_iso(int64_t moment)
{
	return moment == CLOCK_UNKNOWN ? NULL : format(moment, 'T');
}

char *
clock_format_sql(int64_t moment)
{
	return moment == CLOCK_UNKNOWN ? NULL : format(moment, ' ');
}

bool
clock_parse_sql(const char *text, int64_t *moment)
{
	*moment = CLOCK_UNKNOWN;
	if (text == NULL)
		return false;
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	g_autoptr(GDateTime) when = g_date_time_new_from_iso8601(text, utc);
	if (when == NULL)
		return false;
	*moment = g_date_time_to_unix(when) * CLOCK_SECOND + g_date_time_get_microsecond(when);
	return true;
}
