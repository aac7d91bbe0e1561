import { randomBytes } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { must } from "./exec";

/** Who a certificate is for. */
export interface Subject {
    /** The file name, without extension. */
    readonly name: string;
    readonly commonName: string;
    readonly organization?: string;
    /** Subject alternative names in OpenSSL's form: `DNS:…`, `IP:…`. Their presence makes it a server certificate too. */
    readonly alternativeNames?: readonly string[];
}

export interface KeyPair {
    readonly certificate: string;
    readonly key: string;
}

/** How long certificates last: what they secure is gone in minutes, but nobody shall take them for some about to expire. */
const DAYS = "30";

/** One throw-away certificate authority in a folder of its own; keys are readable by the owner only. */
export class Authority {
    private constructor(readonly folder: string) {}

    get certificate(): string {
        return join(this.folder, "ca.crt");
    }

    get key(): string {
        return join(this.folder, "ca.key");
    }

    /** Takes up an authority that was created earlier. */
    static open(folder: string): Authority {
        return new Authority(folder);
    }

    static async create(folder: string): Promise<Authority> {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const authority = new Authority(folder);
        await must("openssl", [
            ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-sha256"],
            ...[
                "-days",
                DAYS,
                "-subj",
                "/CN=x0tta6bl4 test cluster",
                "-keyout",
                authority.key,
                "-out",
                authority.certificate,
            ],
            ...["-addext", "keyUsage=critical,keyCertSign,cRLSign,digitalSignature"],
        ]);
        return authority;
    }

    /** Where the files of an issued certificate are. */
    pair(name: string): KeyPair {
        return { certificate: join(this.folder, `${name}.crt`), key: join(this.folder, `${name}.key`) };
    }

    /** A certificate for a client, or for a server and client when it has names. */
    async issue(subject: Subject): Promise<KeyPair> {
        const pair = this.pair(subject.name);
        const request = join(this.folder, `${subject.name}.csr`);
        const extensions = join(this.folder, `${subject.name}.ext`);
        const names = subject.alternativeNames ?? [];
        await writeFile(
            extensions,
            [
                "basicConstraints=critical,CA:FALSE",
                "keyUsage=critical,digitalSignature",
                `extendedKeyUsage=clientAuth${names.length > 0 ? ",serverAuth" : ""}`,
                ...(names.length > 0 ? [`subjectAltName=${names.join(",")}`] : []),
            ].join("\n"),
        );
        const organization = subject.organization === undefined ? "" : `/O=${subject.organization}`;
        await must("openssl", [
            ...["req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-sha256"],
            ...["-subj", `${organization}/CN=${subject.commonName}`, "-keyout", pair.key, "-out", request],
        ]);
        await must("openssl", [
            ...[
                "x509",
                "-req",
                "-in",
                request,
                "-CA",
                this.certificate,
                "-CAkey",
                this.key,
                "-set_serial",
                `0x${randomBytes(8).toString("hex")}`,
            ],
            ...["-sha256", "-days", DAYS, "-extfile", extensions, "-out", pair.certificate],
        ]);
        return pair;
    }
}

/** A kubeconfig for one identity, with paths instead of embedded keys. */
export function kubeconfig(server: string, authority: Authority, pair: KeyPair): string {
    return `${JSON.stringify(
        {
            apiVersion: "v1",
            kind: "Config",
            clusters: [{ name: "cluster", cluster: { server, "certificate-authority": authority.certificate } }],
            users: [{ name: "user", user: { "client-certificate": pair.certificate, "client-key": pair.key } }],
            contexts: [{ name: "context", context: { cluster: "cluster", user: "user" } }],
            "current-context": "context",
        },
        null,
        4,
    )}\n`;
}
