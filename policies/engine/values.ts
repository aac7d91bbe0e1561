import { isIP } from "node:net";

import { amountOf } from "../kubernetes/quantity";
import { integer, scalar, text } from "./schema";

/** RFC 1123 label: the name of a namespace or of most objects. */
export const dnsLabel = text(
    "a DNS label (lower-case letters, digits and hyphens, at most 63)",
    /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/,
);

/** Kubernetes resource quantity that is not negative, e.g. `250m`, `0.5` or `512Mi`. */
export const quantity = scalar("a Kubernetes quantity such as 250m or 512Mi", (value) =>
    typeof value === "string" && value === value.trim() && (amountOf(value) ?? -1) >= 0 ? value : undefined,
);

/** An address range with its mask, e.g. `10.0.0.0/24` or `fd00::/64`. */
export const cidr = scalar("an address range with its mask, such as 10.0.0.0/24", (value) =>
    typeof value === "string" && isRange(value) ? value : undefined,
);

function isRange(value: string): boolean {
    const [address = "", mask = "", ...rest] = value.split("/");
    const bits = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
    return rest.length === 0 && /^\d{1,3}$/.test(mask) && Number(mask) <= bits;
}

/** A duration as Go writes it, e.g. `30s`, `5m`, `1h30m`. */
export const duration = text("a duration such as 30s, 5m or 1h30m", /^(?:\d+h)?(?:\d+m)?(?:\d+s)?$(?<=[hms])/);

/** The path of a URL as an HTTPRoute takes it: whole, without empty, `.` or `..` elements (Gateway API, HTTPPathMatch). */
export const urlPath = text(
    "an absolute path of letters, digits, dots, dashes, underscores and tildes, without //, /./ or /../",
    /^\/(?:(?!\.{1,2}(?:\/|$))[A-Za-z0-9._~-]+(?:\/|$))*$/,
);

export const port = integer(1, 65535);

/** A day of the calendar. Some readers of YAML make a point in time of one. */
export const date = scalar("a date, YYYY-MM-DD", (value) => {
    const day = value instanceof Date ? value.toISOString().slice(0, 10) : value;
    return typeof day === "string" && isDate(day) ? day : undefined;
});

/** The moment at which a day, `YYYY-MM-DD` (UTC), is over. */
export function endOfDay(day: string): Date {
    return new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000);
}

/** Whether a text is a day of the calendar, `YYYY-MM-DD`. */
export function isDate(text: string): boolean {
    const parsed = new Date(`${text}T00:00:00Z`);
    return /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(parsed.valueOf()) && parsed.toISOString().startsWith(text);
}

/** Whether a text that begins with a day is a moment: `Date.parse` takes the 30th of February for the 2nd of March. */
export function isMoment(text: string): boolean {
    return isDate(text.slice(0, 10)) && !Number.isNaN(Date.parse(text));
}

/** Five fields of numbers, steps, ranges and lists (crontab); names of months and days are left out. */
export const cronSchedule = text("a cron schedule such as 17 * * * *", /^(?:[\d*/,-]+ ){4}[\d*/,-]+$/);
