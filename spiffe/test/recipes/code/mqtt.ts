import mqtt from "mqtt";

import type { X509Provider } from "@x0tta6bl4/spiffe";
import { type ClientPolicy, connectSocket } from "@x0tta6bl4/spiffe/tls";

export const connect = (identity: X509Provider, policy: ClientPolicy, host: string, port: number) =>
    new mqtt.MqttClient(() => connectSocket(identity, policy, { host, port }), {});
