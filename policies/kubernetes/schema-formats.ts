import { isIPv4, isIPv6 } from "node:net";

function isDate(text: string): boolean {
    const [, year, month, day] = (/^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []).map(Number);
    const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day));
    return date.getUTCMonth() + 1 === month && date.getUTCDate() === day;
}

const CLOCK = /^([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(z|[-+]\d\d:\d\d)$/i;

function isDateTime(text: string): boolean {
    const [date = "", time = "", ...more] = text.toLowerCase().split("t");
    return more.length === 0 && isDate(date) && CLOCK.test(time);
}

function isCidr(text: string): boolean {
    const [address = "", length = "", ...more] = text.split("/");
    const most = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1;
    return more.length === 0 && /^(?:0|[1-9]\d{0,2})$/.test(length) && Number(length) <= most;
}

const SHORT_NAME = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;

/** The formats of texts that are judged. The others that the API server checks are passed over, as those it does not know. */
export const FORMATS: Readonly<Record<string, { readonly name: string; readonly fits: (text: string) => boolean }>> = {
    ipv4: { name: "an IPv4 address", fits: isIPv4 },
    ipv6: { name: "an IPv6 address", fits: isIPv6 },
    cidr: { name: "a range of addresses such as 10.0.0.0/8", fits: isCidr },
    date: { name: "a date such as 2026-01-31", fits: isDate },
    "date-time": { name: "a time such as 2026-01-31T12:00:00Z", fits: isDateTime },
    "k8s-short-name": { name: "a DNS label", fits: (text) => text.length <= 63 && SHORT_NAME.test(text) },
    "k8s-long-name": {
        name: "a DNS name",
        fits: (text) => text.length <= 253 && text.split(".").every((label) => SHORT_NAME.test(label)),
    },
};
