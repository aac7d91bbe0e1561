import { spireTtlsBounded } from "../../../../policies/controls/identity/spire-ttls-bounded";
import { describeControl } from "../../../support/control-suite";
import { serverFile } from "../../../support/spire-files";

describeControl(spireTtlsBounded, {
    refused: {
        "an SVID above a sixth of the CA": {
            object: serverFile({ ca_ttl: "24h", default_x509_svid_ttl: "4h1m" }),
            message:
                'data["server.conf"]: server.default_x509_svid_ttl is 4h1m, more than a sixth of ca_ttl (24h), and is cut silently. Shorten it or lengthen ca_ttl.',
        },
        "a JWT-SVID above a sixth of the default CA": {
            object: serverFile({ default_jwt_svid_ttl: "5h" }),
            message:
                'data["server.conf"]: server.default_jwt_svid_ttl is 5h, more than a sixth of ca_ttl (24h), and is cut silently. Shorten it or lengthen ca_ttl.',
        },
        "a CA that is too short for the defaults": {
            object: serverFile({ ca_ttl: "3h" }),
            message:
                'data["server.conf"]: server.default_x509_svid_ttl is 1h, more than a sixth of ca_ttl (3h), and is cut silently. Shorten it or lengthen ca_ttl.',
        },
        "a CA that lives for months": {
            object: serverFile({ ca_ttl: "2160h" }),
            message: 'data["server.conf"]: server.ca_ttl is 2160h, above 168h. Shorten it.',
        },
        "an SVID that lives for days": {
            object: serverFile({ ca_ttl: "168h", agent_ttl: "25h" }),
            message: 'data["server.conf"]: server.agent_ttl is 25h, above 24h. Shorten it.',
        },
        "days, which are no unit": {
            object: serverFile({ ca_ttl: "1d" }),
            message:
                'data["server.conf"]: server.ca_ttl is no duration. Write one such as 24h; there is no unit for days.',
        },
        "a number for an SVID": {
            object: serverFile({ agent_ttl: 3600 }),
            message: 'data["server.conf"]: server.agent_ttl is no duration. Write one such as 1h.',
        },
    },
    allowed: {
        "the defaults": { object: serverFile() },
        "exactly a sixth": { object: serverFile({ ca_ttl: "24h", default_x509_svid_ttl: "4h" }) },
        "a long CA that the parameters allow": {
            object: serverFile({ ca_ttl: "2160h" }),
            params: { maxCaHours: 2160 },
        },
    },
});
