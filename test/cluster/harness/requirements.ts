import { existsSync } from "node:fs";
import { MissingRequirement } from "./errors";
import { which } from "./exec";
import type { Profile } from "./state";

/** Programs that come from the operating system, with the Debian package that brings them. */
const EVERYWHERE = { openssl: "openssl", setpriv: "util-linux" };
const NODE_ONLY = {
    containerd: "containerd",
    ctr: "containerd",
    runc: "runc",
    nft: "nftables",
    iptables: "iptables",
    ip: "iproute2",
    unshare: "util-linux",
    nsenter: "util-linux",
};

/** Where distributions put the CNI plugins. */
const CNI_FOLDERS = ["/usr/lib/cni", "/opt/cni/bin", "/usr/libexec/cni"];

export function cniFolder(): string | undefined {
    return CNI_FOLDERS.find((folder) => existsSync(`${folder}/bridge`) && existsSync(`${folder}/host-local`));
}

/** Says everything that is missing at once, with what to install. Compilers are only asked for when something is to be built. */
export async function requirePrograms(profile: Profile): Promise<void> {
    const missing: string[] = [];
    if (process.platform !== "linux") {
        missing.push(`Linux is needed, this is ${process.platform}`);
    }
    const programs = profile === "full" ? { ...EVERYWHERE, ...NODE_ONLY } : EVERYWHERE;
    for (const [program, packageName] of Object.entries(programs)) {
        if ((await which(program)) === undefined) {
            missing.push(`no ${program} (Debian package ${packageName})`);
        }
    }
    if (profile === "full") {
        if (process.getuid?.() !== 0) {
            missing.push("the full profile needs root: it makes namespaces, mounts and a bridge of its own");
        }
        if (cniFolder() === undefined) {
            missing.push("no CNI plugins (Debian package containernetworking-plugins)");
        }
    }
    if (missing.length > 0) {
        throw new MissingRequirement(missing);
    }
}
