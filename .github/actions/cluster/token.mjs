// The workflow's identity as a credential plugin of Kubernetes clients: node token.mjs AUDIENCE. Tokens live for minutes, so
// clients ask again as often as they need one (client.authentication.k8s.io/v1).
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** A token of the workflow for an audience. @throws Error where the job may ask for none */
export async function identityToken(audience) {
    const { ACTIONS_ID_TOKEN_REQUEST_URL: url, ACTIONS_ID_TOKEN_REQUEST_TOKEN: bearer } = process.env;
    if (url === undefined || bearer === undefined) {
        throw new Error("the job may ask for no identity token; it needs the permission id-token: write");
    }
    const asked = new URL(url);
    asked.searchParams.set("audience", audience);
    const answer = await fetch(asked, { headers: { authorization: `Bearer ${bearer}` } });
    if (!answer.ok) {
        throw new Error(`the runner's issuer answers ${answer.status}`);
    }
    return (await answer.json()).value;
}

/** The time at which a token (RFC 7519) expires. */
function expiryOf(token) {
    const { exp } = JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString("utf8"));
    return new Date(exp * 1000).toISOString();
}

if (resolve(process.argv[1] ?? "") === fileURLToPath(import.meta.url)) {
    try {
        const token = await identityToken(process.argv[2]);
        const status = { token, expirationTimestamp: expiryOf(token) };
        console.log(JSON.stringify({ apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential", status }));
    } catch (error) {
        console.error(error.message);
        process.exitCode = 1;
    }
}
