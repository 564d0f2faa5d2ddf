import type { ProtectionFlags } from '../people/protection-flags.ts'
import type { SigningTask } from './signing-queries.ts'

/** P6: tasks about children whose contact goes through the office alone are left out of every mail that Assent begins. */
export async function mayBeWritten(protection: ProtectionFlags, tasks: readonly SigningTask[]): Promise<SigningTask[]> {
  const children = [...new Set(tasks.filter((task) => task.link).map((task) => task.subject.id))]
  if (children.length === 0) return [...tasks]
  const barred = await protection.among(children, 'contact')
  return tasks.filter((task) => !task.link || !barred.has(task.subject.id))
}
