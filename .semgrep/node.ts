declare const tls: any, server: any, svid: any;
import { exec, execFile, spawn } from "node:child_process";

// ruleid: certificate-check-switched-off
tls.connect({ host: "peer", rejectUnauthorized: false });
// ok: certificate-check-switched-off
tls.connect({ host: "peer", rejectUnauthorized: true });

// ruleid: old-tls-version
tls.createServer({ minVersion: "TLSv1.2" });
// ok: old-tls-version
tls.createServer({ minVersion: "TLSv1.3" });

// ruleid: shell-command
exec(`ls ${server}`);
// ruleid: shell-command
spawn("ls", [server], { shell: true });
// ok: shell-command
execFile("ls", [server]);
// ok: shell-command
/a/.exec("a");

// ruleid: code-from-text
eval(server);
// ok: code-from-text
JSON.parse(server);

// ruleid: private-key-in-output
console.log("key", svid.privateKey);
// ok: private-key-in-output
console.log("id", svid.id);

// ruleid: guessable-random
const guess = Math.random();
