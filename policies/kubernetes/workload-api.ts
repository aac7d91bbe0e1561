/** The CSI driver that hands out the SPIFFE Workload API's socket. */
export const SPIFFE_CSI_DRIVER = "csi.spiffe.io";

/** Directories under which SPIRE keeps the Workload API's socket on a node. */
export const SOCKET_DIRECTORY = /^\/(?:run|var\/run|tmp)\/spire(?:-agent)?(?:\/|$)/;
