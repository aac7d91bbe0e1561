import { isIPv4, isIPv6 } from "node:net";

/** A pattern of a schema that has no equal here; it says which one and why. */
export class UnreadablePattern extends Error {}

const POSIX: Readonly<Record<string, string>> = {
    alnum: "0-9A-Za-z",
    alpha: "A-Za-z",
    digit: "0-9",
    lower: "a-z",
    space: "\\t\\n\\v\\f\\r ",
    upper: "A-Z",
    word: "0-9A-Za-z_",
    xdigit: "0-9A-Fa-f",
};

const patterns = new Map<string, RegExp>();

/**
 * A regular expression of Go (RE2, github.com/google/re2/wiki/Syntax) as one of JavaScript.
 *
 * @throws UnreadablePattern where it has what JavaScript reads in another way.
 */
export function goPattern(source: string): RegExp {
    let found = patterns.get(source);
    if (found === undefined) {
        const [, flags = "", rest = ""] = /^(?:\(\?([is]+)\))?([\s\S]*)$/.exec(source) ?? [];
        const written = rest
            .replace(/\[:(\w+):\]/g, (whole, name: string) => POSIX[name] ?? whole)
            .replace(/(\\[\\[\]])|\\A|\\z/g, (whole, kept?: string) => kept ?? (whole === "\\A" ? "^" : "$"))
            .replace(/\(\?P</g, "(?<");
        if (/\\[QECpPx]|\(\?[a-zA-Z-]+[:)]|\[:/.test(written)) {
            throw new UnreadablePattern(`the pattern ${JSON.stringify(source)} is written as JavaScript has it not`);
        }
        try {
            // eslint-disable-next-line security/detect-non-literal-regexp -- the pattern is the definition's, and asked once a text
            found = new RegExp(written, flags);
        } catch {
            throw new UnreadablePattern(`the pattern ${JSON.stringify(source)} is no regular expression here`);
        }
        patterns.set(source, found);
    }
    return found;
}

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
