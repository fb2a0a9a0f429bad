/** How a list names a young person: the last name first, in capitals, as French registers tell it from the first name. */
export const nameOf = ({
  person,
}: {
  readonly person: { readonly lastName: string; readonly firstName: string };
}): string => `${person.lastName.toLocaleUpperCase('fr')} ${person.firstName}`;
