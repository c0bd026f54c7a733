import { aborted } from './errors.js';

/** Resolves after a while; rejects as soon as the signal is aborted. */
export function wait(ms, signal) {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(aborted());
    const stop = () => {
      clearTimeout(timer);
      reject(aborted());
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal?.addEventListener('abort', stop, { once: true });
  });
}

/** What the promise gives, unless the signal is aborted first. */
export function until(promise, signal, leave = () => {}) {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const stop = () => {
      leave();
      reject(aborted());
    };
    if (signal.aborted) return stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
