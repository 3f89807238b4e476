/** An id as a part of a file name: ids of the API as they are, others (a job file may hold any) in a form that is safe. */
export const fileNameOf = (id: string): string => (/^[\w-]{1,80}$/.test(id) ? id : `_${Buffer.from(id).toString('base64url').slice(0, 100)}`);
