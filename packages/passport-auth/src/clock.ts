/** The time is injected: tests stop it. */
export type Clock = { now(): Date }

export const nowSeconds = (clock: Clock): number => clock.now().getTime() / 1000
