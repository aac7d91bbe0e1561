import { inRange, rangeOf } from "../addresses";
import type { Block } from "../breadth";
import { every, some } from "./match";
import type { Match } from "./match";
import type { Party } from "./parties";

/** What is known of the addresses that a cluster gives. */
export interface Addressing {
    /** The ranges that pods get their addresses from. Default: not known. Empty: outside every range that a policy names. */
    readonly podRanges?: readonly string[];
}

/** Says whether a block of addresses takes a party in. */
export function blockTakes(block: Block, party: Party, { podRanges }: Addressing): Match {
    switch (party.kind) {
        case "address":
            return holds(block, party.block);
        case "anywhere":
            return isWhole(block) ? "yes" : "maybe";
        case "node":
            return holdsAddresses(block, party.addresses);
        case "pod":
            if (party.addresses.length > 0) {
                return holdsAddresses(block, party.addresses);
            }
            // A pod in its node's network has the node's address, and no range of pods says anything of that.
            if (podRanges === undefined || party.hostNetwork !== "no" || isWhole(block)) {
                return isWhole(block) ? "yes" : "maybe";
            }
            return holdsRanges(block, podRanges);
    }
}

/** All addresses of a family. Most clusters have one family only, and then these are all there are. */
function isWhole({ cidr, except }: Block): boolean {
    return rangeOf(cidr)?.bits === 0 && except.length === 0;
}

/** A party of several addresses is reached, or known, by any of them. */
function holdsAddresses(block: Block, addresses: readonly string[]): Match {
    return addresses.length === 0
        ? isWhole(block)
            ? "yes"
            : "maybe"
        : every(addresses, (cidr) => holds(block, { cidr, except: [] })) === "yes"
          ? "yes"
          : some(addresses, (cidr) => holds(block, { cidr, except: [] })) === "no"
            ? "no"
            : "maybe";
}

function holdsRanges(block: Block, ranges: readonly string[]): Match {
    if (ranges.length === 0) {
        return "no";
    }
    return holdsAddresses(block, ranges);
}

/** Says whether a block holds every address of another, none, or some. */
function holds(block: Block, asked: Block): Match {
    if (
        !meet(block.cidr, asked.cidr) ||
        block.except.some((hole) => contains(hole, asked.cidr)) ||
        asked.except.some((hole) => contains(hole, block.cidr))
    ) {
        return "no";
    }
    const whole =
        contains(block.cidr, asked.cidr) &&
        block.except.every((hole) => !meet(hole, asked.cidr) || asked.except.some((other) => contains(other, hole)));
    return whole ? "yes" : "maybe";
}

/** Of two ranges in CIDR notation either one holds the other, or they have nothing in common. */
function meet(one: string, other: string): boolean {
    return contains(one, other) || contains(other, one);
}

function contains(outer: string, inner: string): boolean {
    const [wide, narrow] = [rangeOf(outer), rangeOf(inner)];
    return wide !== undefined && narrow !== undefined && wide.bits <= narrow.bits && inRange(outer, narrow.address);
}
