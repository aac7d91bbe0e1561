import { imagesFromAllowedRegistries } from "../../policies/controls/images/images-from-allowed-registries";
import { runControl } from "../../policies/engine/run";
import { stackOf, type Manifest } from "./controls";

/** Lists of registries as stacks may name them, each with what decides in it. */
export const REGISTRIES: Readonly<Record<string, readonly string[]>> = {
    "accounts and whole registries": [
        "registry.k8s.io/",
        "ghcr.io/acme/",
        "localhost:5001/",
        "docker.io/falcosecurity/",
    ],
    "names without a slash at their end": ["registry.example", "ghcr.io/acme"],
    "Docker Hub's official images": ["docker.io/library/"],
    "patterns, and a name with what means something to expressions": ["*.dkr.ecr.*.amazonaws.com/", "a+b.example/(x)/"],
    "whole references": ["ubuntu:24.04", "ghcr.io/acme/web:1", "docker.io/library/busybox"],
    "a quotation mark and a backslash": ['it"s.example/', "back\\slash.example/"],
};

const HOSTS = [
    ...["", "docker.io/", "index.docker.io/", "registry-1.docker.io/", "registry.k8s.io/", "ghcr.io/", "GHCR.io/"],
    ...["Acme/", "localhost/", "localhost:5001/", "registry.example/", "registry.example.attacker.net/"],
    ...["registry.example:5000/", "1.dkr.ecr.eu-west-1.amazonaws.com/", "attacker.net/x.dkr.ecr.y.amazonaws.com/"],
    ...["a+b.example/", "aab.example/", 'it"s.example/', "back\\slash.example/", "xindex.docker.io/"],
];
const ACCOUNTS = ["", "acme/", "acme-evil/", "library/", "falcosecurity/", "(x)/", "acme/team/"];
const NAMES = ["web", "ubuntu", "busybox", "acme"];
const ENDS = ["", ":1", ":24.04", ":24.04-evil", `@sha256:${"a".repeat(64)}`, `:1@sha256:${"b".repeat(64)}`];

/** References of images: each host with each account, name and end. */
export const REFERENCES: readonly string[] = HOSTS.flatMap((host) =>
    ACCOUNTS.flatMap((account) => NAMES.flatMap((name) => ENDS.map((end) => host + account + name + end))),
);

/** The images whose registry the control refuses in a manifest, under a list. */
export function refusedAtPreview(manifest: Manifest, registries: readonly string[]): boolean {
    return [...runControl(imagesFromAllowedRegistries, stackOf(manifest), { registries })].length > 0;
}
