import { COMMANDS } from "./commands.js";

const commands = Object.entries(COMMANDS).map(
    ([name, { synopsis, summary }]) => `  spiffe ${name} ${synopsis}\n      ${summary}\n`,
);

/** What the command says of itself. */
export const HELP = `${commands.join("")}
Options of fetch and watch:
  --config FILE              a mapping of these options by name, and command, a list: YAML or JSON;
                             what is given here wins. Needs the package yaml
  --address ADDRESS          the Workload API; SPIFFE_ENDPOINT_SOCKET by default
  --hint HINT                the identity with this hint; the first one by default
  --timeout SECONDS          how long to wait for the first identity; 30 by default
  --certificates NAME        svid.pem by default: the SVID with its intermediates
  --key NAME                 svid_key.pem by default: its private key, PKCS#8
  --bundle NAME              bundle.pem by default: the authorities of its trust domain
  --federated                those of federated trust domains in the bundle file as well: its reader
                             then trusts each of them for every name
  --intermediates-in-bundle  intermediates in the bundle file, not behind the SVID
  --omit-expired             no expired authorities in the bundle file
  --jwt AUDIENCE[,…]=NAME    a JWT-SVID; may be repeated
  --jwt-bundle NAME          the JWK sets of all trust domains, by trust domain
  --certificate-mode, --key-mode, --jwt-mode MODE
                             octal; 0644, 0600 and 0600 by default
  --no-federated and the like turn off what the file turns on
Options of watch:
  --signal SIGNAL            tells of new files; SIGHUP by default
  --pid-file FILE            a process to signal
  --health [ADDRESS:]PORT    /live and /ready by HTTP; loopback by default

All files change in one step. Exit status: 0, 1 when it failed, 2 when the call can't be understood.
`;
