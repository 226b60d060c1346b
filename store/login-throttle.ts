/**
 * How often somebody may fail to log in: per account and per address, with a delay, never a lock for ever. Kept in memory: a restart
 * forgets it, which nobody can bring about from outside, and no attempt has to be written to a disk that strangers could fill.
 */

export const LOGIN_FAILURES_MAX = 5;
export const LOGIN_WINDOW_MS = 15 * 60_000;
/** Accounts and addresses remembered; the one that failed longest ago is forgotten first, and counted. */
const LOGIN_KEYS_MAX = 10_000;

export interface LoginThrottle {
  /** Begins an attempt, which counts as a failure until it is told otherwise: a hundred at once are not checked. Answers how long to wait, 0 to go on. */
  begin(account: string, address: string, at: number): number;
  /** The attempt was right: the account starts afresh, the address is not charged. */
  succeed(account: string, address: string, at: number): void;
  /** The attempt was not checked at all. */
  withdraw(account: string, address: string, at: number): void;
  forgottenCount(): number;
}

export function createLoginThrottle(keysMax: number = LOGIN_KEYS_MAX): LoginThrottle {
  /** Times of failures, oldest first; the map is in the order of the last failure. */
  const failures = new Map<string, readonly number[]>();
  let forgotten = 0;

  const recent = (key: string, at: number): readonly number[] =>
    (failures.get(key) ?? []).filter((time) => Math.abs(at - time) < LOGIN_WINDOW_MS);
  const waitMs = (key: string, at: number): number => {
    const times = recent(key, at);
    return times.length < LOGIN_FAILURES_MAX ? 0 : Math.max(1, times[times.length - LOGIN_FAILURES_MAX]! + LOGIN_WINDOW_MS - at);
  };
  const charge = (key: string, at: number): void => {
    const times = [...recent(key, at), at].slice(-LOGIN_FAILURES_MAX);
    failures.delete(key);
    failures.set(key, times);
    if (failures.size > keysMax) {
      failures.delete(failures.keys().next().value!);
      forgotten++;
    }
  };
  const discharge = (key: string, at: number): void => {
    const times = [...(failures.get(key) ?? [])];
    const index = times.lastIndexOf(at);
    if (index >= 0) times.splice(index, 1);
    if (times.length === 0) failures.delete(key);
    else failures.set(key, times);
  };
  const keys = (account: string, address: string): [string, string] => [`account ${account.toLowerCase()}`, `address ${address}`];
  return {
    begin(account, address, at) {
      const both = keys(account, address);
      const wait = Math.max(...both.map((key) => waitMs(key, at)));
      if (wait === 0) for (const key of both) charge(key, at);
      return wait;
    },
    succeed(account, address, at) {
      const [accountKey, addressKey] = keys(account, address);
      failures.delete(accountKey);
      discharge(addressKey, at);
    },
    withdraw(account, address, at) {
      for (const key of keys(account, address)) discharge(key, at);
    },
    forgottenCount: () => forgotten,
  };
}
