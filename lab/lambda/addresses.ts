/**
 * Where load balancers answer that a function's environment variables name. A listener of the lab
 * binds whatever port of loopback is free, and no resolver knows names in `.elb.localhost`: so a
 * function is given the address itself. A client that looks for the name in it finds another one.
 */

export interface Balancer {
  readonly dnsName: string;
  readonly listeners: readonly { readonly port: number; readonly url: string }[];
}

const NAMED = /http:\/\/([a-z0-9.-]+\.elb\.localhost)(?::(\d+))?/gi;

/** A name of no load balancer here, or a port without a listener, stays as it is. */
export function withAddresses(
  variables: Readonly<Record<string, string>>,
  balancers: readonly Balancer[],
): Record<string, string> {
  const addressOf = (whole: string, name: string, port = "80"): string =>
    balancers
      .find(({ dnsName }) => dnsName === name.toLowerCase())
      ?.listeners.find((listener) => listener.port === Number(port))?.url ?? whole;
  return Object.fromEntries(
    Object.entries(variables).map(([key, value]) => [key, value.replace(NAMED, addressOf)]),
  );
}
