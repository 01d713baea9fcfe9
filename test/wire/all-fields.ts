// Lists of field names that the compiler holds against a type.

/** Takes the names of all fields of the type; a name too many or too few does not compile. */
export function allFields<T>() {
  return <const N extends readonly (keyof T)[]>(
    ...names: Exclude<keyof T, N[number]> extends never ? N : readonly ['missing', Exclude<keyof T, N[number]>]
  ): readonly string[] => names as readonly string[];
}
