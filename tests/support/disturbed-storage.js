/** A storage as it is on a bad day: far away, deaf, or not answering. */
import { StorageUnavailableError } from '../../src/storage/storage.js';
export function disturbed(storage, disturbance) {
    const { turns = () => 0, losesWake = () => false, fails = () => false } = disturbance;
    const travel = async () => {
        for (let left = turns(); left > 0; left--)
            await new Promise((resolve) => setImmediate(resolve));
    };
    const watch = (topic, wake) => storage.watch(topic, () => losesWake() || wake());
    return new Proxy(storage, {
        get(target, name) {
            const operation = name === 'watch' ? watch : Reflect.get(target, name);
            if (typeof operation !== 'function')
                return operation;
            return async (...args) => {
                await travel();
                if (fails(String(name)))
                    throw new StorageUnavailableError('it does not answer');
                const answer = await operation.apply(target, args);
                await travel();
                return answer;
            };
        },
    });
}
//# sourceMappingURL=disturbed-storage.js.map