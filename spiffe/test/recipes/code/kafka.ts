import type { KafkaConfig } from "kafkajs";
import { Kafka } from "kafkajs";

import type { X509Provider } from "@x0tta6bl4/spiffe";
import { type ClientPolicy, clientOptions } from "@x0tta6bl4/spiffe/tls";

export const connect = (identity: X509Provider, policy: ClientPolicy, config: Omit<KafkaConfig, "ssl">) =>
    new Kafka({ ...config, ssl: clientOptions(identity, policy) });
