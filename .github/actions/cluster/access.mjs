// Writes a kubeconfig whose credentials are the workflow's own identity, and hands the backend's client the same identity. No
// cloud is named: an API server trusts the workflow's issuer by its authentication configuration, a cloud by its federation.
import { appendFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { identityToken } from "./token.mjs";

const input = (name) => (process.env[`INPUT_${name}`] ?? "").trim();

/** Variables that clients of backends read; anything else could change what later steps run. */
const BACKEND_VARIABLE = /^((?:AWS|AZURE|GOOGLE)_[A-Z_]+)=(\S+)$/;

const faults = [];
const [server, authority, audience] = ["SERVER", "AUTHORITY", "AUDIENCE"].map(input);
if (!/^https:\/\/[^\s/]+\/?$/.test(server)) {
    faults.push("server must be the https address of an API server");
}
if (!authority.startsWith("-----BEGIN CERTIFICATE-----")) {
    faults.push("authority must be a certificate in PEM");
}
if (audience === "") {
    faults.push("audience is missing");
}
const given = input("BACKEND").split("\n");
const lines = given.map((line) => line.trim()).filter((line) => line !== "");
const variables = lines.map((line) => BACKEND_VARIABLE.exec(line));
variables.forEach((match, index) => {
    if (match === null) {
        faults.push(
            `backend: line ${index + 1} is no NAME=VALUE of a variable that begins with AWS_, AZURE_ or GOOGLE_`,
        );
    }
});
if (lines.length > 0 && input("BACKEND_AUDIENCE") === "") {
    faults.push("backend-audience is missing, for which backend needs a token");
}
if (faults.length > 0) {
    faults.forEach((fault) => console.log(`::error::${fault}`));
    process.exit(2);
}

const folder = process.env["RUNNER_TEMP"];
const exported = [];
if (lines.length > 0) {
    const file = join(folder, "backend-token");
    const token = await identityToken(input("BACKEND_AUDIENCE")).catch((error) => {
        console.log(`::error::${error.message}`);
        process.exit(1);
    });
    console.log(`::add-mask::${token}`);
    writeFileSync(file, token, { mode: 0o600 });
    exported.push(...variables.map(([, name, value]) => `${name}=${value.replaceAll("{token}", file)}`));
}
const kubeconfig = join(folder, "kubeconfig");
const exec = {
    apiVersion: "client.authentication.k8s.io/v1",
    command: process.execPath,
    args: [join(dirname(fileURLToPath(import.meta.url)), "token.mjs"), audience],
    interactiveMode: "Never",
};
const cluster = { server, "certificate-authority-data": Buffer.from(authority).toString("base64") };
const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "cluster", cluster }],
    users: [{ name: "workflow", user: { exec } }],
    contexts: [{ name: "cluster", context: { cluster: "cluster", user: "workflow" } }],
    "current-context": "cluster",
};
writeFileSync(kubeconfig, JSON.stringify(config), { mode: 0o600 });
exported.push(`KUBECONFIG=${kubeconfig}`);
appendFileSync(process.env["GITHUB_ENV"], exported.map((line) => `${line}\n`).join(""));
