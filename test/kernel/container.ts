import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import type { Body } from "../../policies/kubernetes/kube";
import { list, obj, strings } from "../../policies/kubernetes/kube";

/** What the tests need beside root: a runtime of containers, and what sets capabilities of files. */
const PROGRAMS = { runc: "runc", setcap: "libcap2-bin", perl: "perl-base" };

/** Why no container can be run here, or undefined. */
export function lacking(): string | undefined {
    if (process.getuid?.() !== 0) {
        return "needs root";
    }
    const missing = Object.entries(PROGRAMS).find(([name]) => spawnSync("which", [name]).status !== 0);
    return missing === undefined ? undefined : `no ${missing[0]} (Debian package ${missing[1]})`;
}

/** The capabilities that containerd gives a container by default (oci.WithDefaultUnixCapabilities). */
const DEFAULT_CAPABILITIES = [
    ...["CHOWN", "DAC_OVERRIDE", "FSETID", "FOWNER", "MKNOD", "NET_RAW", "SETGID", "SETUID", "SETFCAP", "SETPCAP"],
    ...["NET_BIND_SERVICE", "SYS_CHROOT", "KILL", "AUDIT_WRITE"],
];

/** Calls that containerd's default profile refuses to a process without CAP_SYS_ADMIN: those that the programs here make. */
const REFUSED_CALLS = ["unshare", "setns", "mount", "umount2", "keyctl", "add_key"];

/** How containerd reads the two lists: `ALL` first, then the others, with or without CAP_, in any case. */
function capabilitiesOf(securityContext: Body): readonly string[] {
    const { add, drop } = obj(securityContext["capabilities"]);
    const plain = (names: unknown) => strings(names).map((name) => name.toUpperCase().replace(/^CAP_/, ""));
    const added = plain(add);
    const dropped = plain(drop);
    const held = new Set(dropped.includes("ALL") ? [] : DEFAULT_CAPABILITIES);
    added.forEach((name) => held.add(name));
    dropped.filter((name) => name !== "ALL" && !added.includes(name)).forEach((name) => held.delete(name));
    return [...held].map((name) => `CAP_${name}`);
}

/** What a container of a pod came to. */
export type Ended = "works" | "fails" | "is not started by the kubelet";

/** An image in a folder: programs that each need something of the kernel. The machine's own /usr is below it, read-only. */
export class Image {
    private readonly folder = mkdtempSync(join(tmpdir(), "kernel-test-"));
    private runs = 0;

    constructor() {
        const root = join(this.folder, "rootfs");
        for (const name of ["usr", "proc", "dev", "tmp", "app"]) {
            mkdirSync(join(root, name), { recursive: true });
        }
        ["bin", "sbin", "lib", "lib64"].forEach((name) => symlinkSync(`usr/${name}`, join(root, name)));
        chmodSync(join(root, "tmp"), 0o1777);
        chmodSync(join(root, "app"), 0o777);
        const app = (name: string) => join(root, "app", name);
        copyFileSync("/usr/bin/true", app("capable"));
        const { status, stderr } = spawnSync("setcap", ["cap_net_bind_service=ep", app("capable")]);
        if (status !== 0) {
            throw new Error(`setcap: ${stderr.toString()}`);
        }
        copyFileSync("/usr/bin/id", app("set-user-id"));
        chmodSync(app("set-user-id"), 0o4755);
    }

    /**
     * Runs a command as the first container of a pod, translated as the kubelet and containerd do it: user, capabilities,
     * no_new_privs, root file system, system calls.
     *
     * @param user of the image, which counts where the pod names none
     */
    run(pod: Body, command: string, user: number): Ended {
        const spec = obj(pod["spec"]);
        const ofPod = obj(spec["securityContext"]);
        const own = obj(obj(list(spec["containers"])[0])["securityContext"]);
        const setting = (name: string) => own[name] ?? ofPod[name];
        const uid = Number(setting("runAsUser") ?? user);
        // verifyRunAsNonRoot of the kubelet.
        if (setting("runAsNonRoot") === true && uid === 0) {
            return "is not started by the kubelet";
        }
        const gid = Number(setting("runAsGroup") ?? (setting("runAsUser") === undefined ? user : 0));
        const held = capabilitiesOf(own);
        const seccomp = obj(setting("seccompProfile"))["type"];
        const config = {
            ociVersion: "1.0.2",
            process: {
                user: { uid, gid },
                args: ["/bin/sh", "-c", command],
                env: ["PATH=/usr/bin:/usr/sbin"],
                cwd: "/",
                capabilities: { bounding: held, effective: held, permitted: held },
                noNewPrivileges: own["allowPrivilegeEscalation"] === false,
            },
            root: { path: "rootfs", readonly: own["readOnlyRootFilesystem"] === true },
            mounts: [
                { destination: "/proc", type: "proc", source: "proc" },
                { destination: "/dev", type: "tmpfs", source: "tmpfs", options: ["nosuid", "mode=755"] },
                { destination: "/usr", type: "bind", source: "/usr", options: ["rbind", "ro"] },
            ],
            linux: {
                namespaces: ["pid", "network", "ipc", "uts", "mount"].map((type) => ({ type })),
                ...(seccomp === "RuntimeDefault" && {
                    seccomp: {
                        defaultAction: "SCMP_ACT_ALLOW",
                        syscalls: [{ names: REFUSED_CALLS, action: "SCMP_ACT_ERRNO" }],
                    },
                }),
            },
        };
        writeFileSync(join(this.folder, "config.json"), JSON.stringify(config));
        const name = `kernel-test-${process.pid}-${this.runs++}`;
        const { status, error } = spawnSync("runc", ["run", name], {
            cwd: this.folder,
            timeout: 30_000,
            stdio: "ignore",
        });
        if (error !== undefined) {
            throw error;
        }
        return status === 0 ? "works" : "fails";
    }

    remove(): void {
        rmSync(this.folder, { recursive: true });
    }
}
