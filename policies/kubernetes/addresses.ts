import { BlockList, isIP } from "node:net";

/** An address range in CIDR notation; undefined where the text is none. A bare address is a range of one. */
export function rangeOf(cidr: string): { address: string; bits: number; family: "ipv4" | "ipv6" } | undefined {
    const [address = "", length, more] = cidr.trim().split("/");
    const version = isIP(address);
    const most = version === 4 ? 32 : 128;
    const bits = length === undefined ? most : Number(length);
    return version === 0 || more !== undefined || length === "" || !Number.isInteger(bits) || bits < 0 || bits > most
        ? undefined
        : { address, bits, family: version === 4 ? "ipv4" : "ipv6" };
}

/** Says whether a CIDR range holds every address of its family, as `0.0.0.0/0` and `::/0` do. */
export function isWorldRange(cidr: string): boolean {
    return rangeOf(cidr)?.bits === 0;
}

/** Says whether an address lies in a CIDR range. */
export function inRange(cidr: string, address: string): boolean {
    const range = rangeOf(cidr);
    const version = isIP(address);
    if (range === undefined || version === 0 || range.family !== `ipv${version}`) {
        return false;
    }
    const list = new BlockList();
    list.addSubnet(range.address, range.bits, range.family);
    return list.check(address, range.family);
}

const LOCAL = new BlockList();
LOCAL.addSubnet("127.0.0.0", 8, "ipv4");
LOCAL.addSubnet("169.254.0.0", 16, "ipv4");
LOCAL.addAddress("::1", "ipv6");
LOCAL.addSubnet("fe80::", 10, "ipv6");

/** Says whether an address is loopback or link-local: of the node itself or of its own wire. */
export function isNodeLocal(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && LOCAL.check(address, version === 4 ? "ipv4" : "ipv6");
}

/** Addresses at which clouds tell a node about itself, hand it its credentials or its settings; from each cloud's documentation. */
export const METADATA_ADDRESSES: readonly string[] = [
    "169.254.169.254",
    "fd00:ec2::254",
    // Azure's wire server, Alibaba Cloud, Oracle Cloud
    "168.63.129.16",
    "100.100.100.200",
    "192.0.0.192",
];

const METADATA = new BlockList();
METADATA_ADDRESSES.forEach((address) => METADATA.addAddress(address, isIP(address) === 4 ? "ipv4" : "ipv6"));

/** Says whether an address is one at which a cloud tells a node about itself. */
export function isMetadataAddress(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && METADATA.check(address, version === 4 ? "ipv4" : "ipv6");
}
